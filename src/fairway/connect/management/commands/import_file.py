"""Import a file from the command line, by the same actions and the same job as the screens."""

import sys
from argparse import ArgumentParser
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from django.core.files.base import File
from django.core.management.base import BaseCommand, CommandError

from fairway.connect.actions.runs import start_import
from fairway.connect.actions.uploads import correct_reading, save_mapping, upload_import
from fairway.connect.jobs import run_import
from fairway.connect.models import ImportRun, ImportState
from fairway.core import clock
from fairway.core.access import Forbidden, Member, member_of_seat, system_member
from fairway.core.imports import targets
from fairway.core.refusals import Refused
from fairway.core.tenancy.context import entering
from fairway.core.tenancy.lookups import seats_of_user
from fairway.core.tenancy.models import Organization, User


class Command(BaseCommand):
    help = "Import a CSV file. The columns are guessed; --map and --default correct that."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("kind", choices=sorted(targets()), help="what the rows of the file are")
        parser.add_argument("file", type=Path)
        parser.add_argument("--vendor", required=True, metavar="SLUG", help="the vendor's short name in addresses")
        parser.add_argument("--as", dest="email", help="the e-mail of the person who imports; else the system does")
        parser.add_argument("--join", type=Path, metavar="FILE", help="a second file that adds columns")
        parser.add_argument("--on", metavar="COLUMN[=COLUMN]", help="the key of both files, first=second when named so")
        parser.add_argument("--map", action="append", default=[], metavar="FIELD=COLUMN", help="“FIELD=” leaves it out")
        parser.add_argument("--default", action="append", default=[], metavar="FIELD=VALUE", help="for all rows")
        parser.add_argument("--issues", type=int, default=20, metavar="N", help="how many issues to print")

    def handle(self, *args: Any, **options: Any) -> None:
        actor = self._actor(options["vendor"], options["email"])
        try:
            run = self._prepared(actor, options)
            start_import(run=run, actor=actor, at=clock.now(), is_deferred=False)
        except (Refused, Forbidden) as error:
            raise CommandError(str(error)) from None
        run_import(vendor_id=run.vendor_id, run_id=run.pk)
        self._report(actor, run, options["issues"])

    def _actor(self, slug: str, email: str | None) -> Member:
        vendor_id = Organization.objects.filter(slug=slug, is_vendor=True).values_list("pk", flat=True).first()
        if vendor_id is None:
            raise CommandError(f"There is no vendor {slug}.")
        if email is None:
            return system_member(vendor_id, "Command line")
        user_id = User.objects.filter(email=email.lower()).values_list("pk", flat=True).first() or 0
        seats = tuple(seats_of_user(user_id))
        seat = next((seat for seat in seats if seat.vendor_id == vendor_id and seat.partner_id is None), None)
        if seat is None:
            raise CommandError(f"{email} does not work at {slug}.")
        return member_of_seat(seat, user_id=user_id, seats=seats)

    def _prepared(self, actor: Member, options: dict[str, Any]) -> ImportRun:
        with ExitStack() as files:
            file = self._opened(files, options["file"])
            second = self._opened(files, options["join"]) if options["join"] else None
            run = upload_import(
                kind=options["kind"], file=file, file_name=options["file"].name, actor=actor, at=clock.now(),
                second=second, second_name=options["join"].name if second else "",
            )  # fmt: skip
        if options["on"]:
            on, _sign, key = options["on"].partition("=")
            correct_reading(run=run, actor=actor, at=clock.now(), on=on, key=key or on)
            run = self._fresh(actor, run)
        return self._mapped(actor, run, _pairs(options["map"]), _pairs(options["default"]))

    def _mapped(self, actor: Member, run: ImportRun, chosen: dict[str, str], given: dict[str, str]) -> ImportRun:
        # What was said stands above what was guessed, for the field and for the column.
        guessed = {f: c for f, c in run.mapping.items() if f not in chosen and c not in chosen.values()}
        columns = {column: field for field, column in (guessed | chosen).items() if column}
        defaults = {**run.options.get("defaults", {}), **given}
        problems = save_mapping(run=run, choices=columns, defaults=defaults, actor=actor, at=clock.now())
        if problems:
            raise CommandError("\n".join(problems))
        return self._fresh(actor, run)

    def _opened(self, files: ExitStack, path: Path) -> File:
        try:
            return File(files.enter_context(path.open("rb")), path.name)
        except OSError as error:
            raise CommandError(f"{path} cannot be read: {error.strerror}.") from None

    def _fresh(self, actor: Member, run: ImportRun) -> ImportRun:
        with entering(actor.context):
            return ImportRun.objects.get(pk=run.pk)

    def _report(self, actor: Member, run: ImportRun, most: int) -> None:
        with entering(actor.context):
            run.refresh_from_db()
            for issue in run.issues.order_by("line", "pk")[:most]:
                where = f"{issue.column}: " if issue.column else ""
                self.stdout.write(f"line {issue.line}: {where}{issue.message}")
        self.stdout.write(
            f"{run.rows_read} rows read: {run.rows_created} new, {run.rows_updated} changed, "
            f"{run.rows_unchanged} as before, {run.rows_refused} refused."
        )
        if run.state != ImportState.DONE:
            self.stderr.write(run.error)
            sys.exit(1)


def _pairs(texts: list[str]) -> dict[str, str]:
    pairs = {}
    for text in texts:
        name, sign, value = text.partition("=")
        if not sign or not name:
            raise CommandError(f"Write it as FIELD=VALUE, not {text}.")
        pairs[name.strip()] = value.strip()
    return pairs

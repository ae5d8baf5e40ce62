"""Uploading a file, saying how it is read and which column fills what: everything before the first row is taken."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.core.files.base import File
from django.utils.translation import gettext as _

from fairway.connect.actions import files
from fairway.connect.actions.mappings import remembered
from fairway.connect.mapping import first_mapping
from fairway.connect.models import ImportIssue, ImportRun, ImportState
from fairway.connect.rules.decoding import FileProblem
from fairway.connect.rules.mapping import settle
from fairway.connect.source import columns_of, first_reading, joined_reading, sample
from fairway.core.access import Member, require
from fairway.core.cells import CellError, country_of, currency_of
from fairway.core.events.record import record
from fairway.core.imports import Target, target
from fairway.core.refusals import Refused
from fairway.core.tenancy.acting import acting_for

NAME_MAX = 200


def upload_import(
    *, kind: str, file: File, file_name: str, actor: Member, at: datetime, second: File | None = None,
    second_name: str = "",
) -> ImportRun:  # fmt: skip
    """Keep a file (and one to join with it), look at it, and guess its columns. Raises Refused with a sentence."""
    require(actor, target(kind).permission)
    with acting_for(actor):
        run = ImportRun(
            vendor_id=actor.vendor_id, kind=kind, file_name=file_name[-NAME_MAX:], seat_id=actor.seat_id, created_at=at
        )
        reading = _looked_at(file)
        if second is not None:
            reading = joined_reading(reading, _looked_at(second, field="second"), second_name[-NAME_MAX:])
        folder = files.folder_of(actor.vendor_id, run.uid)
        stored = files.store(f"{folder}/file", file)
        run.stored_as, run.size_bytes, run.content_hash = stored.key, stored.size_bytes, stored.sha256
        run.joined_as = files.store(f"{folder}/second", second).key if second is not None else ""
        run.reading = reading
        _guess(run)
        run.save()
        record("uploaded", run, actor=actor, at=at, kind=kind)
    return run


def _looked_at(file: File, *, field: str = "file", **corrected: Any) -> dict[str, Any]:
    try:
        return first_reading(file, **corrected)  # type: ignore[arg-type]
    except FileProblem as problem:
        raise Refused(problem.sentence, field=field) from None


def _guess(run: ImportRun, *, anew: bool = False) -> None:
    """Read the columns as such columns were read before; else, and when it is asked for, guess them."""
    try:
        run.mapping, defaults = first_mapping(run)
        saved = None if anew else remembered(run.kind, columns_of(run), target(run.kind))
    except FileProblem as problem:
        raise Refused(problem.sentence) from None
    run.options = {**run.options, "saved": str(saved.uid) if saved else ""}
    if saved is not None:
        run.mapping, defaults = saved.mapping, saved.defaults
    run.options["defaults"] = {**defaults, **({} if anew or saved else run.options.get("defaults", {}))}


def guess_again(*, run: ImportRun, actor: Member, at: datetime) -> None:
    """Forget, for this import only, how such columns were read before."""
    require(actor, target(run.kind).permission)
    with acting_for(actor):
        run = _still_uploaded(run)
        _guess(run, anew=True)
        run.save(update_fields=["mapping", "options"])


def correct_reading(
    *, run: ImportRun, actor: Member, at: datetime, encoding: str = "", separator: str = "", sheet: str = "",
    on: str = "", key: str = "", second: File | None = None, second_name: str = "",
) -> None:  # fmt: skip
    """Read the file otherwise than guessed: encoding, separator or sheet, a second file, the columns that connect
    the two."""
    require(actor, target(run.kind).permission)
    with acting_for(actor):
        run = _still_uploaded(run)
        with files.open_file(run.stored_as) as file:
            corrected = {"encoding": encoding or None, "separator": separator or None}
            sheet = sheet or run.reading.get("sheet", "")
            reading = _looked_at(file, sheet=sheet or None, **corrected)  # type: ignore[arg-type]
        if second is not None:
            reading = joined_reading(reading, _looked_at(second, field="second"), second_name[-NAME_MAX:])
            run.joined_as = files.store(f"{files.folder_of(actor.vendor_id, run.uid)}/second", second).key
        elif run.joined_as:
            reading["join"] = _join_on(run, reading, on, key)
        run.reading = reading
        _guess(run)
        run.save()


def _join_on(run: ImportRun, reading: Mapping[str, Any], on: str, key: str) -> dict[str, Any]:
    join = dict(run.reading["join"])
    for name, column, columns in (("on", on, reading["columns"]), ("key", key, join["reading"]["columns"])):
        if column and column not in columns:
            raise Refused(_("The file has no column “%(column)s”.") % {"column": column}, field=name)
        join[name] = column or join[name]
    return join


def save_mapping(
    *, run: ImportRun, choices: Mapping[str, str], defaults: Mapping[str, str], actor: Member, at: datetime
) -> list[str]:
    """Keep what a person chose by column ("" leaves a column out) and for all rows; returns what is still wrong."""
    wanted = target(run.kind)
    require(actor, wanted.permission)
    with acting_for(actor):
        run = _still_uploaded(run)
        given, problems = checked_defaults(wanted, defaults)
        source, _lines = sample(run, 1)
        settled = settle(choices, source.columns, wanted.fields, given)
        run.mapping, run.options = settled.columns, {**run.options, "defaults": given}
        run.save(update_fields=["mapping", "options"])
    return [*problems, *map(str, settled.problems)]


def checked_defaults(wanted: Target[Any], defaults: Mapping[str, str]) -> tuple[dict[str, str], list[str]]:
    """The values for all rows that can be one, and what is wrong with the others."""
    given: dict[str, str] = {}
    problems: list[str] = []
    for field in wanted.fields:
        text = defaults.get(field.name, "").strip()[:NAME_MAX]
        if not text or not field.default_for_all:
            continue
        try:
            given[field.name] = {"country": country_of, "currency": currency_of}.get(field.type, str)(text)
        except CellError as error:
            problems.append(f"{field.label}: {error}")
    return given, problems


def _still_uploaded(run: ImportRun) -> ImportRun:
    fresh = ImportRun.objects.select_for_update().get(pk=run.pk)
    if fresh.state != ImportState.UPLOADED:
        raise Refused(_("This import has started. Run it again to read the file otherwise."))
    return fresh


def clear_files(*, before: datetime, actor: Member) -> int:
    """Delete the uploaded files of imports that were made before an instant; what they brought in and their counts
    stay. Returns how many imports lost their files."""
    with acting_for(actor):
        old = list(ImportRun.objects.filter(created_at__lt=before).exclude(stored_as=""))
        kept = set(ImportRun.objects.filter(created_at__gte=before).values_list("stored_as", flat=True))
        for run in old:
            files.remove(run.summary.get("file", ""))
            if run.stored_as not in kept:
                files.remove(run.stored_as)
                files.remove(run.joined_as)
        ids = [run.pk for run in old]
        ImportRun.objects.filter(pk__in=ids).update(stored_as="", joined_as="")
        ImportIssue.objects.filter(run_id__in=ids).delete()
    return len(old)

"""Making, running and reading imports in tests."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files.base import ContentFile, File

from fairway.connect.actions.runs import start_import
from fairway.connect.actions.uploads import upload_import
from fairway.connect.jobs import run_import
from fairway.connect.models import ImportIssue, ImportRun
from fairway.core.access import Member
from fairway.core.tenancy.context import entering

AT = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
SAMPLES = Path(settings.SAMPLE_DATA_DIR)


def csv_file(text: str | bytes, name: str = "file.csv") -> ContentFile:
    return ContentFile(text.encode() if isinstance(text, str) else text, name)


def sample_file(path: str) -> File:
    return ContentFile((SAMPLES / path).read_bytes(), Path(path).name)


def upload(actor: Member, kind: str, file: File, second: File | None = None) -> ImportRun:
    return upload_import(
        kind=kind, file=file, file_name=file.name or "", actor=actor, at=AT, second=second,
        second_name=second.name or "" if second else "",
    )  # fmt: skip


def run(actor: Member, kind: str, file: File, second: File | None = None, **defaults: str) -> ImportRun:
    """Upload with the guessed columns, start and run to its end."""
    made = upload(actor, kind, file, second)
    return finish(actor, made, **defaults)


def finish(actor: Member, made: ImportRun, **defaults: str) -> ImportRun:
    made.options["defaults"] |= defaults
    from fairway.core.tenancy.acting import acting_for

    with acting_for(actor):
        made.save()
    start_import(run=made, actor=actor, at=AT, is_deferred=False)
    run_import(vendor_id=made.vendor_id, run_id=made.pk)
    return fresh(actor, made)


def fresh(actor: Member, made: ImportRun) -> ImportRun:
    with entering(actor.context):
        return ImportRun.objects.get(pk=made.pk)


def issues(actor: Member, made: ImportRun) -> list[tuple[Any, ...]]:
    with entering(actor.context):
        rows = ImportIssue.objects.filter(run=made).order_by("line", "pk")
        return list(rows.values_list("line", "column", "message"))


def counts(made: ImportRun) -> tuple[int, int, int, int]:
    return made.rows_created, made.rows_updated, made.rows_unchanged, made.rows_refused

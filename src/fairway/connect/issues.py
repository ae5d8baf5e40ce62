"""The file of rows with something wrong: the columns of the upload, and what is wrong in front of them."""

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _

from fairway.connect.actions import files
from fairway.connect.models import ImportIssue, ImportRun
from fairway.connect.rules.writing import csv_lines
from fairway.core.access import Member
from fairway.core.tenancy.context import entering
from fairway.core.told import told_of

_BATCH = 5000


def write_issues(run: ImportRun, reader: Member) -> dict[str, Any]:
    """Write the file, when there is something to say; returns {"issues": how many, "file": its key in the storage}."""
    with entering(reader.context):
        issues = ImportIssue.objects.filter(run=run)
        found = issues.count()
        if not found:
            return {"issues": 0, "file": ""}
        first = issues.order_by("line").values_list("values", flat=True).first() or {}
        columns = _columns(run, first)
        head = [_("Line"), _("Column"), _("What is wrong"), _("Taken in"), *columns]
        key = f"{files.folder_of(run.vendor_id, run.uid)}/issues.csv"
        files.write(key, csv_lines(head, _rows(run, columns)))
    return {"issues": found, "file": key}


def _columns(run: ImportRun, first: dict[str, str]) -> list[str]:
    """In the order of the file; JSON keeps none."""
    join = run.reading.get("join") or {}
    known = [*run.reading.get("columns", []), *join.get("reading", {}).get("columns", [])]
    return [name for name in known if name in first] + [name for name in first if name not in known]


def _rows(run: ImportRun, columns: list[str]) -> Iterator[list[Any]]:
    after = 0
    rows = ImportIssue.objects.filter(run=run).order_by("pk")
    while batch := list(rows.filter(pk__gt=after)[:_BATCH]):
        for issue in batch:
            taken = _("yes") if issue.is_warning else _("no")
            yield [
                issue.line,
                issue.column,
                told_of(issue, "message"),
                taken,
                *(issue.values.get(name, "") for name in columns),
            ]
        after = batch[-1].pk

"""The tables of imports."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from fairway.connect.models import ImportState
from fairway.core.http.tables import Column, Table
from fairway.core.imports import targets

STATES: dict[str, tuple[str, Any]] = {
    ImportState.UPLOADED: ("open", _("Not started")),
    ImportState.WAITING: ("accent", _("Waiting")),
    ImportState.RUNNING: ("accent", _("Running")),
    ImportState.DONE: ("good", _("Done")),
    ImportState.FAILED: ("bad", _("Stopped")),
    ImportState.CANCELLED: ("neutral", _("Cancelled")),
}


def kind_in_words(kind: str) -> Any:
    known = targets()
    return known[kind].label if kind in known else kind


class ImportTable(Table):
    name = "imports"
    columns = [
        Column("file_name", _("File"), kind="name", url=lambda run: reverse("import-detail", args=[run.uid])),
        Column("kind", _("What"), value=lambda run: kind_in_words(run.kind)),
        Column("state", _("State"), kind="state", states=STATES),
        Column("rows_created", _("New"), kind="number"),
        Column("rows_updated", _("Changed"), kind="number"),
        Column("rows_unchanged", _("As before"), kind="number"),
        Column("rows_refused", _("Refused"), kind="number", mark=lambda run: "bad" if run.rows_refused else ""),
        Column("by", _("By"), value=lambda run: run.seat.name if run.seat else ""),
        Column("created_at", _("Uploaded"), kind="datetime"),
    ]
    empty = (_("No imports yet"), _("Import a CSV file or a workbook of partners, products, leads or sales lines."))


class IssueTable(Table):
    name = "issues"
    columns = [
        Column("line", _("Line"), kind="number"),
        Column("column", _("Column")),
        Column("message", _("What is wrong"), mark=lambda row: "" if row["is_warning"] else "bad"),
        Column("taken", _("Taken in"), value=lambda row: _("yes") if row["is_warning"] else _("no")),
    ]
    empty = (_("Nothing is wrong"), "")

"""The tables of imports."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from fairway.connect.models import ImportState
from fairway.core.http.tables import Column, Table
from fairway.core.imports import targets
from fairway.core.told import told_of

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
        Column("line", _("Line"), kind="number", phone="amount"),
        Column("column", _("Column"), phone="state"),
        Column(
            "message",
            _("What is wrong"),
            phone="name",
            value=lambda row: told_of(row, "message"),
            mark=lambda row: "" if row["is_warning"] else "bad",
        ),
        Column("taken", _("Taken in"), value=lambda row: _("yes") if row["is_warning"] else _("no")),
    ]
    empty = (_("Nothing is wrong"), "")


class TotalTable(Table):
    """What the rows of a file say in money, and what of it was taken in; by currency."""

    name = "totals"
    columns = [
        Column("currency", _("Currency"), kind="name"),
        Column("file", _("In the file"), kind="number", decimals=2, phone="state"),
        Column("taken", _("Taken in"), kind="number", decimals=2, phone="amount"),
        Column("refused", _("Refused"), kind="number", decimals=2, mark=lambda row: "bad" if row["refused"] else ""),
    ]
    empty = (_("No amounts"), "")


class MappingTable(Table):
    """How files of known shapes are read."""

    name = "mappings"
    columns = [
        Column("name", _("Name"), kind="name", url=lambda row: reverse("savedmapping-detail", args=[row.uid])),
        Column("kind", _("What"), value=lambda row: kind_in_words(row.kind)),
        Column("read", _("Columns read"), kind="number", value=lambda row: len(row.mapping)),
        Column("all", _("Columns in the file"), kind="number", value=lambda row: len(row.columns)),
        Column("used_at", _("Last used"), kind="datetime"),
    ]
    empty = (_("Nothing is remembered yet"), _("The columns of an import are remembered when it starts."))

"""An empty workbook for each kind, to be filled in: heads that are recognised again, and what each may hold."""

import io
from typing import Any

import xlsxwriter
from django.utils.translation import gettext as _

from fairway.core.imports import Target, TargetField

ROWS_MARKED = 1000
_WIDTH_MIN, _WIDTH_MAX = 12, 40


def blank_workbook(wanted: Target[Any]) -> bytes:
    """The template of a kind: one column a field, needed ones first; a second sheet explains them."""
    fields = sorted((each for each in wanted.fields if not each.forbidden_reason), key=lambda each: not each.required)
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True, "strings_to_formulas": False}) as book:
        _write_rows(book, wanted, fields)
        _write_fields(book, fields)
    return buffer.getvalue()


def _write_rows(book: Any, wanted: Target[Any], fields: list[TargetField]) -> None:
    sheet = book.add_worksheet(str(wanted.label)[:31])
    head = book.add_format({"bold": True, "bottom": 1})
    needed = book.add_format({"bold": True, "bottom": 1, "bg_color": "#E6F1F3"})
    text, day = book.add_format({"num_format": "@"}), book.add_format({"num_format": "yyyy-mm-dd"})
    general = book.add_format()
    shown = {"date": day, "whole": general, "decimal": general, "money": general}
    for place, field in enumerate(fields):
        label = str(field.label)
        sheet.write_string(0, place, label, needed if field.required else head)
        # Text columns keep a postal code's zeros; a spreadsheet would take them for numbers.
        width = min(max(len(label) + 2, _WIDTH_MIN), _WIDTH_MAX)
        sheet.set_column(place, place, width, shown.get(field.type, text))
        if field.choices:
            choices = [str(value) for value, _label in field.choices]
            sheet.data_validation(1, place, ROWS_MARKED, place, {"validate": "list", "source": choices})
    sheet.freeze_panes(1, 0)


def _write_fields(book: Any, fields: list[TargetField]) -> None:
    sheet = book.add_worksheet(_("What to fill in")[:31])
    head = book.add_format({"bold": True, "bottom": 1})
    plain = book.add_format({"text_wrap": True, "valign": "top"})
    for place, (title, width) in enumerate(((_("Column"), 28), (_("Needed"), 10), (_("What it holds"), 80))):
        sheet.write_string(0, place, title, head)
        sheet.set_column(place, place, width)
    for row, field in enumerate(fields, start=1):
        sheet.write_string(row, 0, str(field.label), plain)
        sheet.write_string(row, 1, _("yes") if field.required else _("no"), plain)
        sheet.write_string(row, 2, " ".join(part for part in (_held(field), str(field.help)) if part), plain)


def _held(field: TargetField) -> str:
    if field.choices:
        return _("One of: %(choices)s.") % {"choices": ", ".join(str(value) for value, _label in field.choices)}
    return {
        "whole": _("A whole number."),
        "decimal": _("A number, like 1234.56."),
        "money": _("An amount, like 1234.56."),
        "date": _("A day, like 2013-11-30."),
        "bool": _("yes or no."),
        "country": _("A country: its code of two letters, like US, or its English name."),
        "currency": _("A currency code of three letters, like USD."),
        "email": _("An e-mail address."),
    }.get(field.type, "")

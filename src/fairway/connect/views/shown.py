"""What the pages of an import show, as values."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from fairway.connect.forms import ENCODINGS, SEPARATORS, MappingForm
from fairway.connect.mapping import Read
from fairway.connect.models import ImportRun
from fairway.connect.rules.mapping import Guess
from fairway.connect.rules.tabular import Line
from fairway.core.http.format import number
from fairway.core.http.parts import Figure
from fairway.core.imports import Target

SAMPLES = 3
_SAMPLE_CHARS = 40


def column_rows(form: MappingForm, guessed: Sequence[Guess], lines: Sequence[Line]) -> list[dict[str, Any]]:
    """One row a column: name, a few of its values, its choice, and why it was guessed so."""
    return [
        {
            "name": guess.column, "field": form[f"column-{place}"],
            "samples": "" if guess.is_forbidden else samples_of(guess.column, lines),
            "is_forbidden": guess.is_forbidden, "why": " ".join(str(reason) for reason in guess.reasons),
        }
        for place, guess in enumerate(guessed)
    ]  # fmt: skip


def samples_of(column: str, lines: Sequence[Line]) -> str:
    texts = dict.fromkeys(text for line in lines if (text := line.values.get(column, "")))
    return " · ".join(_short(text) for text in list(texts)[:SAMPLES])


def preview_rows(reads: Sequence[Read], wanted: Target[Any]) -> dict[str, Any]:
    """The first lines as they would be taken in: heads, cells, and what is wrong with each."""
    used = [field for field in wanted.fields if any(read.values.get(field.name) for read in reads)]
    labels = {field.name: str(field.label) for field in wanted.fields}
    rows = [
        {
            "line": read.line.line, "is_refused": read.is_refused,
            "cells": [_short(read.values.get(field.name, "")) for field in used],
            "issues": [
                {"text": _said(labels.get(issue.field, ""), issue.told), "is_warning": issue.is_warning}
                for issue in read.issues
            ],
        }
        for read in reads
    ]  # fmt: skip
    return {
        "heads": [str(field.label) for field in used], "rows": rows,
        "refused": sum(read.is_refused for read in reads),
    }  # fmt: skip


def _said(label: str, message: str) -> str:
    return f"{label}: {message}" if label else message


def _short(text: str) -> str:
    return text if len(text) <= _SAMPLE_CHARS else text[: _SAMPLE_CHARS - 1] + "…"


def counts_of(run: ImportRun) -> list[Figure]:
    return [
        Figure(_("New"), number(run.rows_created)),
        Figure(_("Changed"), number(run.rows_updated)),
        Figure(_("As before"), number(run.rows_unchanged)),
        Figure(_("Refused"), number(run.rows_refused)),
    ]


def totals_of(run: ImportRun) -> list[dict[str, Any]]:
    """By currency, in exact decimals: what the rows say, what of it was taken, and the difference."""
    return [
        {"currency": currency, "file": file, "taken": taken, "refused": file - taken}
        for currency, file, taken in sorted(
            (currency, Decimal(sums["file"]), Decimal(sums["taken"])) for currency, sums in run.totals.items()
        )
    ]


def file_in_words(run: ImportRun) -> str:
    """Such as “DimReseller.csv, joined with DimGeography.csv · UTF-8, comma · 20 columns”."""
    reading = run.reading
    how = _("sheet “%(name)s”") % {"name": reading["sheet"]} if reading.get("sheet") else _letters(reading)
    name = run.file_name
    if join := reading.get("join"):
        name = _("%(file)s, joined with %(second)s") % {"file": name, "second": join["file_name"]}
    columns = _("%(n)d columns") % {"n": len(reading["columns"])}
    return f"{name} · {how} · {columns}"


def _letters(reading: Mapping[str, Any]) -> str:
    encoding = str(dict(ENCODINGS).get(reading["encoding"], reading["encoding"]))
    separator = str(dict(SEPARATORS).get(reading["separator"], reading["separator"])).lower()
    return f"{encoding}, {separator}"

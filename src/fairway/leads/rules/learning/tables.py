"""Tables of outcomes that somebody brings: rows of text to fields with types, and which outcome is a win. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from fairway.core.conditions import Field
from fairway.core.words import said as _
from fairway.leads.rules.learning.fitting import Ints

ROWS_MOST = 5_000
COLUMNS_MOST = 60
_WINS = ("won", "win", "yes", "true", "1", "converted", "gewonnen", "ja")


class TableError(ValueError):
    """A table that teaches nothing; `str()` says why and how to mend it."""


def outcomes_of(rows: Sequence[Mapping[str, str]], column: str, win: str = "") -> tuple[Ints, str]:
    """Which rows are won, and the value that says so. Rows with other than two outcomes are refused."""
    found = sorted({row[column].strip() for row in rows})
    if len(found) != 2 or "" in found:
        raise TableError(
            str(_("“%(column)s” has %(n)d different values. An outcome has exactly two, in every row.",
                  column=column, n=len(found)))
        )  # fmt: skip
    chosen = win.strip() or next((each for each in found if each.casefold() in _WINS), "")
    if chosen not in found:
        raise TableError(str(_("Say which of “%(a)s” and “%(b)s” is the win.", a=found[0], b=found[1])))
    return np.array([row[column].strip() == chosen for row in rows], dtype=np.int64), chosen


def distinct(rows: Sequence[Mapping[str, str]]) -> list[Mapping[str, str]]:
    """Each row once: one that is repeated word for word says nothing new, and would flatter a model that saw it."""
    return list({tuple(row.items()): row for row in rows}.values())


def fields_of(rows: Sequence[Mapping[str, str]], outcome: str) -> tuple[list[Field], dict[str, list[Any]]]:
    """Fields and columns of everything but the outcome: numbers where all that is known are numbers."""
    fields: list[Field] = []
    table: dict[str, list[Any]] = {}
    for name in rows[0] if rows else ():
        if name == outcome:
            continue
        texts = [row[name].strip() for row in rows]
        numbers = _numbers(texts)
        is_number = numbers is not None and len(set(texts)) > 2
        fields.append(Field(name, name, "number" if is_number else "text", known_at_capture=True))
        table[name] = list(numbers) if is_number and numbers is not None else [text or None for text in texts]
    return fields, table


def _numbers(texts: Sequence[str]) -> list[float | None] | None:
    try:
        return [float(text) if text else None for text in texts] if any(texts) else None
    except ValueError:
        return None

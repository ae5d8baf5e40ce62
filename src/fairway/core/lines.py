"""Many rows in one go, each by itself: what can be done is done, the rest says why not."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import transaction

from fairway.core.moves import StateConflict
from fairway.core.refusals import Refused
from fairway.core.states import TransitionRefused

ROWS_MOST = 200


@dataclass(frozen=True, slots=True)
class Line:
    """What became of one row; `said` is the sentence of a refusal."""

    uid: UUID
    name: str
    is_done: bool
    said: str = ""


def name_of(row: Any) -> str:
    """How a line names a row: the company it is about, else what it calls itself."""
    return getattr(row, "customer_name", "") or getattr(row, "company", "") or str(row)


def line_by_line(rows: Iterable[Any], act: Callable[[Any], object]) -> list[Line]:
    """Do `act` to each row; a refusal of one undoes that one alone and is kept as its line."""
    lines = []
    for row in rows:
        try:
            with transaction.atomic():
                act(row)
        except (Refused, StateConflict, TransitionRefused) as refusal:
            lines.append(Line(row.uid, name_of(row), False, str(refusal)))
        else:
            lines.append(Line(row.uid, name_of(row), True))
    return lines

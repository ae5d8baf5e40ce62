"""Leads that came to an end, and whether they were won: by the deal that came of them.

A lead is won when its deal was won. It is lost when its deal was lost, or when it was closed without a deal; leads
closed as duplicates of another say nothing and are left out, as are all that are still open. Deals are known to a
higher app, which registers what it knows in `register_outcomes`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fairway.core.conditions import Field
from fairway.leads.conditions import LEADS, lead_values, subject_in
from fairway.leads.models import Lead
from fairway.leads.queries.score_cards import published_cards, score_rows
from fairway.leads.queries.subjects import lead_rows
from fairway.leads.rules.learning.chances import rows_to_table
from fairway.leads.rules.states import LeadState

OUTCOMES_MOST = 20_000
SILENT_REASONS = ("duplicate",)
OutcomesOf = Callable[[int], Sequence[tuple[int, bool, datetime]]]
_sources: list[OutcomesOf] = []


def register_outcomes(source: OutcomesOf) -> None:
    """`source(most)` gives (lead, won, when), the latest first."""
    if source not in _sources:
        _sources.append(source)


@dataclass(frozen=True, slots=True)
class Outcomes:
    """Rows of `queries.subjects.lead_rows` and whether each was won; since and until are when they ended."""

    rows: list[dict[str, Any]]
    won: NDArray[np.int64]
    since: datetime | None
    until: datetime | None


def known_at_capture() -> list[Field]:
    """The fields that a model may learn from, and no others."""
    return [field for field in LEADS.fields.values() if field.known_at_capture]


def closed_leads(most: int = OUTCOMES_MOST) -> Outcomes:
    """The latest `most` outcomes."""
    found: dict[int, tuple[bool, datetime]] = {}
    for source in _sources:
        found |= {lead_id: (won, at) for lead_id, won, at in source(most)}
    closed = Lead.objects.filter(state=LeadState.CLOSED, closed_at__isnull=False).exclude(
        close_reason__in=SILENT_REASONS
    )
    for lead_id, at in closed.order_by("-closed_at", "-pk").values_list("pk", "closed_at")[:most]:
        found.setdefault(lead_id, (False, at))
    latest = sorted(found, key=lambda lead_id: (found[lead_id][1], lead_id), reverse=True)[:most]
    rows = lead_rows(latest)
    times = [found[row["id"]][1] for row in rows]
    won = np.array([found[row["id"]][0] for row in rows], dtype=np.int64)
    return Outcomes(rows, won, min(times, default=None), max(times, default=None))


def table_of(rows: Sequence[dict[str, Any]], currency: str) -> dict[str, list[Any]]:
    """The columns of the fields known at capture."""
    values = [lead_values(row, currency) for row in rows]
    return rows_to_table(values, [field.name for field in known_at_capture()])


def rule_points(rows: Sequence[dict[str, Any]], currency: str) -> NDArray[np.float64] | None:
    """What the published cards give the same leads as they came in; None without a card."""
    asked = published_cards(subject_in(LEADS, currency))
    if not asked or not rows:
        return None
    found = score_rows(asked, rows, currency, min(row["captured_at"] for row in rows))
    return np.array([one[1].points if one else 0 for one in found], dtype=np.float64)

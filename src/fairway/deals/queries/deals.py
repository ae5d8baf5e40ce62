"""Deals for lists, boards and pages, in the context of whoever looks."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, F, Q, QuerySet, Sum

from fairway.core.events.record import subject_type
from fairway.core.search.find import ids_of
from fairway.deals.models import Deal, Protection
from fairway.deals.queries.conflicts import LIVE
from fairway.deals.rules.states import DEAL, OPEN_STAGES
from fairway.leads.models import Touch
from fairway.partners.queries.partners import ids_named

BOARD_MOST = 40


@dataclass(frozen=True, slots=True)
class Stage:
    """One column of a pipeline: how many deals there are, their value in each currency, and the first of them."""

    state: str
    label: str
    count: int
    amounts: tuple[tuple[str, int], ...]
    deals: tuple[Deal, ...]


def visible() -> QuerySet[Deal]:
    return Deal.objects.select_related("product_line", "seller", "partner", "protection")


def listed(
    *, state: str = "open", cams: Collection[int] | None = None, text: str = "", partner_name: str = ""
) -> QuerySet[Deal]:
    """Deals for a list; `text` and `partner_name` find as the search does."""
    rows = visible()
    if text.strip():
        rows = rows.filter(pk__in=ids_of("deals", text))
    if partner_name.strip():
        rows = rows.filter(partner__in=ids_named(partner_name))
    if state == "open":
        rows = rows.filter(state__in=OPEN_STAGES)
    elif state != "all":
        rows = rows.filter(state=state)
    return rows.filter(partner__cam_id__in=cams) if cams else rows


def pipeline(rows: QuerySet[Deal]) -> list[Stage]:
    """The open stages with the deals that come next in each; two queries and one more a stage."""
    open_rows = rows.filter(state__in=OPEN_STAGES)
    sums: dict[str, list[tuple[str, int]]] = {stage: [] for stage in OPEN_STAGES}
    counts: dict[str, int] = dict.fromkeys(OPEN_STAGES, 0)
    grouped = open_rows.order_by().values_list("state", "currency").annotate(n=Count("pk"), total=Sum("amount_minor"))
    for state, currency, n, total in grouped:
        counts[state] += n
        if total:
            sums[state].append((currency, total))
    return [
        Stage(stage, DEAL.label(stage), counts[stage], tuple(sorted(sums[stage])), _first(open_rows, stage))
        for stage in OPEN_STAGES
    ]


def _first(rows: QuerySet[Deal], stage: str) -> tuple[Deal, ...]:
    in_order = rows.filter(state=stage).order_by(F("next_step_on").asc(nulls_last=True), "closes_on", "pk")
    return tuple(in_order[:BOARD_MOST])


def late_steps(rows: QuerySet[Deal], today: Any, most: int) -> Iterable[Deal]:
    """Open deals whose next step is due today or before, most overdue first."""
    due = rows.filter(state__in=OPEN_STAGES, next_step_on__lte=today)
    return due.order_by("next_step_on", "pk")[:most]


def live_protections() -> QuerySet[Protection]:
    return Protection.objects.filter(state__in=LIVE).select_related("partner", "product_line", "customer")


def touches_of(deal: Deal, most: int = 20) -> QuerySet[Touch]:
    """Contacts with the customer about this deal and the lead it came from, newest first."""
    about = Q(subject_type=subject_type(deal), subject_id=deal.pk)
    if deal.lead_id is not None:
        about |= Q(subject_type="lead", subject_id=deal.lead_id)
    return Touch.objects.filter(about).select_related("seat").order_by("-touched_at", "-pk")[:most]

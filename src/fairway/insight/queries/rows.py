"""The rows behind a number of a review: what a person sees who clicks it, and what its export holds."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import F, QuerySet
from django.utils.translation import gettext as _

from fairway.core.access import Member
from fairway.core.refusals import Refused
from fairway.deals.models import Deal, Registration
from fairway.insight.queries.review import partners_in_view
from fairway.leads.models import Lead, Offer
from fairway.sales.models import SalesKind, SalesLine

UTC = ZoneInfo("UTC")
# kind → (columns as (key, orm path)); the first is the time by which rows are chosen and ordered.
COLUMNS: dict[str, list[tuple[str, str]]] = {
    "revenue": [
        ("when", "ordered_on"), ("partner_name", "partner__name"), ("what", "product__name"),
        ("order", "order_number"), ("line", "line_number"), ("quantity", "quantity"), ("amount", "amount"),
        ("currency", "currency"),
    ],
    "offered": [
        ("when", "offered_at"), ("partner_name", "partner__name"), ("what", "title"), ("place", "place"),
        ("state", "state"), ("answered", "answered_at"),
    ],
    "touched": [("when", "first_touch_at"), ("partner_name", "partner__name"), ("what", "title"), ("state", "state")],
    "registered": [
        ("when", "submitted_at"), ("partner_name", "partner__name"), ("what", "customer_name"), ("state", "state"),
        ("amount_minor", "amount_minor"), ("currency", "currency"),
    ],
    "won": [
        ("when", "closed_at"), ("partner_name", "partner__name"), ("what", "customer_name"), ("state", "state"),
        ("amount_minor", "amount_minor"), ("currency", "currency"),
    ],
}  # fmt: skip
COLUMNS["accepted"] = [("when", "answered_at"), *COLUMNS["offered"][1:5]]
COLUMNS["lost"] = COLUMNS["won"]


def _source(kind: str) -> QuerySet:
    return {
        "revenue": SalesLine.objects.filter(kind=SalesKind.SELL_IN),
        "offered": Offer.objects.all(),
        "accepted": Offer.objects.filter(state="accepted"),
        "touched": Lead.objects.all(),
        "registered": Registration.objects.all(),
        "won": Deal.objects.filter(state="won"),
        "lost": Deal.objects.filter(state="lost"),
    }[kind]


def rows_behind(member: Member, kind: str, start: date, until: date, partner_uid: str = "") -> QuerySet:
    """Dicts with the keys of COLUMNS[kind], newest first, from `start` to the day before `until`."""
    path = COLUMNS[kind][0][1]
    rows = _source(kind)
    if member.role == "cam":
        rows = rows.filter(partner__in=partners_in_view(member))
    if partner_uid:
        rows = rows.filter(partner__uid=partner_uid)
    of_days = kind == "revenue"
    low, high = (start, until) if of_days else (_instant(start), _instant(until))
    kept = rows.filter(**{f"{path}__gte": low, f"{path}__lt": high}).order_by(f"-{path}", "-pk")
    renamed = {key: F(column) for key, column in COLUMNS[kind] if key != column}
    return kept.annotate(**renamed).values(*(key for key, _ in COLUMNS[kind]))


def _instant(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=UTC)


def parse_period(parameters: Mapping[str, str]) -> tuple[date, date] | None:
    """(start, until) of `from` and `to` (inclusive) in an address; None when they are not dates in order."""
    try:
        start = date.fromisoformat(parameters.get("from", ""))
        last = date.fromisoformat(parameters.get("to", ""))
    except ValueError:
        return None
    return (start, last + timedelta(days=1)) if start <= last else None


def export_rows(member: Member, parameters: Mapping[str, str]) -> Iterator[list[Any]]:
    """Head and rows of the export of kind "review-rows"."""
    kind, period = parameters.get("what", ""), parse_period(parameters)
    if kind not in COLUMNS or period is None:
        raise Refused(_("The export names no rows: open the list again and export from there."))
    yield [key for key, _ in COLUMNS[kind]]
    for row in rows_behind(member, kind, *period, parameters.get("partner", "")).iterator(chunk_size=5000):
        yield list(row.values())

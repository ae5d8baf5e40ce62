"""One row per partner with its year, for the list of reviews."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.db.models import Count, F, Q, Sum

from fairway.core.access import Member
from fairway.deals.models import Deal
from fairway.insight.queries.review import partners_in_view
from fairway.insight.rules.periods import Window
from fairway.insight.rules.plain import Rows
from fairway.leads.models import Offer
from fairway.sales.models import SalesKind, SalesLine

# The columns of a row of `years`, in their order; revenue and the year before are decimals as text.
COLUMNS = ("uid", "name", "cam_name", "revenue", "before", "offered", "accepted", "won", "sort_name")
SORTS = {
    "name": lambda row: row[8],
    "revenue_minor": lambda row: Decimal(row[3]),
    "before_minor": lambda row: Decimal(row[4]),
    "offered": lambda row: row[5],
    "accepted": lambda row: row[6],
    "won": lambda row: row[7],
}


def years(member: Member, window: Window) -> Rows:
    """The year of each partner in view that is not inactive, in the order of their names. Four queries."""
    partners = partners_in_view(member).filter(~Q(state="inactive"))
    known = partners.order_by("sort_name", "pk").values_list("pk", "uid", "name", "cam__name", "sort_name")
    lines, offers, won = _lines(window), _offers(window), _won(window)
    rows = []
    for pk, uid, name, cam_name, sort_name in known:
        sold, answered = lines.get(pk, {}), offers.get(pk, {})
        rows.append(
            [
                str(uid), name, cam_name, str(sold.get("revenue") or 0), str(sold.get("before") or 0),
                answered.get("offered", 0), answered.get("accepted", 0), won.get(pk, {}).get("won", 0), sort_name,
            ]
        )  # fmt: skip
    return Rows(rows)


def ordered(rows: Rows, sort: str) -> list[list[Any]]:
    """By one of SORTS, downwards with a “-” before it; partners that are equal there stay in the order of names."""
    key = SORTS.get(sort.lstrip("-"))
    if key is None:
        return sorted(rows.of, key=SORTS["revenue_minor"])
    return sorted(rows.of, key=key, reverse=sort.startswith("-"))


def as_dict(row: list[Any]) -> dict[str, Any]:
    found = dict(zip(COLUMNS, row, strict=True))
    return found | {"revenue": Decimal(found["revenue"]), "before": Decimal(found["before"])}


def _by_partner(rows: Any, **measures: Any) -> dict[int, Mapping[str, Any]]:
    return {row["partner"]: row for row in rows.order_by().values("partner").annotate(**measures)}


def _lines(window: Window) -> dict[int, Mapping[str, Any]]:
    before = window.year_before
    lines = SalesLine.objects.filter(
        kind=SalesKind.SELL_IN, ordered_on__gte=before.start, ordered_on__lt=window.until, partner__isnull=False
    )
    return _by_partner(
        lines,
        revenue=Sum("amount", filter=Q(ordered_on__gte=window.start)),
        before=Sum("amount", filter=Q(ordered_on__lt=before.until)),
    )


def _offers(window: Window) -> dict[int, Mapping[str, Any]]:
    start, until = window.instants[0], window.until_at
    made = Q(offered_at__gte=start, offered_at__lt=until)
    accepted = Q(state="accepted", answered_at__gte=start, answered_at__lt=until)
    return _by_partner(
        Offer.objects.filter(made | accepted), offered=Count("pk", filter=made), accepted=Count("pk", filter=accepted)
    )


def _won(window: Window) -> dict[int, Mapping[str, Any]]:
    start, until = window.instants[0], window.until_at
    return _by_partner(Deal.objects.filter(state="won", closed_at__gte=start, closed_at__lt=until), won=Count(F("pk")))

"""One row per partner with its year, for the list of reviews."""

from decimal import Decimal
from typing import Any

from django.db.models import Count, DecimalField, F, IntegerField, OuterRef, Q, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Coalesce
from django.http import HttpRequest

from fairway.core.access import Member
from fairway.core.http.paging import Page, paginate
from fairway.deals.models import Deal
from fairway.insight.queries.review import partners_in_view
from fairway.insight.rules.periods import Window
from fairway.leads.models import Offer
from fairway.sales.models import SalesKind, SalesLine

SORTS = {"name": "sort_name", "revenue_minor": "revenue", "before_minor": "before"} | {
    key: key for key in ("offered", "accepted", "won")
}


def _sum_of_lines(window: Window) -> Any:
    lines = SalesLine.objects.filter(
        partner=OuterRef("pk"), kind=SalesKind.SELL_IN, ordered_on__gte=window.start, ordered_on__lt=window.until
    )
    return _one(lines, Sum("amount"), DecimalField(max_digits=24, decimal_places=4), Decimal(0))


def _one(rows: QuerySet, measure: Any, field: Any, otherwise: Any) -> Any:
    summed = rows.order_by().values("partner").annotate(found=measure).values("found")
    return Coalesce(Subquery(summed, output_field=field), Value(otherwise, output_field=field))


def partner_years(member: Member, window: Window, request: HttpRequest) -> Page:
    """Dicts of uid, name, cam_name, revenue, before (the year before), offered, accepted, won; by `?sort=`."""
    start, until = window.instants[0], window.until_at
    offers = Offer.objects.filter(partner=OuterRef("pk"))
    won = Deal.objects.filter(partner=OuterRef("pk"), state="won", closed_at__gte=start, closed_at__lt=until)
    made = offers.filter(offered_at__gte=start, offered_at__lt=until)
    accepted = offers.filter(state="accepted", answered_at__gte=start, answered_at__lt=until)
    asked = request.GET.get("sort", "-revenue_minor")
    order = SORTS.get(asked.lstrip("-"), "revenue")
    rows = (
        partners_in_view(member)
        .filter(~Q(state="inactive"))
        .annotate(
            cam_name=F("cam__name"),
            revenue=_sum_of_lines(window),
            before=_sum_of_lines(window.year_before),
            offered=_one(made, Count("pk"), IntegerField(), 0),
            accepted=_one(accepted, Count("pk"), IntegerField(), 0),
            won=_one(won, Count("pk"), IntegerField(), 0),
        )
        .order_by(f"{'-' if asked.startswith('-') else ''}{order}", "pk")
        .values("uid", "name", "cam_name", "revenue", "before", "offered", "accepted", "won")
    )
    return paginate(rows, request)

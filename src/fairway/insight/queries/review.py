"""The twelve-month review of one partner, of a CAM's partners, or of the whole channel, as of a date."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Count, ExpressionWrapper, F, FloatField, Q, QuerySet, Sum
from django.db.models.functions import Extract

from fairway.core.access import Member
from fairway.core.tenancy.models import Partner
from fairway.deals.models import Deal, Registration
from fairway.deals.rules.states import OPEN_STAGES
from fairway.insight.queries.measures import Percentile, by_month
from fairway.insight.rules.periods import Window
from fairway.leads.models import Lead, Offer
from fairway.sales.models import SalesKind, SalesLine

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Month:
    """One rolling month. Revenue is sell-in with four decimals; hours are from offer to answer."""

    ends_on: Any
    revenue: Decimal
    revenue_before: Decimal
    offered: int
    accepted: int
    refused: int
    touched: int
    registered: int
    won: int
    won_minor: int
    lost: int
    median_hours: float | None
    slow_hours: float | None


@dataclass(frozen=True, slots=True)
class Review:
    window: Window
    months: list[Month]
    partners_with_revenue: int
    open_deals: int
    open_minor: int
    median_hours: float | None
    slow_hours: float | None
    median_first_touch_hours: float | None

    def total(self, name: str) -> Any:
        return sum((getattr(month, name) for month in self.months), ZERO if name.startswith("revenue") else 0)

    @property
    def revenue(self) -> Decimal:
        return self.total("revenue")

    @property
    def growth(self) -> float | None:
        """Change against the year before, as a share; None without revenue then."""
        before = self.total("revenue_before")
        return float(self.revenue / before) - 1 if before else None

    @property
    def accepted_share(self) -> float | None:
        """Accepted ÷ offers that ended; offers still open are in neither."""
        ended = self.total("accepted") + self.total("refused")
        return self.total("accepted") / ended if ended else None

    @property
    def won_share(self) -> float | None:
        closed = self.total("won") + self.total("lost")
        return self.total("won") / closed if closed else None


def partners_in_view(member: Member) -> QuerySet[Partner]:
    """The partners whose numbers a member may see: a CAM its own, other staff all, a partner its own records."""
    partners = Partner.objects.all()
    return partners.filter(cam_id=member.seat_id) if member.role == "cam" else partners


def hours_between(later: str, earlier: str) -> Any:
    seconds = Extract(F(later) - F(earlier), "epoch")
    return ExpressionWrapper(seconds / 3600.0, output_field=FloatField())


def _of(rows: QuerySet, partners: Iterable[int] | QuerySet | None) -> QuerySet:
    return rows if partners is None else rows.filter(partner_id__in=partners)


def _revenue(partners: Any, window: Window) -> list[Decimal]:
    lines = _of(SalesLine.objects.filter(kind=SalesKind.SELL_IN), partners)
    return [
        row["revenue"] or ZERO
        for row in by_month(lines, "ordered_on", window.bounds, window.months, revenue=Sum("amount"))
    ]


def review(partners: Any, window: Window) -> Review:
    """The review of partners (ids or a queryset of ids; None for all in the reader's scope).

    Only what had happened by the as-of date counts: an answer given later leaves the offer open.
    """
    until = window.until_at
    instants, count = window.instants, window.months
    offers = _of(Offer.objects.all(), partners)
    answered = offers.filter(answered_at__lt=until)
    made = by_month(offers, "offered_at", instants, count, offered=Count("pk"))
    hours = hours_between("answered_at", "offered_at")
    answers = by_month(
        answered,
        "answered_at",
        instants,
        count,
        accepted=Count("pk", filter=Q(state="accepted")),
        refused=Count("pk", filter=Q(state__in=["declined", "lapsed"])),
        median=Percentile(hours, 0.5, filter=Q(state__in=["accepted", "declined"])),
        slow=Percentile(hours, 0.9, filter=Q(state__in=["accepted", "declined"])),
    )
    touched = by_month(_of(Lead.objects.all(), partners), "first_touch_at", instants, count, touched=Count("pk"))
    registered = by_month(
        _of(Registration.objects.all(), partners), "submitted_at", instants, count, registered=Count("pk")
    )
    deals = _of(Deal.objects.all(), partners)
    closed = by_month(
        deals,
        "closed_at",
        instants,
        count,
        won=Count("pk", filter=Q(state="won")),
        won_minor=Sum("amount_minor", filter=Q(state="won")),
        lost=Count("pk", filter=Q(state="lost")),
    )
    revenue, before = _revenue(partners, window), _revenue(partners, window.year_before)
    months = [
        Month(
            ends_on=window.ends[i],
            revenue=revenue[i],
            revenue_before=before[i],
            offered=made[i]["offered"] or 0,
            accepted=answers[i]["accepted"] or 0,
            refused=answers[i]["refused"] or 0,
            touched=touched[i]["touched"] or 0,
            registered=registered[i]["registered"] or 0,
            won=closed[i]["won"] or 0,
            won_minor=closed[i]["won_minor"] or 0,
            lost=closed[i]["lost"] or 0,
            median_hours=answers[i]["median"],
            slow_hours=answers[i]["slow"],
        )
        for i in range(count)
    ]
    return Review(window=window, months=months, **_totals(partners, window, answered, deals, hours))


def _totals(partners: Any, window: Window, answered: QuerySet, deals: QuerySet, hours: Any) -> dict[str, Any]:
    start, until = window.instants[0], window.until_at
    speed = answered.filter(answered_at__gte=start, state__in=["accepted", "declined"]).aggregate(
        median=Percentile(hours, 0.5), slow=Percentile(hours, 0.9)
    )
    # Open as of the date: made by then and not closed by then.
    still_open = deals.filter(created_at__lt=until).filter(Q(closed_at__gte=until) | Q(state__in=OPEN_STAGES))
    pipeline = still_open.aggregate(count=Count("pk"), minor=Sum("amount_minor"))
    first_touch = (
        _of(Lead.objects.all(), partners)
        .filter(accepted_at__gte=start, accepted_at__lt=until, first_touch_at__lt=until)
        .aggregate(median=Percentile(hours_between("first_touch_at", "accepted_at"), 0.5))
    )
    lines = _of(SalesLine.objects.filter(kind=SalesKind.SELL_IN), partners).filter(
        ordered_on__gte=window.start, ordered_on__lt=window.until
    )
    return {
        "partners_with_revenue": lines.aggregate(found=Count("partner_id", distinct=True))["found"],
        "open_deals": pipeline["count"],
        "open_minor": pipeline["minor"] or 0,
        "median_hours": speed["median"],
        "slow_hours": speed["slow"],
        "median_first_touch_hours": first_touch["median"],
    }

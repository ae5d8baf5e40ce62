"""The twelve-month review of one partner, of a CAM's partners, or of the whole channel, as of a date."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Count, Q, QuerySet, Sum

from fairway.core.access import Member
from fairway.core.measures import by_period, in_all
from fairway.core.tenancy.models import Partner
from fairway.deals.models import Deal
from fairway.deals.rules.states import OPEN_STAGES
from fairway.insight.rules.periods import Window

ZERO = Decimal(0)
# What a review shows month by month, and what only has a meaning over the whole window.
BY_MONTH = (
    "sales.revenue", "offers.made", "offers.accepted", "offers.refused", "offers.median_hours", "offers.slow_hours",
    "leads.touched", "registrations.submitted", "deals.won", "deals.won_minor", "deals.lost",
)  # fmt: skip
IN_ALL = ("sales.partners", "offers.median_hours", "offers.slow_hours", "leads.median_touch_hours")


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
    return partners.filter(cam_id__in=member.answers_for) if member.role == "cam" else partners


def _of(rows: QuerySet, partners: Iterable[int] | QuerySet | None) -> QuerySet:
    return rows if partners is None else rows.filter(partner_id__in=partners)


def review(partners: Any, window: Window) -> Review:
    """The review of partners (ids or a queryset of ids; None for all in the reader's scope).

    Only what had happened by the as-of date counts: an answer given later leaves the offer open.
    """

    def narrow(rows: QuerySet) -> QuerySet:
        return _of(rows, partners)

    found = by_period(BY_MONTH, window.bounds, window.instants, narrow)
    before = by_period(["sales.revenue"], window.year_before.bounds, window.year_before.instants, narrow)
    months = [_month(window.ends[i], found[i], before[i]["sales.revenue"]) for i in range(window.months)]
    whole = in_all(IN_ALL, window.bounds, window.instants, narrow)
    open_deals, open_minor = _pipeline(narrow(Deal.objects.all()), window)
    return Review(
        window=window,
        months=months,
        partners_with_revenue=whole["sales.partners"],
        open_deals=open_deals,
        open_minor=open_minor,
        median_hours=whole["offers.median_hours"],
        slow_hours=whole["offers.slow_hours"],
        median_first_touch_hours=whole["leads.median_touch_hours"],
    )


@dataclass(frozen=True, slots=True)
class Headline:
    revenue: Decimal
    growth: float | None
    open_deals: int
    open_minor: int


def headline(partners: Any, window: Window) -> Headline:
    """Revenue, its growth, and the open pipeline alone: three queries, for home pages."""

    def narrow(rows: QuerySet) -> QuerySet:
        return _of(rows, partners)

    def revenue(of: Window) -> Decimal:
        return in_all(["sales.revenue"], of.bounds, of.instants, narrow)["sales.revenue"] or ZERO

    now, before = revenue(window), revenue(window.year_before)
    open_deals, open_minor = _pipeline(narrow(Deal.objects.all()), window)
    return Headline(now, float(now / before) - 1 if before else None, open_deals, open_minor)


def _month(ends_on: Any, values: dict[str, Any], revenue_before: Decimal | None) -> Month:
    def count(name: str) -> int:
        return values[name] or 0

    return Month(
        ends_on=ends_on,
        revenue=values["sales.revenue"] or ZERO,
        revenue_before=revenue_before or ZERO,
        offered=count("offers.made"),
        accepted=count("offers.accepted"),
        refused=count("offers.refused"),
        touched=count("leads.touched"),
        registered=count("registrations.submitted"),
        won=count("deals.won"),
        won_minor=count("deals.won_minor"),
        lost=count("deals.lost"),
        median_hours=values["offers.median_hours"],
        slow_hours=values["offers.slow_hours"],
    )


def _pipeline(deals: QuerySet, window: Window) -> tuple[int, int]:
    """(count, value) of the deals open as of the date: made by then and not closed by then."""
    until = window.until_at
    still_open = deals.filter(created_at__lt=until).filter(Q(closed_at__gte=until) | Q(state__in=OPEN_STAGES))
    found = still_open.aggregate(count=Count("pk"), minor=Sum("amount_minor"))
    return found["count"], found["minor"] or 0

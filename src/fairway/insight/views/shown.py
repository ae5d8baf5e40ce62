"""What review pages show: headline numbers, charts with their answers, tables. From values of the queries."""

from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from fairway.core.http import format as shown
from fairway.core.http.charts import Chart, Series
from fairway.core.http.parts import Figure
from fairway.core.http.tables import Column, Table
from fairway.insight.queries.review import Month, Review


def minor_of(revenue: Decimal) -> int:
    """Two decimals of a sum that has four, rounded once, half to even."""
    return int((revenue * 100).quantize(Decimal(1), rounding=ROUND_HALF_EVEN))


def hours(value: float | None) -> str:
    return _("%(hours)s h") % {"hours": shown.number(value, 1)} if value is not None else "–"


def figures(review: Review, currency: str, *, of_channel: bool) -> list[Figure]:
    growth = review.growth
    partners = review.partners_with_revenue
    revenue_note = (
        _("%(growth)s on the year before") % {"growth": signed_percent(growth)}
        if growth is not None
        else _("nothing the year before")
    )
    if of_channel:
        sold = ngettext("%(count)s partner sold", "%(count)s partners sold", partners) % {"count": partners}
        revenue_note = f"{sold}; {revenue_note}"
    offered, accepted = review.total("offered"), review.total("accepted")
    return [
        Figure(_("Revenue"), shown.money(minor_of(review.revenue), currency), revenue_note),
        Figure(
            _("Offers accepted"),
            shown.number(accepted),
            _accepted_note(offered, review),
        ),
        Figure(
            _("Deals won"),
            shown.number(review.total("won")),
            _("%(share)s of those closed, %(value)s")
            % {"share": percent(review.won_share), "value": whole(review.total("won_minor"), currency)},
        ),
        Figure(
            _("Open pipeline"),
            whole(review.open_minor, currency),
            ngettext("%(count)s deal", "%(count)s deals", review.open_deals) % {"count": review.open_deals},
        ),
        Figure(
            _("Time to answer"),
            hours(review.median_hours),
            _("median; first touch %(touch)s after acceptance") % {"touch": hours(review.median_first_touch_hours)},
        ),
    ]


def whole(minor: int, currency: str) -> str:
    return shown.money(minor, currency, cents=False)


def percent(share: float | None) -> str:
    return shown.percent(share * 100) if share is not None else "–"


def signed_percent(share: float) -> str:
    return ("+" if share > 0 else "") + shown.percent(share * 100)


def charts(review: Review, currency: str) -> list[Chart]:
    months = review.months
    labels = [date_format(month.ends_on, "M")[:3] for month in months]
    symbol = shown.currency_symbol(currency)
    return [
        Chart.line(
            _("Is revenue growing?"),
            growth_answer(review),
            labels,
            [
                Series(_("this year"), [thousands(month.revenue) for month in months]),
                Series(_("year before"), [thousands(month.revenue_before) for month in months]),
            ],
            unit=f"{symbol} 1,000",
        ),
        Chart.stacked(
            _("Do offers turn into acceptances?"),
            offers_answer(review),
            labels,
            [
                Series(_("accepted"), [month.accepted for month in months]),
                Series(_("declined or lapsed"), [month.refused for month in months]),
            ],
        ),
        Chart.range(
            _("How fast are answers?"),
            speed_answer(review),
            labels,
            Series(_("median"), [month.median_hours for month in months]),
            Series(_("slowest tenth"), [month.slow_hours for month in months]),
            unit=_("hours"),
        ),
    ]


def thousands(revenue: Decimal) -> float:
    return round(float(revenue) / 1000, 1)


def growth_answer(review: Review) -> str:
    if not review.revenue:
        return _("No revenue in these twelve months.")
    if review.growth is None:
        return _("There was none the year before to compare with.")
    better = sum(month.revenue > month.revenue_before for month in review.months)
    months = ngettext("in %(count)s month of twelve", "in %(count)s months of twelve", better) % {"count": better}
    if review.growth >= 0:
        return _("Yes, by %(share)s: ahead %(months)s.") % {
            "share": shown.percent(review.growth * 100),
            "months": months,
        }
    share = shown.percent(-review.growth * 100)
    return _("No, it fell by %(share)s: ahead %(months)s.") % {"share": share, "months": months}


def offers_answer(review: Review) -> str:
    if review.accepted_share is None:
        return _("No offer was answered in these twelve months.")
    return _("%(share)s of the answered or lapsed offers were accepted.") % {"share": percent(review.accepted_share)}


def speed_answer(review: Review) -> str:
    if review.median_hours is None:
        return _("No answers yet.")
    return _("Half of the answers come within %(median)s, nine in ten within %(slow)s.") % {
        "median": hours(review.median_hours),
        "slow": hours(review.slow_hours),
    }


def month_rows(review: Review, rows_url: str, partner: str) -> list[dict[str, Any]]:
    """One dict per month for MonthTable; `*_url` lead to the rows behind each number."""
    bounds = review.window.bounds
    return [_month_row(month, bounds[i], rows_url, partner) for i, month in enumerate(review.months)]


def _month_row(month: Month, start: Any, rows_url: str, partner: str) -> dict[str, Any]:
    def behind(what: str) -> str:
        query = {"what": what, "from": start.isoformat(), "to": month.ends_on.isoformat()}
        return f"{rows_url}?{urlencode(query | ({'partner': partner} if partner else {}))}"

    before = month.revenue_before
    return {
        "month": date_format(month.ends_on, "M Y"),
        "revenue_minor": minor_of(month.revenue),
        "before_minor": minor_of(before),
        "growth": float(month.revenue / before - 1) * 100 if before else None,
        **{name: getattr(month, name) for name in ("offered", "accepted", "touched", "registered", "won", "lost")},
        "median_hours": month.median_hours,
        "slow_hours": month.slow_hours,
        **{f"{what}_url": behind(what) for what in ("revenue", "offered", "accepted", "touched", "registered", "won")},
    }


def month_table(review: Review, currency: str, rows_url: str, partner: str, **extra: Any) -> Table:
    symbol = shown.currency_symbol(currency)
    revenue, offers, answer = _("Revenue"), _("Offers"), _("Hours to answer")
    columns = [
        Column("month", _("Month"), kind="name", url="revenue_url"),
        Column("revenue_minor", _("This year"), kind="money", currency=currency, unit=symbol, group=revenue, total=True,
               url="revenue_url", is_strong=True),
        Column("before_minor", _("Year before"), kind="money", currency=currency, unit=symbol, group=revenue,
               total=True),
        Column("growth", _("Growth, %"), kind="number", group=revenue),
        Column("offered", _("Made"), kind="number", group=offers, total=True, url="offered_url"),
        Column("accepted", _("Accepted"), kind="number", group=offers, total=True, url="accepted_url"),
        Column("touched", _("Touched"), kind="number", total=True, url="touched_url"),
        Column("registered", _("Registered"), kind="number", total=True, url="registered_url"),
        Column("won", _("Won"), kind="number", total=True, url="won_url"),
        Column("median_hours", _("Median"), kind="number", decimals=1, group=answer),
        Column("slow_hours", _("Slow 10 %"), kind="number", decimals=1, group=answer),
    ]  # fmt: skip
    return MonthTable(month_rows(review, rows_url, partner), columns=columns, total_label=_("12 months"), **extra)


class MonthTable(Table):
    name = "months"
    caption = gettext_lazy("Month by month")


def _accepted_note(offered: int, review: Review) -> str:
    """What the number of accepted offers is to be measured by."""
    if not offered:
        return _("none was made")
    if review.accepted_share is None:
        return ngettext("of %(n)s made, none answered yet", "of %(n)s made, none answered yet", offered) % {
            "n": shown.number(offered)
        }
    return _("of %(offered)s made, %(share)s of those answered") % {
        "offered": shown.number(offered), "share": percent(review.accepted_share),
    }  # fmt: skip


def rows_url(surface: str) -> str:
    return reverse("review-rows" if surface == "console" else "portal-review-rows")

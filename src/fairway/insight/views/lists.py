"""The tables of reviews and reports."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from typing import Any
from urllib.parse import urlencode

from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from fairway.core.access import Member
from fairway.core.http import format as shown
from fairway.core.http.charts import Chart, Series
from fairway.core.http.format import day
from fairway.core.http.paging import Page, paginate_rows
from fairway.core.http.tables import Column, Table
from fairway.insight.queries.channel import Axis, FunnelStep, expanded
from fairway.insight.queries.partners import as_dict, ordered
from fairway.insight.queries.review import partners_in_view
from fairway.insight.queries.rows import COLUMNS, parse_period
from fairway.insight.rules.periods import Window
from fairway.insight.rules.plain import Rows
from fairway.insight.views.shown import minor_of

AXIS_WORDS: dict[str, Any] = {
    "partner": gettext_lazy("Partner"),
    "tier": gettext_lazy("Tier"),
    "territory": gettext_lazy("Territory"),
}
FUNNEL_WORDS: dict[str, Any] = {
    "captured": gettext_lazy("Captured"),
    "scored": gettext_lazy("Scored"),
    "offered": gettext_lazy("Offered"),
    "accepted": gettext_lazy("Accepted"),
    "touched": gettext_lazy("Touched"),
    "deal": gettext_lazy("Became a deal"),
    "won": gettext_lazy("Won"),
}
ROW_TITLES: dict[str, Any] = {
    "revenue": gettext_lazy("Sales lines"),
    "offered": gettext_lazy("Offers made"),
    "accepted": gettext_lazy("Offers accepted"),
    "touched": gettext_lazy("Leads first touched"),
    "registered": gettext_lazy("Registrations submitted"),
    "won": gettext_lazy("Deals won"),
    "lost": gettext_lazy("Deals lost"),
}
STATE_WORDS: dict[str, tuple[str, Any]] = {
    "open": ("open", gettext_lazy("Open")),
    "accepted": ("good", gettext_lazy("Accepted")),
    "declined": ("bad", gettext_lazy("Declined")),
    "lapsed": ("bad", gettext_lazy("Lapsed")),
    "recalled": ("neutral", gettext_lazy("Recalled")),
    "captured": ("open", gettext_lazy("Captured")),
    "offered": ("accent", gettext_lazy("Offered")),
    "waiting": ("attention", gettext_lazy("Waiting")),
    "converted": ("good", gettext_lazy("Deal")),
    "closed": ("neutral", gettext_lazy("Closed")),
    "draft": ("neutral", gettext_lazy("Draft")),
    "submitted": ("open", gettext_lazy("Submitted")),
    "returned": ("attention", gettext_lazy("Returned")),
    "approved": ("good", gettext_lazy("Approved")),
    "rejected": ("bad", gettext_lazy("Rejected")),
    "withdrawn": ("neutral", gettext_lazy("Withdrawn")),
    "revoked": ("bad", gettext_lazy("Revoked")),
    "won": ("good", gettext_lazy("Won")),
    "lost": ("bad", gettext_lazy("Lost")),
}
COLUMN_WORDS: dict[str, tuple[str, Any]] = {
    "when": ("date", gettext_lazy("Date")),
    "partner_name": ("text", gettext_lazy("Partner")),
    "order": ("text", gettext_lazy("Order")),
    "line": ("text", gettext_lazy("Line")),
    "quantity": ("number", gettext_lazy("Quantity")),
    "amount": ("number", gettext_lazy("Amount")),
    "currency": ("text", gettext_lazy("Currency")),
    "place": ("text", gettext_lazy("Place")),
    "state": ("state", gettext_lazy("State")),
    "answered": ("date", gettext_lazy("Answered")),
    "amount_minor": ("money", gettext_lazy("Value")),
}


def funnel_chart(steps: Sequence[FunnelStep]) -> Chart:
    counts = {step.key: step.count for step in steps}
    return Chart.rows(
        _("Where do leads stay behind?"),
        _funnel_answer(counts),
        [str(FUNNEL_WORDS[step.key]) for step in steps],
        Series(_("leads"), [step.count for step in steps]),
    )


def _funnel_answer(counts: dict[str, int]) -> str:
    if not counts["captured"]:
        return _("No leads were captured in these twelve months.")
    keys = [key for key in counts if key != "touched"]
    losses = [(counts[a] - counts[b], a, b) for a, b in pairwise(keys)]
    most, before, after = max(losses, key=lambda loss: loss[0])
    if not most:
        return _("Nowhere: all of them came through.")
    return _("Most between “%(before)s” and “%(after)s”: %(count)s of %(all)s.") % {
        "before": FUNNEL_WORDS[before],
        "after": FUNNEL_WORDS[after],
        "count": shown.number(most),
        "all": shown.number(counts[before]),
    }


class DistributionTable(Table):
    name = "distribution"
    empty = (
        gettext_lazy("No offers in these twelve months"),
        gettext_lazy("Offers appear here as soon as leads are routed."),
    )


def distribution_table(request: HttpRequest, rows: Rows, axis: Axis, currency: str, window: Window) -> Table:
    symbol = shown.currency_symbol(currency)
    as_of = f"?as_of={window.as_of.isoformat()}"
    page = paginate_rows(rows.of, request, size=25)
    page = replace(page, rows=[_distributed(expanded(row), as_of) for row in page.rows])
    columns = [
        Column("name", AXIS_WORDS[axis], kind="name", url="url"),
        Column("offered", _("Offers"), kind="number"),
        Column("accepted", _("Accepted"), kind="number"),
        Column("accepted_percent", _("Accepted, %"), kind="number"),
        Column("declined", _("Declined"), kind="number"),
        Column("lapsed", _("Lapsed"), kind="number"),
        Column("median_hours", _("Hours to answer"), kind="number", decimals=1),
        Column("won", _("Deals won"), kind="number"),
        Column("won_minor", _("Won"), kind="money", currency=currency, unit=symbol),
        Column("revenue_minor", _("Revenue"), kind="money", currency=currency, unit=symbol),
    ]
    query = urlencode({"by": axis, "as_of": window.as_of.isoformat()})
    return DistributionTable(
        page,
        request=request,
        columns=columns,
        export_url=reverse("export-start", args=["distribution"]) + f"?{query}",
    )


def _distributed(row: dict[str, Any], as_of: str) -> dict[str, Any]:
    answered = row["accepted"] + row["declined"] + row["lapsed"]
    row["name"] = row["label"] or _("None")
    row["revenue_minor"] = minor_of(row["revenue"])
    row["accepted_percent"] = 100 * row["accepted"] / answered if answered else None
    uid = row["partner_uid"]
    row["url"] = reverse("review-partner", args=[uid]) + as_of if uid else ""
    return row


class PartnerTable(Table):
    name = "partners"
    empty = (
        gettext_lazy("No partners to review"),
        gettext_lazy("You see the partners you look after. Ask operations to assign some to you."),
    )


def partner_table(request: HttpRequest, rows: Rows, window: Window, currency: str) -> Table:
    """The year of each partner the member may see, one page at a time."""
    symbol = shown.currency_symbol(currency)
    page = paginate_rows(ordered(rows, request.GET.get("sort", "-revenue_minor")), request)
    page = replace(page, rows=[as_dict(row) for row in page.rows])
    as_of = f"?as_of={window.as_of.isoformat()}"
    for row in page.rows:
        before = row["before"]
        row["growth"] = float(row["revenue"] / before - 1) * 100 if before else None
        row["revenue_minor"], row["before_minor"] = minor_of(row["revenue"]), minor_of(before)
        row["url"] = reverse("review-partner", args=[row["uid"]]) + as_of
    columns = [
        Column("name", _("Partner"), kind="name", second="cam_name", url="url", sort=True),
        Column("revenue_minor", _("Revenue"), kind="money", currency=currency, unit=symbol, sort="revenue"),
        Column("before_minor", _("Year before"), kind="money", currency=currency, unit=symbol, sort="before"),
        Column("growth", _("Growth, %"), kind="number", mark=_fallen),
        Column("offered", _("Offers"), kind="number", sort=True),
        Column("accepted", _("Accepted"), kind="number", sort=True),
        Column("won", _("Deals won"), kind="number", sort=True),
    ]
    return PartnerTable(page, request=request, columns=columns)


def _fallen(row: dict[str, Any]) -> str:
    return "bad" if row["growth"] is not None and row["growth"] <= -25 else ""


class RowTable(Table):
    name = "rows"
    empty = (gettext_lazy("No rows"), gettext_lazy("Nothing happened in this time."))


def titled(member: Member, parameters: Mapping[str, str]) -> str:
    """What an export of rows is called: which rows, whose, of which days."""
    what = str(ROW_TITLES.get(parameters.get("what", ""), _("Rows behind a review")))
    period = parse_period(parameters)
    name = ""
    if partner := parameters.get("partner"):
        with suppress(ValidationError):
            name = partners_in_view(member).filter(uid=partner).values_list("name", flat=True).first() or ""
    days = f"{day(period[0])} – {day(period[1] - timedelta(days=1))}" if period else ""
    return ", ".join(part for part in (what, name, days) if part)


def rows_table(request: HttpRequest, what: str, page: Page) -> Table:
    columns = [_row_column(key, what) for key, _path in COLUMNS[what]]
    query = urlencode({key: request.GET[key] for key in ("what", "from", "to", "partner") if key in request.GET})
    surface = request.member.context.surface  # type: ignore[attr-defined]
    name = "export-start" if surface == "console" else "portal-export-start"
    return RowTable(
        page, request=request, columns=columns, export_url=reverse(name, args=["review-rows"]) + f"?{query}"
    )


def _row_column(key: str, what: str) -> Column:
    if key == "what":
        label = (
            _("Product") if what == "revenue" else _("Customer") if what in {"registered", "won", "lost"} else _("Need")
        )
        return Column("what", label, kind="name")
    kind, label = COLUMN_WORDS[key]
    if key == "amount_minor":
        return Column(key, label, kind="money", currency="currency")
    decimals = 2 if key == "amount" else 0
    slot = "amount" if key == "amount" else None  # else the quantity, which comes first, would stand for it
    return Column(key, label, kind=kind, decimals=decimals, states=STATE_WORDS, phone=slot)  # type: ignore[arg-type]

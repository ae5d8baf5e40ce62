"""The report on leads: what became of them, what they cost and brought, and the rows behind each figure."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from fairway.core.access import Member, require
from fairway.core.http import format as shown
from fairway.core.http.charts import Chart, Series
from fairway.core.http.paging import paginate, paginate_rows
from fairway.core.http.parts import Figure, Tab
from fairway.core.http.tables import Column, Filter, Table
from fairway.core.refusals import Refused
from fairway.core.tenancy.replica import reads_replica
from fairway.insight.actions.asked import reported
from fairway.insight.queries import leads as queries
from fairway.insight.queries.leads import (
    AXES,
    OF_PARTNERS,
    WHAT,
    Asked,
    asked_of,
    currency_of,
    expanded,
    ratios,
    today_of,
)
from fairway.insight.rules.periods import Window
from fairway.insight.rules.plain import Rows
from fairway.insight.views.lists import STATE_WORDS
from fairway.leads.queries.leads import product_lines_by_code, sources
from fairway.partners.models import Tier

AXIS_WORDS: dict[str, Any] = {
    "source": gettext_lazy("Source"), "campaign": gettext_lazy("Campaign"), "line": gettext_lazy("Product line"),
    "partner": gettext_lazy("Partner"), "tier": gettext_lazy("Tier"),
}  # fmt: skip
WHAT_WORDS: dict[str, Any] = {
    "leads": gettext_lazy("Leads"), "offered": gettext_lazy("Offers made"), "accepted": gettext_lazy("Offers accepted"),
    "declined": gettext_lazy("Offers declined"), "lapsed": gettext_lazy("Offers lapsed"),
    "touched": gettext_lazy("Leads with a contact"), "deals": gettext_lazy("Deals"), "won": gettext_lazy("Deals won"),
    "lost": gettext_lazy("Deals lost"), "good": gettext_lazy("Leads called good"),
    "bad": gettext_lazy("Leads called bad"),
}  # fmt: skip
STATES = {
    **STATE_WORDS, "contact": ("accent", gettext_lazy("After contact")),
    "decline": ("neutral", gettext_lazy("Declined")),
}  # fmt: skip


def address_of(asked: Asked, **more: str) -> str:
    """The query of an address that asks for the same, with `more` changed; empty values are left out."""
    given = {**asked.kept, "from": asked.start.isoformat(), "to": (asked.until - timedelta(days=1)).isoformat(), **more}
    return urlencode({name: value for name, value in given.items() if value and name not in ("start", "until")})


@require_safe
@reads_replica
def lead_report(request: HttpRequest) -> HttpResponse:
    member: Member = request.member  # type: ignore[attr-defined]
    require(member, "report.channel")
    asked = asked_of(request.GET, today_of(member))
    found = reported(member, asked)
    title = _("What became of leads")
    if found.value is None:
        window = Window(asked.until - timedelta(days=1))
        return render(request, "insight/not_yet.html", {"window": window, "title": title, "has_period": True})
    currency = currency_of(member)
    table, worth = report_tables(request, found.value, asked, currency)
    context = {
        "title": title, "asked": asked, "last": asked.until - timedelta(days=1), "made_at": found.made_at,
        "strip": strip(found.value, currency, asked), "table": table, "worth": worth,
        "chart": chart(found.value, asked) if found.value.of else None,
        "tabs": [Tab(AXIS_WORDS[by], f"?{address_of(asked, by=by)}", by == asked.by) for by in AXES],
        "partner": _partner_name(found.value, asked),
    }  # fmt: skip
    return render(request, "insight/lead_report.html", context)


def _partner_name(rows: Rows, asked: Asked) -> str:
    """Whose leads, where one partner was asked for and the rows say its name."""
    if not asked.partner or asked.by != "partner":
        return ""
    return next((str(row[1]) for row in rows.of if row[0] == asked.partner), "")


def strip(rows: Rows, currency: str, asked: Asked) -> list[Figure]:
    """The whole in five numbers, each with what it is to be measured by."""
    sums = queries.total(rows)
    cost, won = sums["cost_minor"], sums["won"]
    per_won = _("%(cost)s for each won") % {"cost": _money(cost // won, currency)} if cost and won else ""
    return [
        Figure(_("Leads"), shown.number(sums["leads"]), _share(sums["touched"], sums["leads"], _("with a contact")),
               behind(asked, "leads")),
        Figure(_("Offers accepted"), shown.number(sums["accepted"]), 
               _share(sums["accepted"], sums["offers"], _("of offers")),
               behind(asked, "accepted")),
        Figure(_("Became deals"), shown.number(sums["deals"]),
               _share(sums["deals"], sums["accepted"], _("of those accepted")), behind(asked, "deals")),
        Figure(_("Deals won"), shown.number(won), _money(sums["won_minor"], currency), behind(asked, "won")),
        Figure(_("Cost"), _money(cost, currency) if cost else "–", per_won),
    ]  # fmt: skip


def _money(minor: int, currency: str) -> str:
    return shown.money(minor, currency, cents=False)


def _share(part: int, whole: int, words: str) -> str:
    return f"{shown.percent(100 * part / whole, 0)} {words}" if whole else ""


def behind(asked: Asked, what: str, group: str | None = None) -> str:
    """The address of the rows behind a figure."""
    query = address_of(asked, what=what)
    return f"{reverse('lead-report-rows')}?{query}" + (f"&{urlencode({'group': group})}" if group is not None else "")


def chart(rows: Rows, asked: Asked) -> Chart:
    """Of the ten largest: how many of a hundred accepted offers are won."""
    found = [row for row in map(expanded, rows.of) if row["accepted"]][:10]
    shares = [round(100 * row["won"] / row["accepted"], 1) for row in found]
    best = max(zip(shares, found, strict=True), key=lambda pair: pair[0], default=None)
    answer = _("No lead was accepted in this time.")
    if best is not None and best[0]:
        answer = _("Best from %(name)s: %(share)s of those accepted are won.") % {
            "name": best[1]["label"] or _("None"), "share": shown.percent(best[0]),
        }  # fmt: skip
    elif best is not None:
        answer = _("None was won yet.")
    return Chart.rows(
        _("Which leads are won?"), answer, [str(row["label"] or _("None")) for row in found],
        Series(_("won, % of accepted"), shares), decimals=1,
    )  # fmt: skip


class WorthTable(Table):
    name = "lead-worth"
    caption = gettext_lazy("What leads cost and brought")


class ReportTable(Table):
    name = "lead-report"
    caption = gettext_lazy("What became of leads")
    empty = (
        gettext_lazy("No leads in this time"),
        gettext_lazy("Choose other days, or fewer filters. Leads count from the day they were captured."),
    )


def report_tables(request: HttpRequest, rows: Rows, asked: Asked, currency: str) -> tuple[Table, Table]:
    """How far leads came and how fast; and what they cost and brought. The same rows in both."""
    page = paginate_rows(rows.of, request, size=50)
    page = replace(page, rows=[_row(expanded(row), asked) for row in page.rows])
    sums = queries.total(rows)
    export = f"{reverse('export-start', args=['lead-report'])}?{address_of(asked)}"
    way = ReportTable(
        page, request=request, columns=_way(asked, sums), filters=_filters(asked), total_label=_("All"),
        export_url=export,
    )  # fmt: skip
    columns = _worth(asked, sums, currency)
    return way, WorthTable(page.rows, columns=columns, total_label=_("All"))


def _way(asked: Asked, sums: Mapping[str, Any]) -> list[Column]:
    way, times = _("Way"), _("Time")

    def count(key: str, label: str, phone: str = "") -> Column:
        return Column(key, label, kind="number", url=f"{key}_url", total=sums[key], group=way, phone=phone)

    return [
        Column("name", AXIS_WORDS[asked.by], kind="name", url="url"),
        count("leads", _("Leads"), "amount"),
        Column("offers", _("Offers"), kind="number", url="offered_url", total=sums["offers"], group=way, phone=""),
        count("accepted", _("Accepted")),
        count("deals", _("Deals")),
        count("won", _("Won")),
        Column("won_percent", _("Won, %"), kind="number", decimals=1, group=way, phone=""),
        Column("answer_hours", _("Hours to answer"), kind="number", decimals=1, group=times, phone=""),
        Column("touch_hours", _("Hours to contact"), kind="number", decimals=1, group=times, phone=""),
        Column("touches", _("Contacts to win"), kind="number", decimals=1, group=times, phone=""),
        Column("close_days", _("Days to win"), kind="number", decimals=0, group=times, phone=""),
        Column("good_percent", _("Called good, %"), kind="number", decimals=0, url="good_url", phone=""),
    ]


def _worth(asked: Asked, sums: Mapping[str, Any], currency: str) -> list[Column]:
    symbol, cost, worth = shown.currency_symbol(currency), _("Cost"), _("Worth")

    def amount(key: str, label: str, group: str, phone: str = "", **more: Any) -> Column:
        return Column(key, label, kind="money", currency=currency, unit=symbol, group=group, phone=phone, **more)

    columns = [Column("name", AXIS_WORDS[asked.by], kind="name", url="url")]
    if asked.by in ("source", "campaign"):
        columns += [
            amount("cost_minor", _("In all"), cost, total=sums["cost_minor"]),
            amount("per_lead", _("A lead"), cost),
            amount("per_accepted", _("One accepted"), cost),
            amount("per_won", _("One won"), cost, "state"),
        ]
    columns += [
        amount("pipeline_minor", _("Open deals"), worth, total=sums["pipeline_minor"]),
        amount("won_minor", _("Won"), worth, "amount", total=sums["won_minor"]),
    ]
    if asked.by not in OF_PARTNERS:
        columns.append(amount("lifetime_minor", _("Lifetime"), worth, "date", total=sums["lifetime_minor"]))
    return columns


def _filters(asked: Asked) -> list[Filter]:
    tiers = list(Tier.objects.order_by("-rank").values_list("code", "name"))
    every = [
        Filter("source", _("All sources"), [(source, source) for source in sources()]),
        Filter("line", _("All lines"), product_lines_by_code()),
        Filter("tier", _("All tiers"), list(dict(tiers).items())),
    ]
    return [each for each in every if each.choices]


def _row(row: dict[str, Any], asked: Asked) -> dict[str, Any]:
    row["name"] = row["label"] or _("None")
    inner = {"source": "campaign", "campaign": "partner", "line": "source", "tier": "partner", "partner": "source"}
    narrowed = {asked.by: row["group"], "by": inner[asked.by]} if row["group"] else {}
    row["url"] = f"?{address_of(asked, **narrowed)}" if narrowed else ""
    row |= ratios(row)
    row |= {f"{what}_url": behind(asked, what, row["group"]) for what in WHAT}
    return row


class RowsTable(Table):
    name = "rows"
    caption = gettext_lazy("Rows behind a figure")
    columns = [
        Column("company", gettext_lazy("Lead"), kind="name", value=lambda row: row["who"] or row["what"],
               second=lambda row: row["what"] if row["who"] else "", url="url", is_second_below=True),
        Column("came_from", gettext_lazy("Source"), second="drive", phone=""),
        Column("partner_name", gettext_lazy("Partner"), phone=""),
        Column("amount", gettext_lazy("Value"), kind="money", currency="money"),
        Column("kind", gettext_lazy("State"), kind="state", states=STATES),
        Column("when", gettext_lazy("Date"), kind="date"),
    ]  # fmt: skip
    empty = (gettext_lazy("No rows"), gettext_lazy("Nothing happened in this time."))


@require_safe
@reads_replica
def rows(request: HttpRequest) -> HttpResponse:
    """The leads, offers or deals behind one figure."""
    member: Member = request.member  # type: ignore[attr-defined]
    require(member, "report.channel")
    asked, what = asked_of(request.GET, today_of(member)), request.GET.get("what", "")
    if what not in WHAT:
        raise Http404(_("This address names no rows."))
    page = paginate(queries.rows_behind(member, asked, what, request.GET.get("group")), request, size=100)
    for row in page.rows:
        row["url"] = reverse("lead-detail", args=[row["lead_uid"]])
    query = address_of(asked, what=what)
    if "group" in request.GET:
        query += f"&{urlencode({'group': request.GET['group']})}"
    table = RowsTable(
        page, request=request, export_url=f"{reverse('export-start', args=['lead-report-rows'])}?{query}"
    )  # fmt: skip
    context = {
        "table": table, "title": WHAT_WORDS[what], "of": _("What became of leads"), "start": asked.start,
        "last": asked.until - timedelta(days=1), "back": f"{reverse('lead-report')}?{address_of(asked)}",
    }  # fmt: skip
    return render(request, "insight/rows.html", context)


def export_report(member: Member, parameters: Mapping[str, str]) -> Iterator[list[Any]]:
    """Head and rows of the export of kind "lead-report"; the address of the page is its parameters."""
    asked = asked_of(parameters, today_of(member))
    keys = [key for key in queries.KEYS if key != "group"]
    more = ["won_percent", "good_percent", "per_lead", "per_accepted", "per_won"]
    yield [*keys, *more]
    for row in map(expanded, queries.report(member, asked).of):
        ratio = ratios(row)
        yield [row[key] for key in keys] + [ratio[key] for key in more]


def export_rows(member: Member, parameters: Mapping[str, str]) -> Iterator[list[Any]]:
    """Head and rows of the export of kind "lead-report-rows"."""
    asked, what = asked_of(parameters, today_of(member)), parameters.get("what", "")
    if what not in WHAT:
        raise Refused(_("The export names no rows: open the list again and export from there."))
    yield ["when", "what", "lead", "company", "source", "campaign", "partner", "state", "amount_minor", "currency"]
    found = queries.rows_behind(member, asked, what, parameters.get("group"))
    for row in found.iterator(chunk_size=5000):
        yield [row["when"], row["what"], row["lead_uid"], row["who"], row["came_from"], row["drive"],
               row["partner_name"], row["kind"], row["amount"], row["money"]]  # fmt: skip

"""Service levels on a page: for staff by partner and by account manager, for a partner its own; the same figures."""

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
from fairway.core.http.paging import paginate, paginate_rows
from fairway.core.http.parts import Figure, Tab
from fairway.core.http.tables import Column, Table
from fairway.core.tenancy.replica import reads_replica
from fairway.insight.actions.asked import measured
from fairway.insight.queries import service as queries
from fairway.insight.queries.leads import is_uid
from fairway.insight.queries.service import SHARES, WHAT, Asked, asked_of, expanded
from fairway.insight.rules.periods import Window
from fairway.insight.rules.plain import Rows
from fairway.insight.views.lists import STATE_WORDS
from fairway.leads.queries.tracking import tracking_policy

MEASURES: dict[str, Any] = {
    "answer": gettext_lazy("Offers answered in time"),
    "touch": gettext_lazy("First contacts in time"),
    "feedback": gettext_lazy("Leads rated after contact"),
}
WHAT_WORDS: dict[str, Any] = {
    "ended": gettext_lazy("Offers that were answered or lapsed"), "answered": gettext_lazy("Offers answered in time"),
    "due": gettext_lazy("Leads whose first contact was due"), "touched": gettext_lazy("First contacts in time"),
    "spoken": gettext_lazy("Leads with a contact"), "rated": gettext_lazy("Leads rated after contact"),
}  # fmt: skip


def address_of(asked: Asked, **more: str) -> str:
    last = asked.until - timedelta(days=1)
    return urlencode({"by": asked.by, "from": asked.start.isoformat(), "to": last.isoformat(), **more})


class ServiceTable(Table):
    name = "service"
    caption = gettext_lazy("Service levels")
    empty = (
        gettext_lazy("No offers and leads in this time"),
        gettext_lazy("Figures appear as soon as offers are answered and leads accepted."),
    )


@require_safe
@reads_replica
def service_levels(request: HttpRequest) -> HttpResponse:
    member: Member = request.member  # type: ignore[attr-defined]
    require(member, "report.channel" if member.is_staff else "review.read")
    asked = asked_of(request.GET, member)
    found, made_at = measured(member, asked)
    title = _("Service levels") if member.is_staff else _("Your service levels")
    if found is None:
        window = Window(asked.until - timedelta(days=1))
        return render(request, "insight/not_yet.html", {"window": window, "title": title, "has_period": True})
    targets = tracking_policy().targets()
    words = {"partner": _("By partner"), "cam": _("By account manager")}
    context = {
        "title": title, "asked": asked, "last": asked.until - timedelta(days=1), "made_at": made_at,
        "strip": strip(found, targets, asked, member), "hours": tracking_policy().touch_hours,
        "table": service_table(request, found, asked, targets) if member.is_staff else None,
        "tabs": [Tab(word, f"?{address_of(replace(asked, by=by))}", by == asked.by) for by, word in words.items()]
        if member.is_staff else [],
    }  # fmt: skip
    return render(request, "insight/service.html", context)


def strip(rows: Rows, targets: Mapping[str, int], asked: Asked, member: Member) -> list[Figure]:
    """Each measure beside its target."""
    sums = queries.total(rows)
    return [
        Figure(
            str(label), shown.percent(sums[name], 0) if sums[name] is not None else "–",
            _("%(did)s of %(of)s, target %(target)s")
            % {"did": shown.number(sums[SHARES[name][1]]), "of": shown.number(sums[SHARES[name][0]]),
               "target": shown.percent(targets[name], 0)},
            behind(asked, SHARES[name][0], "", member),
        )
        for name, label in MEASURES.items()
    ]  # fmt: skip


def behind(asked: Asked, what: str, group: str, member: Member) -> str:
    page = "service-level-rows" if member.is_staff else "portal-service-level-rows"
    return f"{reverse(page)}?{address_of(asked, what=what, **({'group': group} if group else {}))}"


def service_table(request: HttpRequest, rows: Rows, asked: Asked, targets: Mapping[str, int]) -> Table:
    member: Member = request.member  # type: ignore[attr-defined]
    page = paginate_rows(rows.of, request, size=50)
    page = replace(page, rows=[_row(expanded(row), asked, member) for row in page.rows])

    def short(name: str) -> Any:
        return lambda row: "bad" if row[name] is not None and row[name] < targets[name] else ""

    columns = [Column("name", _("Partner") if asked.by == "partner" else _("Account manager"), kind="name")]
    for name, label in MEASURES.items():
        of, did = SHARES[name]
        slot = {"answer": "amount", "touch": "state", "feedback": "date"}[name]
        word = {"answer": _("Answers, %"), "touch": _("Contacts, %"), "feedback": _("Rated, %")}[name]
        columns += [
            Column(of, _("Of"), kind="number", group=str(label), url=f"{of}_url", phone=""),
            Column(did, _("In time") if name != "feedback" else _("Rated"), kind="number", group=str(label),
                   url=f"{did}_url", phone=""),
            Column(name, _("%"), kind="number", group=str(label), mark=short(name), phone=slot, word=word),
        ]  # fmt: skip
    export = f"{reverse('export-start', args=['service-levels'])}?{address_of(asked)}"
    return ServiceTable(page, request=request, columns=columns, export_url=export)


def _row(row: dict[str, Any], asked: Asked, member: Member) -> dict[str, Any]:
    row["name"] = row["label"] or _("None")
    return row | {f"{what}_url": behind(asked, what, row["group"], member) for what in WHAT}


class ServiceRows(Table):
    name = "rows"
    caption = gettext_lazy("Rows behind a figure")
    columns = [
        Column("title", gettext_lazy("Need"), kind="name"),
        Column("partner_name", gettext_lazy("Partner"), phone=""),
        Column("state", gettext_lazy("State"), kind="state", states=STATE_WORDS),
        Column("begun", gettext_lazy("Begun"), kind="datetime", phone=""),
        Column("by", gettext_lazy("Due"), kind="datetime", phone=""),
        Column("done", gettext_lazy("Done"), kind="datetime", phone="date",
               mark=lambda row: "late" if row["done"] and row["by"] and row["done"] > row["by"] else ""),
    ]  # fmt: skip
    empty = (gettext_lazy("No rows"), gettext_lazy("Nothing happened in this time."))


@require_safe
@reads_replica
def rows(request: HttpRequest) -> HttpResponse:
    member: Member = request.member  # type: ignore[attr-defined]
    require(member, "report.channel" if member.is_staff else "review.read")
    asked, what = asked_of(request.GET, member), request.GET.get("what", "")
    group = request.GET.get("group", "") if member.is_staff else ""
    if what not in WHAT or (group and not is_uid(group)):
        raise Http404(_("This address names no rows."))
    table = ServiceRows(paginate(queries.rows_behind(member, asked, what, group), request, size=100), request=request)
    page = "service-levels" if member.is_staff else "portal-service-levels"
    context = {
        "table": table, "title": WHAT_WORDS[what], "of": _("Service levels"), "start": asked.start,
        "last": asked.until - timedelta(days=1), "back": f"{reverse(page)}?{address_of(asked)}",
    }  # fmt: skip
    return render(request, "insight/rows.html", context)


def export_levels(member: Member, parameters: Mapping[str, str]) -> Iterator[list[Any]]:
    """Head and rows of the export of kind "service-levels"."""
    asked = asked_of(parameters, member)
    keys = [*queries.KEYS[1:], *SHARES]
    yield keys
    for row in map(expanded, queries.levels(member, asked).of):
        yield [row[key] for key in keys]

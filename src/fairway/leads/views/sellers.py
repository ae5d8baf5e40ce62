"""A partner's people and its leads: the rule of its executive, who is away, taking a lead, giving it back."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from fairway.catalog.models import ProductLine
from fairway.core import clock
from fairway.core.access import Member, require
from fairway.core.conditions import Condition, ConditionError, Subject, parse
from fairway.core.http.format import day
from fairway.core.http.tables import Column, Table
from fairway.core.http.toasts import toast
from fairway.core.tenancy.models import Partner, Role
from fairway.leads.actions.seller_rules import (
    add_absence,
    move_seller_line,
    remove_absence,
    remove_seller_line,
    save_seller_line,
    save_seller_rule,
)
from fairway.leads.actions.sellers import assign_lead, give_back_assignment, take_assignment
from fairway.leads.conditions import DEFAULT_CURRENCY
from fairway.leads.models import Lead, SellerAbsence, SellerAssignment, SellerLine, SellerRule
from fairway.leads.queries import sellers as queries
from fairway.leads.queries.answers import AnswerLists
from fairway.leads.rules.sellers import BECAUSE, LINE_WAYS, PASSED
from fairway.leads.rules.states import SellerState
from fairway.leads.seller_conditions import own_leads
from fairway.leads.seller_forms import AbsenceForm, AssignForm, GiveBackForm, SellerLineForm, SellerRuleForm
from fairway.leads.views.asked import REFUSALS, done, form_page, lead_of, member_of, refused_on
from fairway.leads.views.limits import end_words
from fairway.leads.views.portal import tabs


class SellerTable(Table):
    name = "sellers"
    caption = gettext_lazy("Your people")
    columns = [
        Column("name", gettext_lazy("Name"), kind="name", second="role", is_second_below=True),
        Column("open", gettext_lazy("Open leads"), kind="number", mark="mark"),
        Column("to_take", gettext_lazy("To take"), kind="number"),
        Column("away", gettext_lazy("Away"), phone="state"),
    ]
    empty = (gettext_lazy("Nobody works leads yet"), gettext_lazy("Invite sellers under People."))


@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest) -> HttpResponse:
    """Who works leads, and by which rule they get them."""
    member = member_of(request)
    require(member, "seller.assign")
    rule = queries.rule_of(member.partner_id)
    form = SellerRuleForm(request.POST or None, rule=rule)
    if form.is_valid():
        try:
            version = form.cleaned_data["version"]
            save_seller_rule(values=form.as_values(), actor=member, at=clock.now(), version=version or 0)
        except REFUSALS as refused:
            refused_on(form, refused)
        else:
            toast(request, _("Kept. Leads that you accept from now on go by it."))
            return redirect("portal-sellers")
    context = {
        "tabs": tabs(request, "sellers"), "form": form, "rule": rule, "table": SellerTable(_people(member, rule)),
        "lines": _lines(member, rule), "absences": _absences(member),
    }  # fmt: skip
    return render(request, "leads/sellers.html", context, status=422 if form.is_bound else 200)


def _people(member: Member, rule: SellerRule | None) -> list[dict[str, Any]]:
    seats = queries.workers_of(member.partner_id)
    loads = queries.loads_of(member.partner_id, [seat.pk for seat in seats])
    away = queries.away_on(member.partner_id or 0, _today(member))
    most = rule.open_most if rule else None
    return [
        {
            "name": seat.name, "role": Role(seat.role).label, "open": loads[seat.pk].open,
            "to_take": loads[seat.pk].to_take,
            "away": _("until %(day)s") % {"day": day(away[seat.pk])} if seat.pk in away else "",
            "mark": "attention" if most is not None and loads[seat.pk].open >= most else "",
        }
        for seat in seats
    ]  # fmt: skip


def _today(member: Member) -> Any:
    zone = member.seat.partner_time_zone if member.seat else "UTC"
    return queries.day_at(Partner(time_zone=zone), clock.now())


def _subject(member: Member) -> Subject:
    lines = list(ProductLine.objects.order_by("name").values_list("code", "name"))
    return own_leads(member.seat.vendor_currency if member.seat else DEFAULT_CURRENCY, lines)


def _lines(member: Member, rule: SellerRule | None) -> list[dict[str, Any]]:
    """Each line in words, with what can be done to it."""
    lines = queries.lines_of(rule)
    if not lines:
        return []
    subject, names = _subject(member), queries.names_of(seat for line in lines for seat in line.seats)
    return [
        {
            "uid": line.uid, "name": line.name, "when": _said(subject, line), "number": number,
            "who": ", ".join(names[seat] for seat in line.seats if seat in names) or _("Nobody is left"),
            "way": str(LINE_WAYS.get(line.way, "")) if len(line.seats) > 1 else "",
        }
        for number, line in enumerate(lines, start=1)
    ]  # fmt: skip


def _said(subject: Subject, line: SellerLine) -> Condition | None:
    try:
        return parse(subject, line.when, check_choices=False)
    except ConditionError:
        return None


def _absences(member: Member) -> list[dict[str, Any]]:
    rows = queries.absences_of(member.partner_id, _today(member))
    return [{"uid": row.uid, "name": row.seat.name, "first_on": row.first_on, "last_on": row.last_on} for row in rows]


@require_http_methods(["GET", "HEAD", "POST"])
def line_edit(request: HttpRequest, uid: UUID | None = None) -> HttpResponse:
    """One line: for which leads, and to whom."""
    member = member_of(request)
    require(member, "seller.assign")
    line = get_object_or_404(SellerLine, uid=uid, partner_id=member.partner_id) if uid else None
    form = SellerLineForm(request.POST or None, subject=_subject(member), member=member, line=line)
    if form.is_valid():
        try:
            save_seller_line(line=line, values=form.as_values(), actor=member, at=clock.now())
        except REFUSALS as refused:
            refused_on(form, refused)
        else:
            toast(request, _("Kept. Leads that you accept from now on go by it."))
            return redirect("portal-sellers")
    context = {"form": form, "line": line}
    return render(request, "leads/seller_line.html", context, status=422 if form.is_bound else 200)


def _line(request: HttpRequest, uid: UUID) -> SellerLine:
    return get_object_or_404(SellerLine, uid=uid, partner_id=member_of(request).partner_id)


@require_POST
def line_place(request: HttpRequest, uid: UUID) -> HttpResponse:
    line, up = _line(request, uid), request.POST.get("to") == "up"
    return done(
        request, lambda: move_seller_line(line=line, up=up, actor=member_of(request), at=clock.now()), _("Moved."),
        "portal-sellers",
    )  # fmt: skip


@require_POST
def line_removal(request: HttpRequest, uid: UUID) -> HttpResponse:
    line = _line(request, uid)
    return done(
        request, lambda: remove_seller_line(line=line, actor=member_of(request), at=clock.now()), _("Removed."),
        "portal-sellers",
    )  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
def away(request: HttpRequest) -> HttpResponse:
    """Days on which somebody gets no leads: an executive says it of anybody, a seller of themselves."""
    member = member_of(request)
    require(member, "lead.work")
    back = reverse("portal-sellers" if member.can("seller.assign") else "portal-lead-list")
    form = AbsenceForm(request.POST or None, member=member)
    if form.is_valid():
        try:
            add_absence(**form.cleaned_data, actor=member, at=clock.now())
        except REFUSALS as refused:
            refused_on(form, refused)
        else:
            toast(request, _("Kept. New leads go to others on these days."))
            return redirect(back)
    return form_page(
        request, form, title=_("Away"), text=_("No new leads on these days. What the person has stays."),
        button=_("Keep the days"), back=back,
    )  # fmt: skip


@require_POST
def away_removal(request: HttpRequest, uid: UUID) -> HttpResponse:
    member = member_of(request)
    absence = get_object_or_404(SellerAbsence.objects.select_related("seat"), uid=uid, partner_id=member.partner_id)
    back = "portal-sellers" if member.can("seller.assign") else "portal-lead-list"
    return done(
        request, lambda: remove_absence(absence=absence, actor=member, at=clock.now()), _("Removed."), back
    )  # fmt: skip


# One lead


def assignment_words(lead: Lead, live: SellerAssignment | None, member: Member) -> dict[str, Any]:
    """What a lead's page says of its seller, and what the reader may do."""
    may_assign = member.can("seller.assign") and lead.partner_id == member.partner_id
    if live is None:
        return {"may_assign": may_assign}
    is_mine = live.seat_id == member.seat_id
    said: dict[str, Any] = {"may_assign": may_assign, "assignment": live, "note": live.text}
    if live.state == SellerState.OPEN and live.due_at and live.seat:
        until = end_words(live.due_at, clock.now(), member.zone)
        mine = _("Yours to take or give back, until %(until)s.")
        theirs = _("%(name)s has not taken it yet: until %(until)s.")
        said["words"] = (mine if is_mine else theirs) % {"until": until, "name": live.seat.name}
        said["may_take"] = is_mine and member.can("lead.work")
    if live.state == SellerState.WAITING:
        said["words"] = _("No seller has it. %(why)s") % {"why": waits_because(live.because, live.passed)}
    said["may_give_back"] = is_mine and live.state in {SellerState.OPEN, SellerState.TAKEN} and member.can("lead.work")
    return said


def waits_because(because: str, passed: dict[str, int]) -> str:
    """“No seller is free. (away: 2, at the limit: 1)”."""
    why = str(BECAUSE.get(because, because))
    over = ", ".join(str(PASSED[key]) % {"n": n} for key, n in passed.items() if key in PASSED)
    return f"{why} ({over})" if over else why


def _live(lead: Lead) -> SellerAssignment:
    return get_object_or_404(SellerAssignment.objects.select_related("seat"), lead=lead, ended_at=None)


@require_http_methods(["GET", "HEAD", "POST"])
def assignment(request: HttpRequest, uid: UUID) -> HttpResponse:
    """The executive hands the lead to somebody, or lets the rule choose."""
    lead, member = lead_of(uid), member_of(request)
    require(member, "seller.assign")
    form = AssignForm(request.POST or None, member=member)
    back = reverse("portal-lead", args=[lead.uid])
    if form.is_valid():
        given = form.cleaned_data
        try:
            now = assign_lead(lead=lead, seat=given["seller"], actor=member, at=clock.now(), reason=given["reason"])
        except REFUSALS as refused:
            refused_on(form, refused)
        else:
            toast(request, _("Handed on.") if now.seller_id else _("Nobody is free: it waits for you."))
            return redirect(back)
    text = lead.company or lead.title
    return form_page(request, form, title=_("Who works this lead?"), text=text, button=_("Hand it on"), back=back)


@require_POST
def taking(request: HttpRequest, uid: UUID) -> HttpResponse:
    lead = lead_of(uid)
    live = _live(lead)
    return done(
        request, lambda: take_assignment(assignment=live, actor=member_of(request), at=clock.now()),
        _("The lead is yours. Call soon: who calls within a day wins most."), reverse("portal-lead", args=[lead.uid]),
    )  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
def giving_back(request: HttpRequest, uid: UUID) -> HttpResponse:
    lead, member, lists = lead_of(uid), member_of(request), AnswerLists()
    require(member, "lead.work")
    live = _live(lead)
    form = GiveBackForm(request.POST or None, lists=lists)
    if form.is_valid():
        try:
            give_back_assignment(assignment=live, actor=member, at=clock.now(), **form.cleaned_data)
        except REFUSALS as refused:
            refused_on(form, refused)
        else:
            toast(request, _("Given back. It goes to somebody else."))
            return redirect("portal-lead-list")
    return form_page(
        request, form, title=_("Give this lead back?"), text=lead.company or lead.title, button=_("Give it back"),
        danger=True, back=reverse("portal-lead", args=[lead.uid]),
    )  # fmt: skip

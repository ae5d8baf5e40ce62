"""Handing on what a partner has, on screen: begin, choose line by line, carry out, take back."""

from collections import Counter
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from fairway.core import clock
from fairway.core.access import require
from fairway.core.http.format import number
from fairway.core.http.toasts import toast
from fairway.core.tenancy.models import Partner, PartnerState
from fairway.core.told import told_of
from fairway.leads.actions.line_by_line import JOBS, TRIES_MOST
from fairway.leads.actions.reassigning import (
    KEEP_HERE,
    ROUTE,
    STAY,
    TO_PARTNER,
    begin_reassignment,
    carry_on_reassignment,
    carry_out_reassignment,
    choose_all,
    choose_lines,
    drop_reassignment,
)
from fairway.leads.actions.taking_back import undo_reassignment
from fairway.leads.forms import recall_choices
from fairway.leads.models import Reassignment, ReassignmentLine
from fairway.leads.rules.states import REASSIGNMENT, ReassignmentState
from fairway.leads.views.asked import REFUSALS, done, member_of
from fairway.partners.queries.partners import ids_named

STATES = {
    ReassignmentState.PREPARING: "open",
    ReassignmentState.PREVIEW: "accent",
    ReassignmentState.CARRYING: "open",
    ReassignmentState.CARRIED: "good",
    ReassignmentState.STUCK: "bad",
    ReassignmentState.UNDOING: "open",
    ReassignmentState.UNDONE: "neutral",
    ReassignmentState.DROPPED: "neutral",
}
SHOWN = 500


def found(uid: UUID) -> Reassignment:
    return get_object_or_404(Reassignment.objects.select_related("partner", "seat"), uid=uid)


@require_POST
def begin(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Of one partner."""
    partner = get_object_or_404(Partner, uid=uid)
    try:
        made = begin_reassignment(partner=partner, actor=member_of(request), at=clock.now())
    except REFUSALS as refused:
        toast(request, str(refused), kind="attention")
        return redirect("partner-detail", uid)
    return redirect("reassignment-detail", made.uid)


@require_safe
def ask(request: HttpRequest, uid: UUID) -> HttpResponse:
    """The page before: what it is about, and a button, because looking changes nothing."""
    member = member_of(request)
    require(member, "lead.recall")
    partner = get_object_or_404(Partner, uid=uid)
    earlier = Reassignment.objects.filter(partner=partner).order_by("-created_at")[:10]
    return render(request, "leads/reassign_ask.html", {"partner": partner, "earlier": [_row(each) for each in earlier]})


def _row(whole: Reassignment) -> dict[str, Any]:
    return {
        "url": reverse("reassignment-detail", args=[whole.uid]),
        "at": whole.created_at,
        "kind": STATES[ReassignmentState(whole.state)],
        "state": REASSIGNMENT.label(whole.state),
    }


@require_safe
def page(request: HttpRequest, uid: UUID) -> HttpResponse:
    member = member_of(request)
    require(member, "lead.recall")
    return _page(request, found(uid))


def _page(request: HttpRequest, whole: Reassignment, error: str = "") -> HttpResponse:
    lines = list(
        ReassignmentLine.objects.filter(reassignment=whole).select_related("lead", "partner").order_by("place")[:SHOWN]
    )
    state = ReassignmentState(whole.state)
    context = {
        "whole": whole,
        "pill": (STATES[state], REASSIGNMENT.label(whole.state)),
        "lines": [_line(line) for line in lines],
        "is_preview": state == ReassignmentState.PREVIEW,
        **_moving(whole),
        "may_undo": state in {ReassignmentState.CARRIED, ReassignmentState.STUCK},
        "shown": len(lines),
        "reasons": recall_choices()[1:],
        "error": error,
    }
    return render(request, "leads/reassign.html", context, status=422 if error else 200)


def _moving(whole: Reassignment) -> dict[str, Any]:
    """How far the work of a job has come."""
    rows = ReassignmentLine.objects.filter(reassignment=whole).values_list("state", "choice")
    groups = list(rows.annotate(n=Count("pk")).order_by())
    counts: Counter[str] = Counter()
    for state, _choice, count in groups:
        counts[state] += count
    going, done, most = _going(whole, groups)
    return {
        "is_going": whole.state in JOBS, "lines_in_all": counts.total(),
        "failed": counts["failed"], "stuck": counts["stuck"],
        "going": going % {"n": number(done), "all": number(most)},
        "share": round(100 * done / most) if most else 0,
        "progress_url": reverse("reassignment-progress", args=[whole.uid]),
    }  # fmt: skip


def _going(whole: Reassignment, groups: Sequence[tuple[str, str, int]]) -> tuple[str, int, int]:
    """What is said of the work that goes on, how many lines are through, and of how many.

    `groups` are (state, choice, how many lines). While lines are gathered nobody knows how many there will be.
    """
    lines = sum(count for _state, _choice, count in groups)
    if whole.state == ReassignmentState.PREPARING:
        return _("Gathered so far: %(n)s."), lines, 0
    if whole.state == ReassignmentState.UNDOING:
        asked = {"giving", "undone", "done", "stuck"}
        concerned = sum(count for state, choice, count in groups if state in asked and choice != STAY)
        left = sum(count for state, _choice, count in groups if state == "giving")
        return _("Gone through to take back: %(n)s of %(all)s."), concerned - left, concerned
    left = sum(count for state, _choice, count in groups if state == "planned")
    return _("Carried out: %(n)s of %(all)s."), lines - left, lines


@require_safe
def progress(request: HttpRequest, uid: UUID) -> HttpResponse:
    """The bar that moves; it asks for itself again until the work has ended."""
    require(member_of(request), "lead.recall")
    context = _moving(found(uid))
    response = render(request, "leads/reassign_progress.html", context)
    if not context["is_going"]:
        response["HX-Refresh"] = "true"
    return response


def _line(line: ReassignmentLine) -> dict[str, Any]:
    to = line.partner.name if line.partner else ""
    words = {
        TO_PARTNER: to,
        ROUTE: _("by the rules"),
        KEEP_HERE: _("taken back, kept here"),
        STAY: _("stays"),
    }
    states = {"planned": ("neutral", _("Planned")), "done": ("good", _("Done")), "skipped": ("bad", _("Not done")),
              "undone": ("neutral", _("Taken back")), "failed": ("bad", _("Broke")),
              "giving": ("open", _("To be taken back")), "stuck": ("bad", _("Broke"))}  # fmt: skip
    return {
        "uid": line.uid,
        "lead": line.lead,
        "url": reverse("lead-detail", args=[line.lead.uid]),
        "what": _("Open offer") if line.offer_id else _("Accepted"),
        "choice": line.choice,
        "partner": to,
        "words": words.get(line.choice, line.choice),
        "state": states.get(line.state, ("neutral", line.state)),
        "because": told_of(line, "because") or _tried(line),
    }


def _tried(line: ReassignmentLine) -> str:
    if line.state == "failed":
        return _("Something went wrong each time, %(n)d times. Try again, or hand it on by hand.") % {"n": TRIES_MOST}
    if line.state == "stuck":
        return _("Taking it back went wrong each time, %(n)d times. Take back again, or do it by hand.") % {
            "n": TRIES_MOST
        }
    if line.tries and line.state in {"planned", "giving"}:
        return _("Something went wrong. It is tried again: try %(n)d of %(all)d.") % {
            "n": line.tries + 1, "all": TRIES_MOST,
        }  # fmt: skip
    return ""


@require_POST
def choices(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Keep where the lines go; or all at once where `all` names a choice."""
    whole, member, at = found(uid), member_of(request), clock.now()
    everywhere = request.POST.get("all", "")
    try:
        if everywhere:
            partner = _named(request.POST.get("all_partner", "").strip()) if everywhere == TO_PARTNER else None
            choose_all(reassignment=whole, choice=everywhere, partner=partner, actor=member, at=at)
        else:
            choose_lines(reassignment=whole, choices=_chosen(request, whole), actor=member, at=at)
    except REFUSALS as refused:
        return _page(request, whole, str(refused))
    toast(request, _("Kept. Nothing is done yet."))
    return redirect("reassignment-detail", uid)


def _chosen(request: HttpRequest, whole: Reassignment) -> dict[str, tuple[str, Partner | None]]:
    """The lines that were sent with another choice than they have."""
    lines = ReassignmentLine.objects.filter(reassignment=whole).select_related("partner").order_by("place")
    found: dict[str, tuple[str, Partner | None]] = {}
    for line in lines[:SHOWN]:
        choice = request.POST.get(f"choice_{line.uid}", line.choice)
        name = request.POST.get(f"partner_{line.uid}", "").strip()
        partner = line.partner
        if choice == TO_PARTNER and name and (partner is None or partner.name != name):
            partner = _named(name)
        now = (choice, partner if choice == TO_PARTNER else None)
        if now != (line.choice, line.partner):
            found[str(line.uid)] = now
    return found


def _named(words: str) -> Partner | None:
    """The one partner of this name or external id; None where there is none, or several."""
    rows = list(Partner.objects.filter(pk__in=ids_named(words), state=PartnerState.ACTIVE))
    same = [row for row in rows if words.casefold() in (row.name.casefold(), row.external_id.casefold())]
    return (same or rows or [None])[0] if len(same or rows) == 1 else None


@require_POST
def carrying(request: HttpRequest, uid: UUID) -> HttpResponse:
    whole = found(uid)
    try:
        carry_out_reassignment(
            reassignment=whole, actor=member_of(request), at=clock.now(), code=request.POST.get("code", ""),
            reason=request.POST.get("reason", ""),
        )  # fmt: skip
    except REFUSALS as refused:
        return _page(request, whole, str(refused))
    toast(request, _("Being carried out. Everybody concerned is told."))
    return redirect("reassignment-detail", uid)


@require_POST
def carrying_on(request: HttpRequest, uid: UUID) -> HttpResponse:
    whole = found(uid)
    return done(
        request, lambda: carry_on_reassignment(reassignment=whole, actor=member_of(request), at=clock.now()),
        _("What broke is tried again."), reverse("reassignment-detail", args=[uid]),
    )  # fmt: skip


@require_POST
def dropping(request: HttpRequest, uid: UUID) -> HttpResponse:
    whole = found(uid)
    return done(
        request, lambda: drop_reassignment(reassignment=whole, actor=member_of(request), at=clock.now()),
        _("Dropped. Nothing was done."), reverse("partner-detail", args=[whole.partner.uid]),
    )  # fmt: skip


@require_http_methods(["POST"])
def undoing(request: HttpRequest, uid: UUID) -> HttpResponse:
    whole = found(uid)
    return done(
        request, lambda: undo_reassignment(reassignment=whole, actor=member_of(request), at=clock.now()),
        _("Being taken back as far as it goes. Each line says what became of it."),
        reverse("reassignment-detail", args=[uid]),
    )  # fmt: skip

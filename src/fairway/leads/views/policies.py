"""Routing rules and the score card: read as sentences, changed in a draft, published when a person says so."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from fairway.core import clock
from fairway.core.access import Member, require
from fairway.core.http.toasts import toast
from fairway.core.refusals import Refused
from fairway.leads.actions import policies as actions
from fairway.leads.conditions import VendorSubjects, subjects_of_vendor
from fairway.leads.models import RoutingPolicy
from fairway.leads.policy_forms import RoutingRuleForm, routing_initial
from fairway.leads.queries.dry_run import routing_run
from fairway.leads.queries.policies import Versions, partner_names, routing_lines, rules_of, versions_of
from fairway.leads.queries.pools import pool_names
from fairway.leads.rules import editing
from fairway.leads.rules.defaults import ROUTING_RULES
from fairway.leads.rules.editing import NoSuchRule, Rules
from fairway.leads.rules.scoring import PolicyError

MOVES = {"up": -1, "down": 1, "top": -1000, "bottom": 1000}


def member_of(request: HttpRequest) -> Member:
    return request.member  # type: ignore[attr-defined]


def subjects_for(request: HttpRequest) -> VendorSubjects:
    seat = member_of(request).seat
    return subjects_of_vendor(seat.vendor_currency if seat else "USD")


@require_safe
def routing(request: HttpRequest) -> HttpResponse:
    """The rules; `?open=<rule>` opens one, `?run=1` tries the draft on the latest leads."""
    require(member_of(request), "lead.read")
    return _page(request, opened=request.GET.get("open", ""))


def _page(request: HttpRequest, opened: str = "", form: RoutingRuleForm | None = None) -> HttpResponse:
    member, now = member_of(request), clock.now()
    versions, subjects = versions_of(RoutingPolicy), subjects_for(request)
    may_edit = member.can("routing.edit")
    if may_edit and opened and form is None:
        form = _form_of(opened, versions, subjects)
    asked = request.method == "GET" and "run" in request.GET
    context = {
        "versions": versions,
        "lines": routing_lines(versions, subjects, now),
        "opened": opened if form else "",
        "form": form,
        "may_edit": may_edit,
        "run": routing_run(versions, subjects, now) if asked and versions.draft else None,
        "ran_at": now,
    }
    return render(request, "leads/routing_rules.html", context, status=400 if form and form.errors else 200)


def _form_of(
    uid: str, versions: Versions[RoutingPolicy], subjects: VendorSubjects, data: Any = None
) -> RoutingRuleForm:
    try:
        index = editing.place_of(versions.rules, uid)
    except NoSuchRule:
        raise Http404 from None
    live = {each.uid: (each.when, each.who) for each in rules_of(versions.live_rules, subjects)}
    shown = live.get(uid) if versions.draft else None
    initial = routing_initial(versions.rules[index], partner_names(versions.rules))
    return RoutingRuleForm(data, subjects=subjects, initial=initial, live=shown, pools=pool_names())


@require_POST
def rule_save(request: HttpRequest, uid: str) -> HttpResponse:
    require(member_of(request), "routing.edit")
    versions, subjects = versions_of(RoutingPolicy), subjects_for(request)
    form = _form_of(uid, versions, subjects, request.POST)
    if not form.is_valid():
        return _page(request, opened=uid, form=form)
    try:
        _edit(request, lambda rules: editing.changed(rules, uid, form.as_rule()))
    except PolicyError as problem:
        form.add_error(None, str(problem))
        return _page(request, opened=uid, form=form)
    toast(request, _("Kept in the draft."))
    return redirect("routing-rules")


@require_POST
def rule_add(request: HttpRequest) -> HttpResponse:
    """A new rule like “everything else”, opened at once."""
    uid = uuid4().hex[:12]
    rule = {**ROUTING_RULES[-1], "uid": uid, "name": "", "when": {"all": [_EXAMPLE]}}
    if not _try_edit(request, lambda rules: editing.added(rules, rule)):
        return redirect("routing-rules")
    return redirect(f"{reverse('routing-rules')}?open={uid}#rule-{uid}")


_EXAMPLE = {"field": "lead.score", "op": "at_least", "value": 50}


@require_POST
def rule_move(request: HttpRequest, uid: str) -> HttpResponse:
    by = MOVES.get(request.POST.get("to", ""), 0)
    _try_edit(request, lambda rules: editing.moved(rules, uid, by))
    return redirect(f"{reverse('routing-rules')}#rule-{uid}")


@require_POST
def rule_remove(request: HttpRequest, uid: str) -> HttpResponse:
    if _try_edit(request, lambda rules: editing.removed(rules, uid)):
        toast(request, _("Rule removed from the draft. What is live stays until you publish."))
    return redirect("routing-rules")


def _edit(request: HttpRequest, edit: Callable[[Rules], Rules]) -> None:
    try:
        actions.edit_routing_draft(actor=member_of(request), at=clock.now(), edit=edit)
    except NoSuchRule:
        raise Http404 from None


def _try_edit(request: HttpRequest, edit: Callable[[Rules], Rules]) -> bool:
    """Edit, or say which rule stands in the way: one that named what is no longer there."""
    try:
        _edit(request, edit)
    except PolicyError as problem:
        toast(request, str(problem), kind="bad")
        return False
    return True


@require_POST
def publish(request: HttpRequest) -> HttpResponse:
    require(member_of(request), "routing.edit")
    try:
        actions.publish_routing_policy(policy=_draft(), actor=member_of(request), at=clock.now())
    except Refused as refusal:
        toast(request, str(refusal), kind="attention")
    else:
        toast(request, _("Published. New leads go by these rules from now on."))
    return redirect("routing-rules")


@require_POST
def discard(request: HttpRequest) -> HttpResponse:
    require(member_of(request), "routing.edit")
    try:
        actions.discard_draft(draft=_draft(), actor=member_of(request), at=clock.now())
    except Refused as refusal:
        toast(request, str(refusal), kind="attention")
    else:
        toast(request, _("Draft thrown away."))
    return redirect("routing-rules")


def _draft() -> RoutingPolicy:
    draft = versions_of(RoutingPolicy).draft
    if draft is None:
        raise Http404
    return draft

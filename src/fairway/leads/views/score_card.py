"""The score card: rules with points, bands, a draft and its dry run."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from fairway.core import clock
from fairway.core.access import require
from fairway.core.http.toasts import toast
from fairway.core.refusals import Refused
from fairway.leads.actions import policies as actions
from fairway.leads.conditions import VendorSubjects
from fairway.leads.models import ScoreCard
from fairway.leads.policy_forms import BandFormSet, ScoreRuleForm
from fairway.leads.queries.dry_run import score_run
from fairway.leads.queries.policies import BANDS_OF, Versions, band_counts, condition_of, score_lines, versions_of
from fairway.leads.rules import editing
from fairway.leads.rules.editing import NoSuchRule, Rules
from fairway.leads.rules.scoring import PolicyError
from fairway.leads.views.policies import MOVES, member_of, subjects_for

_EXAMPLE = {"all": [{"field": "lead.has_company", "op": "is", "value": True}]}


@require_safe
def scoring(request: HttpRequest) -> HttpResponse:
    """The card; `?open=<rule>` opens a rule, `?open=bands` the bands, `?run=1` tries the draft."""
    require(member_of(request), "lead.read")
    return _page(request, opened=request.GET.get("open", ""))


def _page(request: HttpRequest, opened: str = "", form: Any = None) -> HttpResponse:
    versions, subjects = versions_of(ScoreCard), subjects_for(request)
    may_edit = member_of(request).can("scoring.edit")
    if may_edit and opened and form is None:
        if opened == "bands":
            form = BandFormSet(initial=_bands(versions), prefix="band")
        else:
            form = _form_of(opened, versions, subjects)
    counts = band_counts()
    context = {
        "versions": versions,
        "lines": score_lines(versions, subjects),
        "bands": [{**band, "count": counts[band["name"]]} for band in _bands(versions)],
        "bands_of": min(sum(counts.values()), BANDS_OF),
        "opened": opened if form else "",
        "form": form,
        "may_edit": may_edit,
        "run": score_run(versions, subjects) if "run" in request.GET and versions.draft else None,
        "ran_at": clock.now(),
    }
    has_errors = form is not None and bool(form.total_error_count() if opened == "bands" else form.errors)
    return render(request, "leads/score_card.html", context, status=400 if has_errors else 200)


def _bands(versions: Versions[ScoreCard]) -> list[dict[str, Any]]:
    card = versions.draft or versions.live
    return sorted(card.bands, key=lambda band: -band["at_least"]) if card else []


def _form_of(uid: str, versions: Versions[ScoreCard], subjects: VendorSubjects, data: Any = None) -> ScoreRuleForm:
    try:
        rule = versions.rules[editing.place_of(versions.rules, uid)]
    except NoSuchRule:
        raise Http404 from None
    before = next((each for each in versions.live_rules if each["uid"] == uid), None)
    live = condition_of(before["when"], subjects) if before and versions.draft else None
    return ScoreRuleForm(data, subjects=subjects, initial=rule, live=live)


@require_POST
def rule_save(request: HttpRequest, uid: str) -> HttpResponse:
    require(member_of(request), "scoring.edit")
    form = _form_of(uid, versions_of(ScoreCard), subjects_for(request), request.POST)
    if not form.is_valid():
        return _page(request, opened=uid, form=form)
    try:
        _edit(request, lambda rules: editing.changed(rules, uid, form.as_rule()))
    except PolicyError as problem:
        form.add_error(None, str(problem))
        return _page(request, opened=uid, form=form)
    toast(request, _("Kept in the draft."))
    return redirect("score-card")


@require_POST
def bands_save(request: HttpRequest) -> HttpResponse:
    require(member_of(request), "scoring.edit")
    form = BandFormSet(request.POST, prefix="band")
    if not form.is_valid():
        return _page(request, opened="bands", form=form)
    said = [each for each in form.cleaned_data if each.get("name")]
    bands = [{"name": each["name"], "at_least": each["at_least"]} for each in said]
    try:
        actions.edit_bands(actor=member_of(request), at=clock.now(), bands=bands)
    except PolicyError as problem:
        form.forms[0].add_error("at_least", str(problem))
        return _page(request, opened="bands", form=form)
    toast(request, _("Kept in the draft."))
    return redirect("score-card")


@require_POST
def rule_add(request: HttpRequest) -> HttpResponse:
    uid = uuid4().hex[:12]
    rule = {"uid": uid, "name": _("New rule"), "points": 5, "when": _EXAMPLE}
    if not _try_edit(request, lambda rules: [*rules, rule]):
        return redirect("score-card")
    return redirect(f"{reverse('score-card')}?open={uid}#rule-{uid}")


@require_POST
def rule_move(request: HttpRequest, uid: str) -> HttpResponse:
    by = MOVES.get(request.POST.get("to", ""), 0)
    _try_edit(request, lambda rules: editing.moved(rules, uid, by))
    return redirect(f"{reverse('score-card')}#rule-{uid}")


@require_POST
def rule_remove(request: HttpRequest, uid: str) -> HttpResponse:
    if _try_edit(request, lambda rules: editing.removed(rules, uid)):
        toast(request, _("Rule removed from the draft. What is live stays until you publish."))
    return redirect("score-card")


def _edit(request: HttpRequest, edit: Callable[[Rules], Rules]) -> None:
    try:
        actions.edit_score_draft(actor=member_of(request), at=clock.now(), edit=edit)
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
    require(member_of(request), "scoring.edit")
    try:
        actions.publish_score_card(card=_draft(), actor=member_of(request), at=clock.now())
    except Refused as refusal:
        toast(request, str(refusal), kind="attention")
    else:
        toast(request, _("Published. New leads get points by this card from now on."))
    return redirect("score-card")


@require_POST
def discard(request: HttpRequest) -> HttpResponse:
    require(member_of(request), "scoring.edit")
    try:
        actions.discard_draft(draft=_draft(), actor=member_of(request), at=clock.now())
    except Refused as refusal:
        toast(request, str(refusal), kind="attention")
    else:
        toast(request, _("Draft thrown away."))
    return redirect("score-card")


def _draft() -> ScoreCard:
    draft = versions_of(ScoreCard).draft
    if draft is None:
        raise Http404
    return draft

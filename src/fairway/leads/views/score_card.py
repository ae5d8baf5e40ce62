"""The score cards: rules with points in categories, bands, for which leads; a draft and what it would change."""

from collections.abc import Callable
from datetime import datetime, time
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from fairway.core import clock
from fairway.core.access import require
from fairway.core.http.parts import Tab
from fairway.core.http.toasts import toast
from fairway.core.refusals import Refused
from fairway.leads.actions import score_cards as actions
from fairway.leads.conditions import VendorSubjects
from fairway.leads.models import ScoreCard
from fairway.leads.policy_forms import BandFormSet, CapForm, CategoryFormSet, PublishForm, ScopeForm, ScoreRuleForm
from fairway.leads.queries.policies import BANDS_OF, band_counts, condition_of, score_lines
from fairway.leads.queries.score_cards import CardVersions, card_list, card_versions
from fairway.leads.queries.what_if import COUNTS, score_run
from fairway.leads.rules import editing
from fairway.leads.rules.editing import NoSuchRule, Rules
from fairway.leads.rules.scoring import PolicyError
from fairway.leads.views.policies import MOVES, member_of, subjects_for

_EXAMPLE = {"all": [{"field": "lead.has_company", "op": "is", "value": True}]}
_PARTS = ("bands", "categories", "scope")


def family_of(request: HttpRequest) -> str:
    return request.GET.get("card") or ScoreCard.DEFAULT


def versions_for(request: HttpRequest) -> CardVersions:
    family = family_of(request)
    versions = card_versions(family) if "\x00" not in family else None
    if versions is None or (family != ScoreCard.DEFAULT and versions.shown is None):
        raise Http404
    return versions


def query_of(request: HttpRequest) -> str:
    """What keeps a page with its card: "" for the default one."""
    family = family_of(request)
    return "" if family == ScoreCard.DEFAULT else f"?card={family}"


def back(request: HttpRequest, more: str = "") -> HttpResponse:
    query = query_of(request)
    joined = f"{query}{'&' if query else '?'}{more}" if more and not more.startswith("#") else f"{query}{more}"
    return redirect(reverse("score-card") + joined)


@require_safe
def scoring(request: HttpRequest) -> HttpResponse:
    """A card; `?open=<rule>` opens a rule, `?open=bands` and the like a part, `?run=300` tries the draft."""
    require(member_of(request), "lead.read")
    return _page(request, opened=request.GET.get("open", ""))


def _page(request: HttpRequest, opened: str = "", form: Any = None) -> HttpResponse:
    versions, subjects = versions_for(request), subjects_for(request)
    may_edit, now = member_of(request).can("scoring.edit"), clock.now()
    if may_edit and opened and form is None:
        form = _form_of(opened, versions, subjects)
    counts = band_counts()
    shown = versions.shown
    context = {
        "versions": versions,
        "lines": score_lines(versions, subjects),
        "bands": [{**band, "count": counts[band["name"]]} for band in _bands(versions)],
        "bands_of": min(sum(counts.values()), BANDS_OF),
        "categories": shown.categories if shown else [],
        "most": shown.most if shown else None,
        "scope": condition_of(shown.applies_to, subjects) if shown and query_of(request) else None,
        "name": _name(shown),
        "is_default": not query_of(request),
        "tabs": _tabs(request),
        "query": query_of(request),
        "joint": "&" if query_of(request) else "?",
        "opened": opened if form else "",
        "form": form,
        "publish_form": PublishForm(),
        "may_edit": may_edit,
        "run": _asked_run(request, versions, subjects, now),
        "run_counts": COUNTS,
        "ran_at": now,
    }
    return render(request, "leads/score_card.html", context, status=400 if _has_errors(form) else 200)


def _has_errors(form: Any) -> bool:
    forms = form if isinstance(form, tuple) else (form,)
    return any(
        each.total_error_count() if hasattr(each, "total_error_count") else each.errors for each in forms if each
    )


def _asked_run(request: HttpRequest, versions: CardVersions, subjects: VendorSubjects, now: datetime) -> Any:
    asked = request.GET.get("run", "") if request.method == "GET" else ""
    if not asked or not (versions.draft or versions.scheduled):
        return None
    count = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 6 else COUNTS[0]
    return score_run(versions, subjects, count if 1 < count <= COUNTS[-1] else COUNTS[0], now)


def _tabs(request: HttpRequest) -> list[Tab]:
    """The cards in the order in which they are asked; none while there is one alone."""
    cards, family = card_list(), family_of(request)
    if len(cards) < 2:
        return []
    url = reverse("score-card")
    return [
        Tab(
            _name(card), url if card.family == ScoreCard.DEFAULT else f"{url}?card={card.family}", card.family == family
        )
        for card in cards
    ]


def _name(card: ScoreCard | None) -> str:
    if card is None or card.family == ScoreCard.DEFAULT:
        return _("All other leads")
    return card.name or _("Card %(n)d") % {"n": card.number}


def _bands(versions: CardVersions) -> list[dict[str, Any]]:
    card = versions.shown
    return sorted(card.bands, key=lambda band: -band["at_least"]) if card else []


def _form_of(opened: str, versions: CardVersions, subjects: VendorSubjects, data: Any = None) -> Any:
    """The form of a rule or of a part of the card. Raises Http404 for a rule that is gone."""
    shown = versions.shown
    if opened == "bands":
        return BandFormSet(data, initial=None if data else _bands(versions), prefix="band")
    if opened == "categories":
        cap = CapForm(data, initial={"most": shown.most if shown else None})
        return CategoryFormSet(data, initial=shown.categories if shown and not data else None, prefix="kind"), cap
    if opened == "scope":
        live = condition_of(versions.live.applies_to, subjects) if versions.live and versions.draft else None
        initial = actions.content_of(shown) if shown else None
        return ScopeForm(data, subjects=subjects, initial=initial, live=live)
    return _rule_form(opened, versions, subjects, data)


def _rule_form(uid: str, versions: CardVersions, subjects: VendorSubjects, data: Any) -> ScoreRuleForm:
    try:
        rule = versions.rules[editing.place_of(versions.rules, uid)]
    except NoSuchRule:
        raise Http404 from None
    before = next((each for each in versions.live_rules if each["uid"] == uid), None)
    live = condition_of(before["when"], subjects) if before and versions.draft else None
    names = [each["name"] for each in versions.shown.categories] if versions.shown else []
    return ScoreRuleForm(data, subjects=subjects, initial=rule, live=live, categories=names)


@require_POST
def rule_save(request: HttpRequest, uid: str) -> HttpResponse:
    require(member_of(request), "scoring.edit")
    form = _rule_form(uid, versions_for(request), subjects_for(request), request.POST)
    if not form.is_valid():
        return _page(request, opened=uid, form=form)
    try:
        _edit(request, lambda rules: editing.changed(rules, uid, form.as_rule()))
    except PolicyError as problem:
        form.add_error(None, str(problem))
        return _page(request, opened=uid, form=form)
    toast(request, _("Kept in the draft."))
    return back(request)


@require_POST
def bands_save(request: HttpRequest) -> HttpResponse:
    require(member_of(request), "scoring.edit")
    form = _form_of("bands", versions_for(request), subjects_for(request), request.POST)
    if not form.is_valid():
        return _page(request, opened="bands", form=form)
    said = [each for each in form.cleaned_data if each.get("name")]
    bands = [{"name": each["name"], "at_least": each["at_least"]} for each in said]
    try:
        actions.edit_bands(actor=member_of(request), at=clock.now(), bands=bands, family=family_of(request))
    except PolicyError as problem:
        form.forms[0].add_error("at_least", str(problem))
        return _page(request, opened="bands", form=form)
    toast(request, _("Kept in the draft."))
    return back(request)


@require_POST
def categories_save(request: HttpRequest) -> HttpResponse:
    """Names, caps and half-lives of the categories, and the cap of the card."""
    require(member_of(request), "scoring.edit")
    forms = _form_of("categories", versions_for(request), subjects_for(request), request.POST)
    kinds, cap = forms
    if not (kinds.is_valid() & cap.is_valid()):
        return _page(request, opened="categories", form=forms)
    said = [each.as_category() for each in kinds if each.cleaned_data.get("name")]
    try:
        actions.edit_categories(
            actor=member_of(request), at=clock.now(), categories=said, most=cap.cleaned_data["most"],
            family=family_of(request),
        )  # fmt: skip
    except PolicyError as problem:
        cap.add_error(None, str(problem))
        return _page(request, opened="categories", form=forms)
    toast(request, _("Kept in the draft."))
    return back(request)


@require_POST
def scope_save(request: HttpRequest) -> HttpResponse:
    """For which leads the card is."""
    require(member_of(request), "scoring.edit")
    form = _form_of("scope", versions_for(request), subjects_for(request), request.POST)
    if not form.is_valid():
        return _page(request, opened="scope", form=form)
    said = {**form.cleaned_data, "applies_to": form.cleaned_data["applies_to"].as_json()}
    try:
        actions.edit_scope(actor=member_of(request), at=clock.now(), family=family_of(request), **said)
    except (PolicyError, Refused) as problem:
        form.add_error(None, str(problem))
        return _page(request, opened="scope", form=form)
    toast(request, _("Kept in the draft."))
    return back(request)


@require_http_methods(["GET", "HEAD", "POST"])
def card_new(request: HttpRequest) -> HttpResponse:
    """A further card, for some leads alone."""
    require(member_of(request), "scoring.edit")
    form = ScopeForm(request.POST if request.method == "POST" else None, subjects=subjects_for(request))
    del form.fields["place"]
    if request.method == "POST" and form.is_valid():
        applies_to = form.cleaned_data["applies_to"].as_json()
        try:
            card = actions.add_card(
                actor=member_of(request), at=clock.now(), name=form.cleaned_data["name"], applies_to=applies_to
            )
        except (PolicyError, Refused) as problem:
            form.add_error(None, str(problem))
        else:
            toast(request, _("The card begins as a draft with the rules of all other leads."))
            return redirect(f"{reverse('score-card')}?card={card.family}")
    return render(request, "leads/score_card_new.html", {"form": form}, status=400 if form.errors else 200)


@require_POST
def rule_add(request: HttpRequest) -> HttpResponse:
    uid = uuid4().hex[:12]
    rule = {"uid": uid, "name": _("New rule"), "points": 5, "when": _EXAMPLE}
    if not _try_edit(request, lambda rules: [*rules, rule]):
        return back(request)
    return back(request, f"open={uid}#rule-{uid}")


@require_POST
def rule_move(request: HttpRequest, uid: str) -> HttpResponse:
    by = MOVES.get(request.POST.get("to", ""), 0)
    _try_edit(request, lambda rules: editing.moved(rules, uid, by))
    return back(request, f"#rule-{uid}")


@require_POST
def rule_remove(request: HttpRequest, uid: str) -> HttpResponse:
    if _try_edit(request, lambda rules: editing.removed(rules, uid)):
        toast(request, _("Rule removed from the draft. What is live stays until you publish."))
    return back(request)


def _edit(request: HttpRequest, edit: Callable[[Rules], Rules]) -> None:
    try:
        actions.edit_score_draft(actor=member_of(request), at=clock.now(), edit=edit, family=family_of(request))
    except (NoSuchRule, actions.NoSuchCard):
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
    """Now, or from the day that was said, which begins where the person is."""
    member = member_of(request)
    require(member, "scoring.edit")
    form = PublishForm(request.POST)
    if not form.is_valid():
        toast(request, _("Write the day like 2026-03-31."), kind="bad")
        return back(request)
    day, now = form.cleaned_data["effective_on"], clock.now()
    starts_at = datetime.combine(day, time(), ZoneInfo(member.zone)) if day else None
    try:
        card = actions.publish_score_card(card=_draft(request), actor=member, at=now, effective_at=starts_at)
    except Refused as refusal:
        toast(request, str(refusal), kind="attention")
    else:
        said = {
            "scheduled": _("It comes into force on that day."),
            "published": _("Published. New leads get points by this card from now on."),
        }
        toast(request, said[card.state])
    return back(request)


@require_POST
def discard(request: HttpRequest) -> HttpResponse:
    """Throw the draft away, or with `what=scheduled` call off the version that is to come."""
    require(member_of(request), "scoring.edit")
    versions = versions_for(request)
    card = versions.scheduled if request.POST.get("what") == "scheduled" else versions.draft
    if card is None:
        raise Http404
    try:
        actions.discard_card(card=card, actor=member_of(request), at=clock.now())
    except Refused as refusal:
        toast(request, str(refusal), kind="attention")
    else:
        toast(request, _("Called off.") if card is versions.scheduled else _("Draft thrown away."))
    return back(request) if versions.live else redirect("score-card")


@require_POST
def removal(request: HttpRequest) -> HttpResponse:
    """Take a card out of use."""
    require(member_of(request), "scoring.edit")
    versions_for(request)
    try:
        actions.retire_card(family=family_of(request), actor=member_of(request), at=clock.now())
    except Refused as refusal:
        toast(request, str(refusal), kind="attention")
    else:
        toast(request, _("Card removed. Its leads go by the next card that fits."))
    return redirect("score-card")


def _draft(request: HttpRequest) -> ScoreCard:
    draft = versions_for(request).draft
    if draft is None:
        raise Http404
    return draft

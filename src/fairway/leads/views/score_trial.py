"""The test bench of scoring: one lead, or pasted fields, and what each rule makes of it."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from fairway.core import clock
from fairway.core.access import require
from fairway.leads.conditions import VendorSubjects, lead_values
from fairway.leads.models import Lead
from fairway.leads.policy_forms import TrialForm
from fairway.leads.queries.score_cards import age_days
from fairway.leads.queries.subjects import lead_rows
from fairway.leads.queries.what_if import Trial, trial, trial_cards
from fairway.leads.rules.pasted import PastedError, read_pasted
from fairway.leads.views.policies import member_of, subjects_for
from fairway.leads.views.score_card import family_of, query_of, versions_for

LEADS = 50


@require_http_methods(["GET", "HEAD", "POST"])
def bench(request: HttpRequest) -> HttpResponse:
    """`?lead=<uid>` tries a lead at once; what was pasted is posted, and nothing is kept."""
    require(member_of(request), "lead.read")
    versions_for(request)
    subjects = subjects_for(request)
    asked = request.POST if request.method == "POST" else {**request.GET.dict(), "which": "draft"}
    is_asked = request.method == "POST" or "lead" in request.GET
    form = TrialForm(asked if is_asked else None, leads=_choices(asked.get("lead", "")))
    found = _tried(request, form, subjects) if is_asked and form.is_valid() else None
    context = {"form": form, "found": found, "query": query_of(request)}
    return render(request, "leads/score_trial.html", context, status=400 if form.errors else 200)


def _choices(chosen: str) -> list[tuple[str, str]]:
    """The latest leads, and the one that was asked for when the reader may see it."""
    latest = list(Lead.objects.order_by("-captured_at", "-id").values_list("uid", "title", "company")[:LEADS])
    try:
        wanted = UUID(chosen)
    except ValueError:
        wanted = None
    if wanted and wanted not in {uid for uid, _title, _company in latest}:
        latest += Lead.objects.filter(uid=wanted).values_list("uid", "title", "company")
    return [(str(uid), f"{title} · {company}" if company else title) for uid, title, company in latest]


def _tried(request: HttpRequest, form: TrialForm, subjects: VendorSubjects) -> Trial | None:
    """By the first card that fits; of a card that is not the default one, by that card whatever it is for."""
    read = _values(form, subjects)
    if read is None:
        return None
    values, age = read
    cards = trial_cards(family_of(request), form.cleaned_data["which"], subjects)
    own = [card for card in cards if card.stored.family == family_of(request)]
    if not own:
        form.add_error("which", _("There is no such version of this card."))
        return None
    if query_of(request):
        return trial(own[0], values, age)
    tried = (trial(card, values, age) for card in cards)
    return next((one for one in tried if one.is_for), None)


def _values(form: TrialForm, subjects: VendorSubjects) -> tuple[dict[str, Any], int] | None:
    said = form.cleaned_data
    if said["text"].strip():
        try:
            return read_pasted(said["text"], subjects.lead), said["age_days"] or 0
        except PastedError as problem:
            form.add_error("text", str(problem))
            return None
    row = lead_rows(Lead.objects.filter(uid=said["lead"]).values_list("pk", flat=True))[0]
    age = age_days(row["captured_at"], clock.now()) if said["age_days"] is None else said["age_days"]
    return lead_values(row, subjects.currency), age

"""The public form: a visitor says what is needed; it becomes a lead, and the vendor's rules do the rest.

Programs are kept out without asking anyone else: a field nobody sees, a form that was open too short or too long,
and a limit per address (core/http/limits.py). What they send is answered like everything else, and kept nowhere.
"""

from datetime import timedelta
from uuid import UUID

from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from fairway.core import clock
from fairway.leads.actions.capture import LeadValues, PersonValues, capture_lead
from fairway.leads.forms import PublicLeadForm
from fairway.leads.models import LeadForm
from fairway.leads.views.asked import REFUSALS, member_of, refused_on

SOURCE = "web form"
SECONDS_LEAST = 3
OPEN_MOST = timedelta(hours=12)
_SALT = "fairway.leads.form"


def _form_of(slug: str) -> LeadForm:
    return get_object_or_404(LeadForm, slug=slug, is_active=True)


def _stamp(form: LeadForm) -> str:
    """When the page was drawn, signed, so that it cannot be made up."""
    return signing.dumps(str(form.uid), salt=_SALT)


def _is_rushed(text: str, form: LeadForm) -> bool | None:
    """True when the form came back faster than a person writes; None when the stamp is old, wrong or missing."""
    try:
        if UUID(signing.loads(text, salt=_SALT, max_age=OPEN_MOST)) != form.uid:
            return None
    except (signing.BadSignature, ValueError):
        return None
    try:
        signing.loads(text, salt=_SALT, max_age=SECONDS_LEAST)
    except signing.SignatureExpired:
        return False
    return True


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def lead_form(request: HttpRequest, slug: str) -> HttpResponse:
    kept = _form_of(slug)
    if request.method != "POST":
        return _page(request, kept, PublicLeadForm(form=kept, initial={"began": _stamp(kept)}))
    form = PublicLeadForm(request.POST, form=kept)
    if request.POST.get("second_topic"):
        return redirect("public-lead-thanks", kept.slug)
    if form.is_valid() and _may_send(request, kept, form):
        try:
            _capture(request, kept, form)
        except REFUSALS as refused:
            refused_on(form, refused)
        else:
            return redirect("public-lead-thanks", kept.slug)
    return _page(request, kept, form, 422)


def _may_send(request: HttpRequest, kept: LeadForm, form: PublicLeadForm) -> bool:
    """Say what to do when the form came too fast, too late or too often. What was written stays."""
    rushed = _is_rushed(form.cleaned_data["began"], kept)
    if rushed is None:
        form.add_error(None, _("This page was open for long. Look it over and send it once more."))
    elif rushed:
        form.add_error(None, _("That was very fast. Look it over and send it once more."))
    elif getattr(request, "is_too_often", False):
        form.add_error(None, _("Too many requests came from your address. Try again in an hour."))
    return form.is_valid()


def _page(request: HttpRequest, kept: LeadForm, form: PublicLeadForm, status: int = 200) -> HttpResponse:
    if form.is_bound:
        given = request.POST.copy()
        given["began"] = _restamped(request, kept)
        form.data = given
    return render(request, "leads/public_form.html", {"form": form, "kept": kept}, status=status)


def _restamped(request: HttpRequest, kept: LeadForm) -> str:
    """A stamp that is still good stays, so that a person who mends a field at once is not told to wait."""
    given = request.POST.get("began", "")
    return given if _is_rushed(given, kept) is not None else _stamp(kept)


def _capture(request: HttpRequest, kept: LeadForm, form: PublicLeadForm) -> None:
    given, at = form.cleaned_data, clock.now()
    values = LeadValues(
        **{name: given[name] for name in ("need", "description", "company", "country", "city", "timeframe_days")},
        product_line_id=kept.product_line_id,
    )
    person = PersonValues(**{name: given[name] for name in ("first_name", "last_name", "job_title", "email", "phone")})
    capture_lead(
        actor=member_of(request), at=at, source=SOURCE, source_detail=kept.name, campaign=kept.campaign,
        values=values, person=person, consent_text=kept.consent_text, consented_at=at,
    )  # fmt: skip


@require_safe
def thanks(request: HttpRequest, slug: str) -> HttpResponse:
    return render(request, "leads/public_thanks.html", {"kept": _form_of(slug)})

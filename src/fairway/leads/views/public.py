"""The public form: a visitor says what is needed; it becomes a lead, and the vendor's rules do the rest.

It stands on a page of its own, and in a frame on the sites that the vendor lists. Programs are kept out without
asking anyone else: a field nobody sees, a form that was open too short or too long, a small piece of work for the
browser, and limits per address and per page drawn (core/http/limits.py). What they send into the unseen field is
answered like everything else, and kept nowhere.
"""

from datetime import timedelta
from secrets import token_hex

from django.contrib.staticfiles import finders
from django.core import signing
from django.http import HttpRequest, HttpResponse, HttpResponseForbidden
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control, never_cache
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from fairway.core import clock
from fairway.core.http.work import BITS
from fairway.leads.actions.capture import LeadValues, PersonValues, capture_lead
from fairway.leads.forms import PublicLeadForm
from fairway.leads.models import LeadForm
from fairway.leads.rules.form_stamps import Stamp, read_stamp
from fairway.leads.views.asked import REFUSALS, member_of, refused_on

SOURCE = "web form"
SECONDS_LEAST = 3
OPEN_MOST = timedelta(hours=12)
_SALT = "fairway.leads.form"


def _form_of(slug: str) -> LeadForm:
    return get_object_or_404(LeadForm, slug=slug, is_active=True)


def _stamp(form: LeadForm) -> str:
    """Which form was drawn, with which text, and when; signed, so that it cannot be made up."""
    return signing.dumps(str(Stamp(form.uid, form.consent_version, token_hex(6))), salt=_SALT)


def _read(text: str, form: LeadForm) -> Stamp | None:
    """The stamp when it is this form's, ours, and not too old."""
    try:
        stamp = read_stamp(signing.loads(text, salt=_SALT, max_age=OPEN_MOST))
    except signing.BadSignature:
        return None
    return stamp if stamp is not None and stamp.form_uid == form.uid else None


def _is_rushed(text: str) -> bool:
    """True when a good stamp came back faster than a person writes."""
    try:
        signing.loads(text, salt=_SALT, max_age=SECONDS_LEAST)
    except signing.SignatureExpired:
        return False
    return True


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def lead_form(request: HttpRequest, slug: str) -> HttpResponse:
    return _answer(request, _form_of(slug), is_framed=False)


# Browsers send a frame on another site no cookie, so there is no session to misuse and none to prove: the signed
# stamp of the page stands for it, and without one nothing is taken.
@csrf_exempt
@xframe_options_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def embedded_form(request: HttpRequest, slug: str) -> HttpResponse:
    """The same form for a frame on the vendor's own sites."""
    if request.method == "POST" and not request.POST.get("began"):
        return HttpResponseForbidden(_("This did not come from the form. Open the page again."))
    kept = _form_of(slug)
    return _framed(kept, _answer(request, kept, is_framed=True))


def _framed(kept: LeadForm, answer: HttpResponse) -> HttpResponse:
    """Let the listed sites show the answer in a frame, and the page of settings its preview."""
    answer._csp_replace = {"frame-ancestors": ["'self'", *kept.sites]}  # type: ignore[attr-defined]
    return answer


def _answer(request: HttpRequest, kept: LeadForm, *, is_framed: bool) -> HttpResponse:
    if request.method != "POST":
        return _page(request, kept, PublicLeadForm(form=kept, initial={"began": _stamp(kept)}), is_framed=is_framed)
    form = PublicLeadForm(request.POST, form=kept)
    thanks_page = "public-lead-embed-thanks" if is_framed else "public-lead-thanks"
    if request.POST.get("second_topic"):
        return redirect(thanks_page, kept.slug)
    if form.is_valid() and _may_send(request, kept, form):
        try:
            _capture(request, kept, form)
        except REFUSALS as refused:
            refused_on(form, refused)
        else:
            return redirect(thanks_page, kept.slug)
    return _page(request, kept, form, 422, is_framed=is_framed)


def _may_send(request: HttpRequest, kept: LeadForm, form: PublicLeadForm) -> bool:
    """Say what to do when the form came too fast, too late or too often. What was written stays."""
    began = form.cleaned_data["began"]
    stamp = _read(began, kept)
    if stamp is None:
        form.add_error(None, _("This page was open for long. Look it over and send it once more."))
    elif stamp.consent_version != kept.consent_version:
        form.add_error("consent", _("The text changed while the page was open. Read it and send once more."))
    elif _is_rushed(began):
        form.add_error(None, _("That was very fast. Look it over and send it once more."))
    elif getattr(request, "is_too_often", False):
        form.add_error(None, _("Too many requests came from your address. Try again in an hour."))
    return form.is_valid()


def _page(
    request: HttpRequest, kept: LeadForm, form: PublicLeadForm, status: int = 200, *, is_framed: bool
) -> HttpResponse:
    if form.is_bound:
        given = request.POST.copy()
        given["began"] = _restamped(request, kept)
        if given["began"] != request.POST.get("began"):
            given["work"] = ""
        form.data = given
    template = "leads/public_framed.html" if is_framed else "leads/public_form.html"
    return render(request, template, {"form": form, "kept": kept, "bits": BITS}, status=status)


def _restamped(request: HttpRequest, kept: LeadForm) -> str:
    """A stamp that is still good stays, so that a person who mends a field at once is not told to wait."""
    given = request.POST.get("began", "")
    stamp = _read(given, kept)
    return given if stamp is not None and stamp.consent_version == kept.consent_version else _stamp(kept)


def _capture(request: HttpRequest, kept: LeadForm, form: PublicLeadForm) -> None:
    given, at = form.cleaned_data, clock.now()
    values = LeadValues(
        **{name: given[name] for name in ("need", "description", "company", "country", "city", "timeframe_days")},
        product_line_id=kept.product_line_id,
        extra={"consent_version": kept.consent_version},
    )
    person = PersonValues(**{name: given[name] for name in ("first_name", "last_name", "job_title", "email", "phone")})
    capture_lead(
        actor=member_of(request), at=at, source=SOURCE, source_detail=kept.name, campaign=kept.campaign,
        values=values, person=person, consent_text=kept.consent_text, consented_at=at,
    )  # fmt: skip


@require_safe
def thanks(request: HttpRequest, slug: str) -> HttpResponse:
    return render(request, "leads/public_thanks.html", {"kept": _form_of(slug)})


@xframe_options_exempt
@require_safe
def embedded_thanks(request: HttpRequest, slug: str) -> HttpResponse:
    kept = _form_of(slug)
    return _framed(kept, render(request, "leads/public_framed_thanks.html", {"kept": kept}))


@cache_control(public=True, max_age=3600)
@require_safe
def embed_script(request: HttpRequest) -> HttpResponse:
    """What a vendor's site loads: always at the same address, whatever the release calls its files."""
    path = finders.find("fairway/js/embed.js")
    with open(str(path), encoding="utf-8") as file:
        answer = HttpResponse(file.read(), content_type="text/javascript; charset=utf-8")
    answer["Cross-Origin-Resource-Policy"] = "cross-origin"
    return answer

"""The page behind the link in an offer's mail: the brief and one button, without a log-in.

Looking changes nothing; the second tap is a POST. Whatever is answered here shows no person: that takes a log-in.
"""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from fairway.core import clock
from fairway.core.http.format import moment
from fairway.leads.actions.answer_links import (
    Looked,
    Standing,
    accept_by_link,
    decline_by_link,
    look_by_link,
    read_lists,
)
from fairway.leads.forms import DeclineForm
from fairway.leads.models import Offer
from fairway.leads.queries.answer_links import AnswerLink, read_token
from fairway.leads.views import briefs
from fairway.leads.views.asked import REFUSALS, member_of, refused_on
from fairway.leads.views.limits import time_left

STATUS = {
    Standing.OPEN: HTTPStatus.OK,
    Standing.SIGN_IN: HTTPStatus.OK,
    Standing.OTHER_PERSON: HTTPStatus.FORBIDDEN,
    Standing.MAY_NOT: HTTPStatus.FORBIDDEN,
    Standing.NO_ACCESS: HTTPStatus.FORBIDDEN,
    Standing.COMPANY_LEFT: HTTPStatus.FORBIDDEN,
}
View = Callable[..., HttpResponse]


def _without_a_trace(view: View) -> View:
    """The address is a secret: no browser tells it to anybody, keeps the page, or has it indexed.

    Not "no-referrer": browsers then name no origin with the POST, and it would be refused as a stranger's.
    """

    def run(request: HttpRequest, token: str) -> HttpResponse:
        response = view(request, token)
        response["Referrer-Policy"] = "strict-origin"
        response["X-Robots-Tag"] = "noindex, nofollow"
        return response

    return never_cache(run)


@_without_a_trace
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest, token: str) -> HttpResponse:
    """The brief; a POST accepts."""
    link = _link(request, token)
    if link is None:
        return _unknown(request)
    if request.method != "POST":
        return _shown(request, token, look_by_link(**_asked(request, link)), _form(request))
    try:
        found = accept_by_link(**_asked(request, link))
    except REFUSALS:  # a colleague was faster, or the time ran out: the page says what stands now
        return HttpResponseRedirect(_own(token))
    return _after(request, token, found)


@_without_a_trace
@require_http_methods(["GET", "HEAD", "POST"])
def decline(request: HttpRequest, token: str) -> HttpResponse:
    link = _link(request, token)
    if link is None:
        return _unknown(request)
    form = _form(request, request.POST or None)
    if request.method != "POST" or not form.is_valid():
        return _shown(request, token, look_by_link(**_asked(request, link)), form)
    given = {"quality": form.cleaned_data["quality"], "note": form.cleaned_data["note"]}
    try:
        found = decline_by_link(**_asked(request, link), **given)
    except REFUSALS as refused:
        if not getattr(refused, "field", ""):
            return HttpResponseRedirect(_own(token))
        refused_on(form, refused)
        return _shown(request, token, look_by_link(**_asked(request, link)), form)
    return _after(request, token, found)


def _link(request: HttpRequest, token: str) -> AnswerLink | None:
    return read_token(token, request.vendor_slug)  # type: ignore[attr-defined]


def _asked(request: HttpRequest, link: AnswerLink) -> dict[str, Any]:
    user = request.user  # known since its door was counted: here no session could be read
    return {
        "vendor_id": member_of(request).vendor_id,
        "link": link,
        "at": clock.now(),
        "signed_in_user_id": user.pk if user.is_authenticated else None,
    }


def _form(request: HttpRequest, given: Any = None) -> DeclineForm:
    """With the vendor's own reasons, which visitors do not read by themselves."""
    return DeclineForm(given, lists=read_lists(vendor_id=member_of(request).vendor_id))


def _own(token: str) -> str:
    return reverse("public-offer", args=[token])


def _unknown(request: HttpRequest) -> HttpResponse:
    """Altered, made up, of another vendor: one page, that says nothing of what there is."""
    return render(request, "leads/public_offer.html", {"standing": "unknown"}, status=HTTPStatus.NOT_FOUND)


def _after(request: HttpRequest, token: str, found: Looked) -> HttpResponse:
    """After an answer the page of what stands now, so that going back and loading anew answer nothing twice."""
    if found.standing is Standing.OPEN:
        return HttpResponseRedirect(_own(token))
    return _shown(request, token, found, _form(request))


def _shown(request: HttpRequest, token: str, found: Looked, form: DeclineForm) -> HttpResponse:
    if found.member is None or found.offer is None:
        context: dict[str, Any] = {"standing": found.standing.value}
    else:
        with timezone.override(found.member.zone):
            context = _context(token, found, found.offer, form)
    status = STATUS.get(found.standing, HTTPStatus.GONE)
    if found.standing is Standing.ACCEPTED or found.standing is Standing.DECLINED:
        status = HTTPStatus.OK
    if form.is_bound and form.errors and found.standing is Standing.OPEN:
        status = HTTPStatus.UNPROCESSABLE_ENTITY
    return render(request, "leads/public_offer.html", context, status=status)


def _context(token: str, found: Looked, offer: Offer, form: DeclineForm) -> dict[str, Any]:
    """What the person may see: of an open offer the brief, of a closed one only what became of it."""
    assert found.member is not None
    at, is_open = clock.now(), found.standing in {Standing.OPEN, Standing.SIGN_IN}
    name, uid = ("portal-lead", found.lead_uid) if found.lead_uid else ("portal-offer", offer.uid)
    return {
        "standing": found.standing.value,
        "offer": offer,
        "name": found.member.name,
        "is_open": is_open,
        "is_own": found.is_by_this_person,
        "by": offer.answered_by.name if offer.answered_by else _("a colleague"),
        "answered": moment(offer.answered_at) if offer.answered_at else "",
        "left": time_left(offer.offered_at, offer.lapses_at, at, found.member.zone),
        "facts": briefs.facts(offer.brief, offer.amount_minor, offer.currency) if is_open else [],
        "form": form,
        "accept_url": _own(token),
        "decline_url": reverse("public-offer-decline", args=[token]),
        "sign_in_url": f"{settings.LOGIN_URL}?{urlencode({'next': reverse(name, args=[uid])})}",
    }

"""Pausing a partner on screen: by staff for any, by an executive for the own company."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from fairway.core import clock
from fairway.core.access import Member, require
from fairway.core.http.toasts import toast
from fairway.core.moves import StateConflict
from fairway.core.refusals import Refused
from fairway.core.states import TransitionRefused
from fairway.core.tenancy.models import Partner
from fairway.partners.actions.pauses import end_pause, pause_partner
from fairway.partners.links import links_for
from fairway.partners.pause_forms import PauseForm
from fairway.partners.queries.pauses import may_end, pause_of

REFUSALS = (Refused, StateConflict, TransitionRefused)


def _page(request: HttpRequest, partner: Partner, here: str, back: str) -> HttpResponse:
    member: Member = request.member  # type: ignore[attr-defined]
    require(member, "partner.pause")
    form = PauseForm(request.POST or None)
    if form.is_valid():
        try:
            pause_partner(partner=partner, actor=member, at=clock.now(), **form.cleaned_data)
        except REFUSALS as refused:
            field = getattr(refused, "field", "")
            form.add_error(field if field in form.fields else None, str(refused))
        else:
            toast(request, _("Kept. New leads go to others on these days."))
            return redirect(here)
    pause = pause_of(partner)
    context = {
        "form": form,
        "partner": partner,
        "pause": pause,
        "back": back,
        "end_url": f"{here}end/" if pause and may_end(member, pause) else "",
        "links": [link for link in links_for(member, partner) if link[1] == "arrows-split"] if member.is_staff else [],
    }
    return render(request, "partners/pause.html", context, status=422 if form.is_bound else 200)


def _ended(request: HttpRequest, partner: Partner, here: str) -> HttpResponse:
    member: Member = request.member  # type: ignore[attr-defined]
    require(member, "partner.pause")
    pause = pause_of(partner)
    try:
        if pause is None:
            raise Refused(_("This pause is over already."))
        end_pause(pause=pause, actor=member, at=clock.now())
    except REFUSALS as refused:
        toast(request, str(refused), kind="bad")
    else:
        toast(request, _("The pause is over. New leads come again."))
    return redirect(here)


@require_http_methods(["GET", "HEAD", "POST"])
def of_partner(request: HttpRequest, uid: UUID) -> HttpResponse:
    partner = get_object_or_404(Partner, uid=uid)
    return _page(request, partner, reverse("partner-pause", args=[uid]), reverse("partner-detail", args=[uid]))


@require_POST
def end_of_partner(request: HttpRequest, uid: UUID) -> HttpResponse:
    return _ended(request, get_object_or_404(Partner, uid=uid), reverse("partner-pause", args=[uid]))


@require_http_methods(["GET", "HEAD", "POST"])
def own(request: HttpRequest) -> HttpResponse:
    return _page(request, _own(request), reverse("portal-partnerpause"), reverse("portal-home"))


@require_POST
def end_own(request: HttpRequest) -> HttpResponse:
    return _ended(request, _own(request), reverse("portal-partnerpause"))


def _own(request: HttpRequest) -> Partner:
    member: Member = request.member  # type: ignore[attr-defined]
    return get_object_or_404(Partner, pk=member.partner_id)

"""Ending a partnership on screen: what the partner has in hand is said first, with the way to hand it on."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from fairway.core import clock
from fairway.core.access import Member, require
from fairway.core.http.format import number
from fairway.core.http.toasts import toast
from fairway.core.moves import StateConflict
from fairway.core.refusals import Refused
from fairway.core.states import TransitionRefused
from fairway.core.tenancy.models import Partner
from fairway.partners.actions.partners import change_state
from fairway.partners.holdings import held
from fairway.partners.links import links_for
from fairway.partners.pause_forms import EndForm
from fairway.partners.rules.states import PARTNER

HAND_ON = "arrows-split"  # the icon of the links that hand something on


@require_http_methods(["GET", "HEAD", "POST"])
def ending(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Asks once more; what is left is told to channel operations when it is not handed on before."""
    member: Member = request.member  # type: ignore[attr-defined]
    require(member, "partner.edit")
    partner = get_object_or_404(Partner, uid=uid)
    form = EndForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            change_state(partner=partner, verb="end", actor=member, at=clock.now(), reason=form.cleaned_data["reason"])
        except (Refused, StateConflict, TransitionRefused) as refused:
            form.add_error(None, str(refused))
        else:
            toast(request, _("Partner set inactive."))
            return redirect("partner-detail", uid)
    context = {
        "form": form, "partner": partner, "may_end": PARTNER.allows(partner.state, "end"),
        "held": [(label, number(count)) for label, count in held(partner)],
        "links": [link for link in links_for(member, partner) if link[1] == HAND_ON],
    }  # fmt: skip
    return render(request, "partners/ending.html", context, status=422 if form.is_bound else 200)

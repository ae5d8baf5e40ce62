"""What the vendor asks of its staff at the door, and a second factor taken back for a colleague."""

from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from fairway.core import clock
from fairway.core.access import Member, require
from fairway.core.http.frame import role_label
from fairway.core.http.toasts import toast
from fairway.core.refusals import Refused
from fairway.core.tenancy.actions.signing_in import ask_second_factor_of_staff, reset_second_factor
from fairway.core.tenancy.forms import SecondFactorPolicyForm
from fairway.core.tenancy.queries import people_for, staff_without_second_factor
from fairway.core.tenancy.signing_in import SignInPolicy

SHOWN_MOST = 200


@require_http_methods(["GET", "HEAD", "POST"])
def policy(request: HttpRequest) -> HttpResponse:
    member: Member = request.member  # type: ignore[attr-defined]
    require(member, "people.manage")
    form = SecondFactorPolicyForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and _saved(form, request, member):
        return HttpResponseRedirect(reverse("signinpolicy-edit"))
    without = list(staff_without_second_factor()[:SHOWN_MOST])
    context = {
        "form": form,
        "from_at": SignInPolicy.objects.values_list("staff_second_factor_at", flat=True).first(),
        "now": clock.now(),
        "without": [{"seat": seat, "role": role_label(seat.role)} for seat in without],
        "has_own": member.seat is not None and member.seat.has_second_factor,
    }
    return render(request, "people/signing_in.html", context, status=422 if form.errors else 200)


def _saved(form: forms.Form, request: HttpRequest, member: Member) -> bool:
    days = form.cleaned_data["days"] if request.POST.get("ask") else None
    try:
        ask_second_factor_of_staff(days=days, actor=member, at=clock.now())
    except Refused as refused:
        form.add_error(refused.field if refused.field in form.fields else None, str(refused))
        return False
    toast(request, _("Nobody needs a second factor any more.") if days is None else _("Saved."))
    return True


@require_POST
def reset(request: HttpRequest, uid: UUID) -> HttpResponse:
    member: Member = request.member  # type: ignore[attr-defined]
    require(member, "people.manage")
    seat = get_object_or_404(people_for(member), uid=uid)
    try:
        reset_second_factor(seat=seat, actor=member, at=clock.now())
    except Refused as refused:
        toast(request, str(refused), kind="bad")
    else:
        toast(request, _("%(name)s can set up a new second factor after the next log-in.") % {"name": seat.name})
    return HttpResponseRedirect(reverse("person-detail", args=[seat.uid]))

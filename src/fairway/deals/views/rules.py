"""The screen of the vendor's rules for registrations and protections."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from fairway.core import clock
from fairway.core.access import Member, require
from fairway.core.http.toasts import toast
from fairway.core.refusals import Refused
from fairway.deals.actions.rules import save_deal_rules
from fairway.deals.forms import DealRulesForm
from fairway.deals.queries.policies import deal_rules


@require_http_methods(["GET", "HEAD", "POST"])
def deal_rules_edit(request: HttpRequest) -> HttpResponse:
    member: Member = request.member  # type: ignore[attr-defined]
    require(member, "dealrules.edit")
    currency = member.seat.vendor_currency if member.seat else ""
    form = DealRulesForm(request.POST or None, row=deal_rules(), currency=currency)
    if request.method == "POST" and form.is_valid() and _saved(form, request, member):
        return HttpResponseRedirect(reverse("dealrules-edit"))
    return render(request, "deals/rules.html", {"form": form}, status=422 if form.errors else 200)


def _saved(form: DealRulesForm, request: HttpRequest, member: Member) -> bool:
    try:
        save_deal_rules(
            numbers=form.numbers, steps=form.steps, version=form.cleaned_data["version"], actor=member, at=clock.now()
        )
    except Refused as refused:
        form.add_error(refused.field if refused.field in form.fields else None, str(refused))
        return False
    toast(request, _("Saved. It holds for what is sent and decided from now on."))
    return True

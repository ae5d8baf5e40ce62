"""The screen of silence and of the targets that partners are measured by."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from fairway.core import clock
from fairway.core.access import require
from fairway.core.http.toasts import toast
from fairway.leads.actions.tracking import save_tracking_rules
from fairway.leads.answer_forms import TrackingForm
from fairway.leads.queries.leads import bands
from fairway.leads.queries.tracking import policy_of, tracking_rules
from fairway.leads.views.answers import tabs
from fairway.leads.views.asked import REFUSALS, member_of, refused_on


@require_http_methods(["GET", "HEAD", "POST"])
def rules(request: HttpRequest) -> HttpResponse:
    member = member_of(request)
    require(member, "tracking.edit")
    row = tracking_rules()
    form = TrackingForm(
        request.POST or None, policy=policy_of(row), version=row.version if row else 0, bands=bands()
    )  # fmt: skip
    if form.is_valid():
        try:
            save_tracking_rules(
                policy=form.policy, version=form.cleaned_data["version"], actor=member, at=clock.now()
            )  # fmt: skip
        except REFUSALS as refused:
            refused_on(form, refused)
        else:
            toast(request, _("Saved. Leads that are worked now go by it in a moment."))
            return redirect("tracking-rules")
    context = {"form": form, "tabs": tabs(request, "tracking")}
    return render(request, "leads/tracking.html", context, status=422 if form.is_bound else 200)

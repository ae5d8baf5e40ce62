"""What the sources and campaigns of leads cost, by month."""

from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from fairway.core import clock
from fairway.core.access import Member, require
from fairway.core.http.forms import DateField, MoneyField
from fairway.core.http.paging import paginate
from fairway.core.http.tables import Column, Filter, Table
from fairway.core.http.toasts import toast
from fairway.leads.actions.sources import remove_cost, save_cost
from fairway.leads.models import SourceCost
from fairway.leads.queries.leads import sources
from fairway.leads.queries.sources import costs
from fairway.leads.views.answers import tabs
from fairway.leads.views.asked import REFUSALS, address, member_of, refused_on


class CostForm(forms.Form):
    source = forms.CharField(
        label=gettext_lazy("Source"), max_length=60, help_text=gettext_lazy("As leads carry it.")
    )  # fmt: skip
    campaign = forms.CharField(
        label=gettext_lazy("Campaign"), max_length=200, required=False,
        help_text=gettext_lazy("Empty: what the source costs as a whole, beside its campaigns."),
    )  # fmt: skip
    month = DateField(label=gettext_lazy("Any day of the month"))

    def __init__(self, *args: Any, currency: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["amount"] = MoneyField(label=_("Cost"), currency=currency)


class CostTable(Table):
    name = "costs"
    caption = gettext_lazy("Costs of leads")
    columns = [
        Column("source", gettext_lazy("Source"), kind="name", url="url", second="campaign"),
        Column("month", gettext_lazy("Month"), phone="date"),
        Column("amount_minor", gettext_lazy("Cost"), kind="money", currency="currency"),
    ]
    empty = (
        gettext_lazy("No costs yet"),
        gettext_lazy("Enter what a source or a campaign cost in a month, or import a file of costs."),
    )


def _currency(member: Member) -> str:
    return member.seat.vendor_currency if member.seat else "USD"


@require_safe
def cost_list(request: HttpRequest) -> HttpResponse:
    require(member_of(request), "leadcost.edit")
    page = paginate(costs(request.GET), request)
    for row in page.rows:
        row.url = reverse("sourcecost-edit", args=[row.uid])
        row.month = date_format(row.month_on, "M Y")
    filters = [Filter("source", _("All sources"), [(source, source) for source in sources()])]
    context = {
        "table": CostTable(page, request=request, filters=filters), "tabs": tabs(request, "costs"),
        "import_url": address("import-new") if member_of(request).can("import.read") else "",
    }  # fmt: skip
    return render(request, "leads/cost_list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, uid: UUID | None = None) -> HttpResponse:
    """One month of a source: entered, changed, or removed with the button that says so."""
    member = member_of(request)
    require(member, "leadcost.edit")
    cost = get_object_or_404(SourceCost, uid=uid) if uid else None
    if cost and request.method == "POST" and "remove" in request.POST:
        remove_cost(cost=cost, actor=member, at=clock.now())
        toast(request, _("Removed."))
        return redirect("sourcecost-list")
    form = CostForm(request.POST or None, currency=cost.currency if cost else _currency(member), initial=_initial(cost))
    if form.is_valid() and _saved(form, cost, request):
        return redirect("sourcecost-list")
    context = {"form": form, "cost": cost}
    return render(request, "leads/cost_edit.html", context, status=422 if form.is_bound else 200)


def _initial(cost: SourceCost | None) -> dict[str, Any]:
    if cost is None:
        return {"month": clock.today().replace(day=1)}
    return {
        "source": cost.source, "campaign": cost.campaign, "month": cost.month_on, "amount": cost.amount_minor,
    }  # fmt: skip


def _saved(form: CostForm, cost: SourceCost | None, request: HttpRequest) -> bool:
    given = form.cleaned_data
    try:
        save_cost(
            cost=cost, source=given["source"], campaign=given["campaign"], month_on=given["month"],
            amount_minor=given["amount"], actor=member_of(request), at=clock.now(),
        )  # fmt: skip
    except REFUSALS as refused:
        refused_on(form, refused)
        return False
    toast(request, _("Saved. Reports count with it from now on."))
    return True

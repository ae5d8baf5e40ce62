"""The list of customers, for staff. The page of one is where its deals are known (deals)."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from fairway.core.access import Member, require
from fairway.core.http.paging import paginate
from fairway.core.http.tables import Column, Filter, Table
from fairway.core.saved.pages import with_views
from fairway.customers.queries import listed


class CustomerTable(Table):
    name = "customers"
    caption = _("Customers")
    default_sort = "sort_name"
    columns = [
        Column(
            "name",
            _("Customer"),
            kind="name",
            url=lambda row: reverse("customer-detail", args=[row.uid]),
            sort="sort_name",
        ),
        Column("domain", _("Website")),
        Column("city", _("City")),
        Column("country", _("Country"), phone=""),
        Column("created_at", _("Since"), kind="date", sort=True),
    ]
    filters = [Filter("q", _("Find by name"))]
    empty = (_("No customers yet"), _("They come with registrations and accepted leads."))


@require_safe
@with_views("customer-list")
def customer_list(request: HttpRequest) -> HttpResponse:
    member: Member = request.member  # type: ignore[attr-defined]
    require(member, "customer.read")
    rows = listed(text=request.GET.get("q", "")[:200]).order_by(*CustomerTable.order_by(request.GET))
    return render(
        request, "customers/customers.html", {"table": CustomerTable(paginate(rows, request), request=request)}
    )

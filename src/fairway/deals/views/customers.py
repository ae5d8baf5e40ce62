"""A customer with all that partners have there: for staff."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from fairway.core.access import require
from fairway.core.http.parts import Fact
from fairway.customers.models import Customer
from fairway.deals.models import Deal, Protection, Registration
from fairway.deals.views.deals import of
from fairway.deals.views.tables import DealsOfCustomer, ProtectionsOfCustomer, RegistrationsOfCustomer

MOST = 50


@require_safe
def customer_detail(request: HttpRequest, uid: UUID) -> HttpResponse:
    require(of(request), "customer.read")
    customer = get_object_or_404(Customer, uid=uid)
    deals = Deal.objects.filter(customer=customer).select_related("partner", "product_line", "protection")
    protections = Protection.objects.filter(customer=customer).select_related("partner", "product_line")
    registrations = Registration.objects.filter(customer=customer).exclude(state="draft")
    context = {
        "customer": customer,
        "deals": DealsOfCustomer(deals.order_by("-created_at")[:MOST]),
        "protections": ProtectionsOfCustomer(protections.order_by("-protected_until")[:MOST]),
        "registrations": RegistrationsOfCustomer(
            registrations.select_related("partner", "product_line").order_by("-submitted_at")[:MOST], filters=[]
        ),
        "contacts": customer.contacts.order_by("name")[:MOST],
        "brief": [
            Fact(_("Website"), customer.domain),
            Fact(_("Place"), ", ".join(filter(None, [customer.postal_code, customer.city, customer.state_code]))),
            Fact(_("Country"), customer.country),
        ],
    }
    return render(request, "deals/customer.html", context)

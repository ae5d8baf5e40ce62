"""Deals, registrations and customers, as the search finds them."""

from collections.abc import Sequence

from django.utils.translation import gettext_lazy as _

from fairway.core.search import Hit, SearchKind, Source
from fairway.customers.models import Customer
from fairway.customers.rules.match_keys import domain_key, email_key
from fairway.deals.models import Deal, Registration
from fairway.deals.views.words import DEAL_STATES, REGISTRATION_STATES


def _joined(*parts: str) -> str:
    return ", ".join(part for part in parts if part)


def told_deals(ids: Sequence[int]) -> list[Hit]:
    rows = Deal.objects.filter(pk__in=ids).select_related("partner")
    return [
        Hit(row.pk, row.uid, row.vendor_id, row.customer_name, _joined(row.title, row.partner.name),
            DEAL_STATES[row.state])
        for row in rows
    ]  # fmt: skip


def told_registrations(ids: Sequence[int]) -> list[Hit]:
    rows = Registration.objects.filter(pk__in=ids).select_related("partner").defer("customer")
    return [
        Hit(row.pk, row.uid, row.vendor_id, row.customer_name, _joined(row.scope_name, row.partner.name),
            REGISTRATION_STATES[row.state])
        for row in rows
    ]  # fmt: skip


def told_customers(ids: Sequence[int]) -> list[Hit]:
    rows = Customer.objects.filter(pk__in=ids)
    return [Hit(row.pk, row.uid, row.vendor_id, row.name, _joined(row.city, row.domain)) for row in rows]


DEALS = SearchKind(
    name="deals",
    label=_("Deals"),
    icon="briefcase",
    permissions={"console": "deal.read", "portal": "deal.read"},
    pages={"console": "deal-detail", "portal": "portal-deal-detail"},
    sources=(Source("deals_deal", "t.customer_name || ' ' || t.title || ' ' || t.city"),),
    tell=told_deals,
    order=30,
)
# A draft is the partner's own: staff find a registration from the moment it was sent.
REGISTRATIONS = SearchKind(
    name="registrations",
    label=_("Registrations"),
    icon="shield-check",
    permissions={"console": "deal.read", "portal": "deal.read"},
    pages={"console": "registration-detail", "portal": "portal-registration-detail"},
    sources=(
        Source(
            "deals_registration",
            "t.customer_name || ' ' || t.customer_domain || ' ' || t.city || ' ' || t.contact_name",
            begins="name_key",
            staff_where="t.state <> 'draft'",
        ),
    ),
    tell=told_registrations,
    order=40,
)
CUSTOMERS = SearchKind(
    name="customers",
    label=_("Customers"),
    icon="building-store",
    permissions={"console": "customer.read"},
    pages={"console": "customer-detail"},
    sources=(
        Source("customers_customer", "t.name || ' ' || t.name_key || ' ' || t.domain || ' ' || t.city",
               keys=("domain_key",), begins="sort_name", partner=""),
        Source("customers_customercontact", "t.name || ' ' || t.email", row="customer_id", keys=("email_key",),
               partner=""),
    ),
    tell=told_customers,
    keyed=(domain_key, email_key),
    order=35,
)  # fmt: skip

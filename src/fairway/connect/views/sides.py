"""Two records side by side: the facts of each, and where they differ."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from fairway.core.http import format
from fairway.core.tenancy.models import Partner
from fairway.customers.models import Customer, CustomerContact
from fairway.leads.models import Lead, LeadPerson
from fairway.partners.models import Profile


def address_of(row: Any) -> str:
    """The page of a record; "" for one that is gone."""
    if row is None:
        return ""
    return reverse(f"{type(row)._meta.model_name}-detail", args=[row.uid])


def sides_of(first: Any, second: Any) -> list[dict[str, Any]]:
    """One line a fact: its label, both values, and whether they are the same. Empty on both sides is left out."""
    one, other = _facts(first), _facts(second)
    labels = list(dict.fromkeys([*one, *other]))
    lines = [{"label": label, "first": one.get(label, ""), "second": other.get(label, "")} for label in labels]
    shown = [line for line in lines if line["first"] or line["second"]]
    return [{**line, "is_same": line["first"].casefold() == line["second"].casefold()} for line in shown]


def _facts(row: Any) -> dict[str, str]:
    if isinstance(row, Partner):
        return _of_partner(row)
    if isinstance(row, Customer):
        return _of_customer(row)
    return _of_lead(row) if isinstance(row, Lead) else {}


def _of_partner(partner: Partner) -> dict[str, str]:
    profile = Profile.objects.filter(partner=partner).first() or Profile()
    return {
        _("Name"): partner.name, _("External id"): partner.external_id, _("State"): str(partner.get_state_display()),
        _("Website"): profile.website, _("Phone"): profile.phone, _("Address"): profile.address,
        _("City"): _place(profile.postal_code, profile.city, profile.state_code), _("Country"): partner.country,
        _("Since"): format.day(partner.created_at),
    }  # fmt: skip


def _of_customer(customer: Customer) -> dict[str, str]:
    contacts = CustomerContact.objects.filter(customer=customer).order_by("name").values_list("name", flat=True)[:5]
    return {
        _("Name"): customer.name, _("Website"): customer.domain,
        _("City"): _place(customer.postal_code, customer.city, customer.state_code), _("Country"): customer.country,
        _("Contacts"): ", ".join(contacts), _("Since"): format.day(customer.created_at),
    }  # fmt: skip


def _of_lead(lead: Lead) -> dict[str, str]:
    person = LeadPerson.objects.filter(lead=lead).first() or LeadPerson()
    return {
        _("Need"): lead.title, _("Company"): lead.company, _("State"): str(lead.get_state_display()),
        _("Person"): f"{person.first_name} {person.last_name}".strip(), _("E-mail"): person.email,
        _("Phone"): person.phone, _("City"): _place(lead.postal_code, lead.city, lead.state_code),
        _("Country"): lead.country, _("Source"): lead.source, _("Captured"): format.day(lead.captured_at),
    }  # fmt: skip


def _place(*parts: str) -> str:
    return " ".join(part for part in parts if part)

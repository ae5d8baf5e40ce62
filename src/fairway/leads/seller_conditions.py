"""What a line of a partner's rule may ask about a lead that the partner has: what its people read, no score of ours."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from fairway.core.conditions import Field, Subject, register
from fairway.leads.conditions import DEFAULT_CURRENCY, postal_number, subject_in
from fairway.leads.models import Lead

OWN_LEADS = register(
    Subject.of(
        "own_leads",
        _("Lead that you have"),
        [
            Field("lead.product_line", _("Product line"), "choice"),
            Field("lead.country", _("Country"), "country"),
            Field("lead.state", pgettext_lazy("part of a country", "State"), "text"),
            Field("lead.city", _("City"), "text"),
            Field("lead.postal_code", _("Postal code"), "text"),
            Field("lead.postal_number", _("Postal code as a number"), "number"),
            Field("lead.industry", _("Industry"), "text"),
            Field("lead.employees", _("Employees"), "number"),
            Field("lead.amount", _("Budget"), "money", currency=DEFAULT_CURRENCY),
            Field("lead.source", _("Source"), "text"),
            Field("lead.campaign", _("Campaign"), "text"),
        ],
    )
)


def own_leads(currency: str, lines: Iterable[tuple[str, str]]) -> Subject:
    """The subject with a vendor's product lines, as (code, name), and its currency."""
    found = subject_in(OWN_LEADS, currency)
    fields = [_with(field, list(lines)) for field in found.fields.values()]
    return Subject.of(found.name, found.label, fields, found.model)


def _with(field: Field, lines: list[tuple[str, str]]) -> Field:
    return replace(field, choices=lines) if field.name == "lead.product_line" else field


def own_lead_values(lead: Lead, currency: str) -> dict[str, Any]:
    """What these conditions see of a lead, read with its product line."""
    return {
        "lead.product_line": lead.product_line.code if lead.product_line else "",
        "lead.country": lead.country,
        "lead.state": lead.state_code,
        "lead.city": lead.city,
        "lead.postal_code": lead.postal_code,
        "lead.postal_number": postal_number(lead.postal_code),
        "lead.industry": lead.industry,
        "lead.employees": lead.employees,
        "lead.amount": lead.amount_minor if lead.currency in ("", currency) else None,
        "lead.source": lead.source,
        "lead.campaign": lead.campaign,
    }

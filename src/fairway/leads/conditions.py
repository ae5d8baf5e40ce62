"""What conditions may ask about a lead, and about a partner who may get one.

`LEADS` and `CANDIDATES` know the fields; `subjects_of_vendor` adds the choices of one vendor, for forms and words.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from fairway.catalog.models import ProductLine
from fairway.core.conditions import Field, Subject, register
from fairway.core.conditions.masks import Column, encode
from fairway.core.tenancy.context import current
from fairway.core.tenancy.models import Organization
from fairway.partners.models import PartnerKind, Territory, Tier
from fairway.partners.queries.credentials import credential_kinds

DEFAULT_CURRENCY = "USD"

LEADS = register(
    Subject.of(
        "leads",
        _("Lead"),
        [
            Field("lead.product_line", _("Product line"), "choice", known_at_capture=True),
            Field("lead.country", _("Country"), "country", known_at_capture=True),
            Field("lead.state", pgettext_lazy("part of a country", "State"), "text", known_at_capture=True),
            Field("lead.city", _("City"), "text", known_at_capture=True),
            Field("lead.city_known", _("City is known"), "bool", known_at_capture=True),
            Field("lead.located", _("Place is on the map"), "bool", known_at_capture=True),
            Field("lead.territory", _("Territory"), "choice", known_at_capture=True),
            Field("lead.postal_code", _("Postal code"), "text", known_at_capture=True),
            Field("lead.postal_number", _("Postal code as a number"), "number", known_at_capture=True),
            Field("lead.industry", _("Industry"), "text", known_at_capture=True),
            Field("lead.employees", _("Employees"), "number", known_at_capture=True),
            Field("lead.amount", _("Budget"), "money", known_at_capture=True, currency=DEFAULT_CURRENCY),
            Field("lead.timeframe_days", _("Days to decision"), "number", known_at_capture=True),
            Field("lead.source", _("Source"), "text", known_at_capture=True),
            Field("lead.source_detail", _("Source in detail"), "text", known_at_capture=True),
            Field("lead.campaign", _("Campaign"), "text", known_at_capture=True),
            Field("lead.job_title", _("Job title"), "text", known_at_capture=True),
            Field("lead.has_company", _("Company is known"), "bool", known_at_capture=True),
            Field("lead.has_email", _("E-mail is known"), "bool", known_at_capture=True),
            Field("lead.has_phone", _("Phone is known"), "bool", known_at_capture=True),
            Field("lead.consent", _("Agreed to be contacted"), "bool", known_at_capture=True),
            Field("lead.may_be_duplicate", _("May be a duplicate"), "bool", known_at_capture=True),
            Field("lead.is_customer", _("Existing customer"), "bool", known_at_capture=True),
            Field("lead.has_partner", _("Customer has a partner"), "bool"),
            Field("lead.score", _("Score"), "number"),
            Field("source.good_share", _("Good leads of this source, %"), "number"),
            Field("lead.band", _("Band"), "text"),
            Field("lead.chance", _("Chance to be won, %"), "number"),
            Field("lead.above_trigger", _("Reaches its trigger level"), "bool"),
            Field("lead.is_named_account", _("Named account"), "bool"),
            Field("lead.offers_made", _("Offers made so far"), "number"),
        ],
        model="leads.Lead",
    )
)

CANDIDATES = register(
    Subject.of(
        "candidates",
        _("Partner"),
        [
            Field("partner.tier", _("Tier"), "choice"),
            Field("partner.kinds", _("Type"), "set", choices=PartnerKind.choices),
            Field("partner.credentials", _("Certificates"), "set"),
            Field("partner.product_lines", _("Product lines"), "set"),
            Field("partner.verticals", _("Industries"), "set"),
            Field("partner.territory", _("Territory"), "choice"),
            Field("partner.country", _("Country"), "country"),
            Field("partner.state", pgettext_lazy("part of a country", "State"), "text"),
            Field("partner.city", _("City"), "text"),
            Field("partner.employees", _("Employees"), "number"),
            Field("partner.open_leads", _("Open leads"), "number"),
            Field("partner.capacity", _("Open leads at most"), "number"),
            Field("partner.record", _("Offers accepted, %"), "number"),
            Field("partner.wins", _("Leads that became deals, %"), "number"),
            Field("partner.answer_hours", _("Hours to answer"), "number"),
            Field("partner.name", _("Name"), "text"),
            Field("partner.external_id", _("External id"), "text"),
        ],
    )
)


@dataclass(frozen=True, slots=True)
class VendorSubjects:
    """Both subjects with the choices and the currency of one vendor."""

    lead: Subject
    partner: Subject
    currency: str


def subjects_of_vendor(currency: str) -> VendorSubjects:
    """For the vendor of the context in force, whose currency the member's seat knows: four queries."""
    lines = list(ProductLine.objects.order_by("name").values_list("code", "name"))
    territories = [(name, name) for name in Territory.objects.order_by("order", "name").values_list("name", flat=True)]
    tiers = list(Tier.objects.order_by("-rank").values_list("code", "name"))
    credentials = credential_kinds()
    lead = {"lead.product_line": lines, "lead.territory": territories}
    partner = {
        "partner.tier": list(dict(tiers).items()),
        "partner.credentials": credentials,
        "partner.product_lines": lines,
        "partner.territory": territories,
    }
    return VendorSubjects(_with(LEADS, lead, currency), _with(CANDIDATES, partner, currency), currency)


def vendor_currency() -> str:
    """Inside `acting_for` only: readers know it by their seat."""
    return Organization.objects.only("currency").get(pk=current().vendor_id).currency or DEFAULT_CURRENCY


def subject_in(subject: Subject, currency: str) -> Subject:
    """The subject with its money in another currency."""
    return _with(subject, {}, currency)


def _with(subject: Subject, choices: Mapping[str, Any], currency: str) -> Subject:
    fields = [
        replace(
            field,
            choices=choices.get(field.name, field.choices),
            currency=currency if field.type == "money" else field.currency,
        )
        for field in subject.fields.values()
    ]
    return Subject.of(subject.name, subject.label, fields, subject.model)


def lead_values(row: Mapping[str, Any], currency: str) -> dict[str, Any]:
    """What conditions see of one lead, from a row of `queries.subjects.lead_rows`.

    An amount in another currency than the vendor's counts as unknown: nobody named a rate.
    """
    return {
        "lead.product_line": row["product_code"],
        "lead.country": row["country"],
        "lead.state": row["state_code"],
        "lead.city": row["city"],
        "lead.city_known": bool(row["city"]),
        "lead.located": row["latitude"] is not None,
        "lead.territory": row["territory"],
        "lead.postal_code": row["postal_code"],
        "lead.postal_number": postal_number(row["postal_code"]),
        "lead.industry": row["industry"],
        "lead.employees": row["employees"],
        "lead.amount": row["amount_minor"] if row["currency"] in ("", currency) else None,
        "lead.timeframe_days": row["timeframe_days"],
        "lead.source": row["source"],
        "lead.source_detail": row["source_detail"],
        "lead.campaign": row["campaign"],
        "lead.job_title": row["job_title"],
        "lead.has_company": bool(row["company"]),
        "lead.has_email": bool(row["email"]),
        "lead.has_phone": bool(row["phone"]),
        "lead.consent": row["consented_at"] is not None,
        "lead.may_be_duplicate": "possible_duplicate_of" in row["extra"],
        "lead.is_customer": row["is_customer"],
        "lead.has_partner": row["known_partner"] is not None,
        "lead.score": row["points"],
        "source.good_share": row.get("good_share"),
        "lead.band": row["band"],
        "lead.chance": None if row.get("chance") is None else round(100 * row["chance"], 1),
        "lead.above_trigger": row.get("above_trigger", True),
        "lead.is_named_account": row.get("named_partner") is not None,
        "lead.offers_made": row.get("offers_made", 0),
    }


def postal_number(code: str) -> int | None:
    """The digits that a postal code begins with, so that ranges can be asked for: “20095” and “20-095” are 20095."""
    digits = ""
    for letter in code.strip():
        if letter.isdigit() and letter.isascii():
            digits += letter
        elif letter not in "- ":
            break
    return int(digits) if digits else None


def columns_of(values: Sequence[Mapping[str, Any]], names: Sequence[str]) -> dict[str, Column]:
    """The named fields of leads as columns for masks."""
    return {name: _column(LEADS.fields[name].type, [row[name] for row in values]) for name in names}


def _column(kind: str, found: list[Any]) -> Column:
    if kind in {"number", "money"}:
        return np.array([np.nan if value is None else value for value in found], dtype=np.float64)
    return encode(found)

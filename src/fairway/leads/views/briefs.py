"""The brief as facts: what is wanted, by what kind of company, where, for how much, until when."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext
from django_countries import countries

from fairway.core.http.format import money, number
from fairway.core.http.parts import Fact


def about_money(amount_minor: int | None, currency: str) -> str:
    return _("about %(amount)s") % {"amount": money(amount_minor, currency, cents=False)} if amount_minor else ""


def within(days: int | None) -> str:
    return ngettext("within %(n)d day", "within %(n)d days", days) % {"n": days} if days else ""


def kind_of_company(brief: Mapping[str, Any]) -> str:
    """“Logistics, 220 people”."""
    people = brief.get("employees")
    size = ngettext("%(n)s person", "%(n)s people", people) % {"n": number(people)} if people else ""
    return ", ".join(part for part in (brief.get("industry") or "", size) if part)


def place(brief: Mapping[str, Any]) -> str:
    country = countries.name(brief["country"]) if brief.get("country") else ""
    return ", ".join(part for part in (brief.get("city") or "", brief.get("state_code") or "", country) if part)


def facts(brief: Mapping[str, Any], amount_minor: int | None, currency: str) -> list[Fact]:
    """Term and value of a brief; what is unknown is an en dash, because that is an answer too."""
    return [
        Fact(_("Needs"), brief.get("description") or brief.get("need") or ""),
        Fact(_("Budget"), about_money(amount_minor, currency)),
        Fact(_("Decides"), within(brief.get("timeframe_days"))),
        _company(brief),
        Fact(_("Place"), place(brief)),
        Fact(pgettext("of products", "Line"), brief.get("product_line") or ""),
    ]


def _company(brief: Mapping[str, Any]) -> Fact:
    """Its kind; for those who may know it, its name above."""
    name, kind = brief.get("company") or "", kind_of_company(brief)
    return Fact(_("Company"), name or kind, kind if name else "")


def sentence(offer: Mapping[str, Any]) -> str:
    """One line for a list: “Logistics, 220 people, Hamburg. About €38,000, within 90 days.”"""
    brief = offer["brief"]
    where = brief.get("city") or brief.get("state_code") or offer["place"]
    first = ", ".join(part for part in (kind_of_company(brief), where) if part)
    budget = about_money(offer["amount_minor"], offer["currency"])
    second = ", ".join(part for part in (budget, within(brief.get("timeframe_days"))) if part)
    return " ".join(f"{part[0].upper()}{part[1:]}." for part in (first, second) if part)

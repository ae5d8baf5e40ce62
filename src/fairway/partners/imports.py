"""What a file of partners can say, and how its cells are read."""

import re
from collections.abc import Mapping

from django.utils.translation import gettext_lazy

from fairway.core.cells import CellError, RowReader, amount_of, country_of, whole_of
from fairway.core.imports import RowIssue, Target, TargetField, register
from fairway.core.words import said as _
from fairway.partners.actions.importing import import_partners
from fairway.partners.rules.kinds import kinds_of
from fairway.partners.rules.rows import PartnerRow

_TEXT_LIMITS = {
    "external_id": 100, "name": 200, "address": 300, "city": 100, "state_code": 10, "state_name": 100,
    "postal_code": 20, "phone": 50, "website": 200,
}  # fmt: skip
_YEARS = range(1500, 2101)

FIELDS = (
    TargetField(
        "external_id",
        gettext_lazy("External id"),
        required=True,
        synonyms=(
            "resellerkey",
            "partner id",
            "partnerid",
            "id",
            "account id",
            "accountid",
            "customer number",
            "reseller id",
            "partner number",
        ),
        help=gettext_lazy("Your own number of the partner. A second import finds the partner by it."),
    ),
    TargetField(
        "name",
        gettext_lazy("Name"),
        required=True,
        synonyms=(
            "resellername",
            "partner",
            "partner name",
            "company",
            "company name",
            "account name",
            "reseller name",
            "organization",
        ),
    ),
    TargetField(
        "kinds",
        gettext_lazy("Type"),
        synonyms=("businesstype", "partner type", "type", "kind", "business type", "channel type"),
    ),
    TargetField(
        "country",
        gettext_lazy("Country"),
        "country",
        default_for_all=True,
        synonyms=("countryregioncode", "country code", "countrycode", "billingcountry", "englishcountryregionname"),
    ),
    TargetField(
        "state_code",
        gettext_lazy("State code"),
        synonyms=("stateprovincecode", "state", "province", "region", "billingstate", "state code"),
    ),
    TargetField(
        "state_name", gettext_lazy("State name"), synonyms=("stateprovincename", "state name", "province name")
    ),
    TargetField("city", gettext_lazy("City"), synonyms=("town", "billingcity")),
    TargetField(
        "postal_code",
        gettext_lazy("Postal code"),
        synonyms=("postalcode", "zip", "zip code", "zipcode", "postcode", "billingpostalcode"),
    ),
    TargetField(
        "address",
        gettext_lazy("Address"),
        synonyms=("addressline1", "street", "address line 1", "billingstreet", "street address"),
    ),
    TargetField("address2", gettext_lazy("Address, second line"), synonyms=("addressline2", "address line 2")),
    TargetField("phone", gettext_lazy("Phone"), synonyms=("telephone", "phone number", "tel")),
    TargetField("website", gettext_lazy("Website"), synonyms=("url", "web", "homepage", "domain")),
    TargetField(
        "employees",
        gettext_lazy("Employees"),
        "whole",
        synonyms=("numberemployees", "number of employees", "numberofemployees", "headcount", "staff"),
    ),
    TargetField(
        "annual_sales",
        gettext_lazy("Annual sales"),
        "money",
        synonyms=("annualsales", "sales", "turnover", "annual sales"),
    ),
    TargetField(
        "opened_year",
        gettext_lazy("Year opened"),
        "whole",
        synonyms=("yearopened", "founded", "year founded", "year opened"),
    ),
    TargetField(
        "product_lines", gettext_lazy("Product lines"), synonyms=("productline", "product line", "lines", "products")
    ),
    TargetField("verticals", gettext_lazy("Industries"), synonyms=("industry", "industries", "vertical", "verticals")),
    TargetField(
        "tier",
        gettext_lazy("Tier"),
        default_for_all=True,
        synonyms=("level", "partner level", "partner tier", "status level"),
    ),
    TargetField(
        "cam_email",
        gettext_lazy("Account manager’s e-mail"),
        "email",
        synonyms=("cam", "account manager", "owner email", "partner manager", "cam email"),
    ),
)


def parse_partner(values: Mapping[str, str], line: int) -> tuple[PartnerRow | None, list[RowIssue]]:
    """A row of text as a PartnerRow; None when it cannot be taken."""
    reader = RowReader(values, line, _TEXT_LIMITS)
    reader.need("external_id", _("The external id is missing."))
    reader.need("name", _("The name is missing."))
    kinds, unknown = kinds_of(values.get("kinds", ""))
    for word in unknown:
        reader.warn("kinds", _("The type “%(word)s” is not known and was left out.") % {"word": word[:60]})
    address = ", ".join(part for part in (reader.text("address"), values.get("address2", "")) if part)
    row = PartnerRow(
        line=line,
        external_id=reader.text("external_id"),
        name=reader.text("name"),
        country=reader.read("country", country_of) or "",
        **{name: reader.text(name) for name in ("state_code", "state_name", "city", "postal_code", "phone", "website")},
        address=address[:300],
        kinds=tuple(kinds),
        verticals=_listed(values.get("verticals", "")),
        product_lines=_listed(values.get("product_lines", "")),
        employees=reader.read("employees", _positive),
        annual_sales=reader.read("annual_sales", amount_of),
        opened_year=reader.read("opened_year", _year),
        tier=values.get("tier", ""),
        cam_email=values.get("cam_email", ""),
    )
    return (None if reader.is_refused else row), reader.issues


def _listed(text: str) -> tuple[str, ...]:
    parts = (part.strip()[:60] for part in re.split(r"[;|,]", text))
    return tuple(dict.fromkeys(part for part in parts if part))


def _positive(text: str) -> int:
    value = whole_of(text)
    if value < 0:
        raise CellError(_("A number of people cannot be below zero."))
    return value


def _year(text: str) -> int:
    value = whole_of(text)
    if value not in _YEARS:
        raise CellError(_("%(year)d is no year of a company’s beginning.") % {"year": value})
    return value


TARGET = register(
    Target(
        kind="partners",
        label=gettext_lazy("Partners"),
        permission="partner.import",
        fields=FIELDS,
        parse=parse_partner,
        apply=import_partners,
        help=gettext_lazy("One row a partner. A second import with the same external ids updates them."),
        key_fields=("external_id",),
        order=10,
    )
)

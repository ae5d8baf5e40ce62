"""What a file of leads can say, and how its cells are read."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext_lazy

from fairway.core.cells import CellError, RowReader, amount_of, bool_of, country_of, currency_of, date_of, whole_of
from fairway.core.imports import PERSONAL, RowIssue, Target, TargetField, forbidden, register
from fairway.core.words import said as _
from fairway.customers.rules.match_keys import looks_like_identifier
from fairway.leads.actions.importing import CampaignRow, LeadRow, import_campaigns, import_leads
from fairway.leads.actions.sources import CostRow, import_costs

_LIMITS = {
    "external_id": 90, "need": 200, "description": 10_000, "company": 200, "website": 200, "industry": 100,
    "state_code": 10, "city": 100, "postal_code": 20, "street": 200, "product_line": 100, "source": 50,
    "source_detail": 200, "campaign": 200, "first_name": 100, "last_name": 100, "job_title": 150, "email": 254,
    "phone": 50,
}  # fmt: skip
DEFAULT_SOURCE = "import"


def _field(name: str, label: Any, *synonyms: str, kind: Any = "text", **extra: Any) -> TargetField:
    return TargetField(name, label, kind, synonyms=synonyms, **extra)


FIELDS = (
    _field(
        "external_id", gettext_lazy("External id"),
        "id", "lead id", "leadid", "prospectivebuyerkey", "prospect id", "record id",
        help=gettext_lazy("A second import finds the lead by it. Without one, an equal row is the same lead."),
    ),
    _field("need", gettext_lazy("Need"), "subject", "topic", "interest", "request", "project", "opportunity name"),
    _field("description", gettext_lazy("Description"), "notes", "comment", "comments", "message", "details"),
    _field("company", gettext_lazy("Company"), "company name", "organization", "organisation", "account", "firm"),
    _field("website", gettext_lazy("Website"), "url", "web", "domain", "homepage"),
    _field("industry", gettext_lazy("Industry"), "branch", "sector", "vertical"),
    _field(
        "employees", gettext_lazy("Employees"),
        "numberofemployees", "number of employees", "company size", "headcount", kind="whole",
    ),
    _field(
        "country", gettext_lazy("Country"),
        "countrycode", "country code", "countryregioncode", kind="country", default_for_all=True,
    ),
    _field("state_code", gettext_lazy("State"), "state", "stateprovincecode", "province", "region", "state code"),
    _field("city", gettext_lazy("City"), "town"),
    _field("postal_code", gettext_lazy("Postal code"), "postalcode", "zip", "zip code", "zipcode", "postcode"),
    _field("street", gettext_lazy("Street"), "address line 1", "addressline1", "street address", "mailingstreet"),
    _field(
        "product_line", gettext_lazy("Product line"),
        "product", "productline", "product interest", "productinterest__c", "solution", default_for_all=True,
    ),
    _field("amount", gettext_lazy("Budget"), "amount", "expected value", "value", "deal size", kind="money"),
    _field(
        "currency", gettext_lazy("Currency of the budget"),
        "currency code", "currencyisocode", kind="currency", default_for_all=True,
    ),
    _field(
        "timeframe_days", gettext_lazy("Decides within, days"),
        "timeframe", "days to decision", "decision in days", kind="whole",
    ),
    _field(
        "source", gettext_lazy("Source system"),
        default_for_all=True, default=DEFAULT_SOURCE,
        help=gettext_lazy("External ids count within it, so give lists of different systems different names."),
    ),
    _field("source_detail", gettext_lazy("Lead source"), "leadsource", "lead source", "origin", "channel", "source"),
    _field("campaign", gettext_lazy("Campaign"), "campaign name", "utm_campaign", default_for_all=True),
    _field("first_name", gettext_lazy("First name"), "firstname", "given name", "forename"),
    _field("last_name", gettext_lazy("Last name"), "lastname", "surname", "family name", "name"),
    _field("job_title", gettext_lazy("Job title"), "title", "position", "role", "function"),
    _field("email", gettext_lazy("E-mail"), "emailaddress", "email address", "e-mail", "mail", kind="email"),
    _field("phone", gettext_lazy("Phone"), "telephone", "phone number", "mobile", "mobilephone", "tel"),
    _field(
        "agreed", gettext_lazy("Agreed to be contacted"),
        "consent", "opt in", "opt-in", "hasoptedin", kind="bool", default_for_all=True,
    ),
    *PERSONAL,
    forbidden("income", gettext_lazy("Income"), "yearlyincome", "yearly income", "salary", "household income"),
    forbidden("education", gettext_lazy("Education"), "degree", "school"),
    forbidden("possessions", gettext_lazy("Possessions"), "numbercarsowned", "cars owned"),
)  # fmt: skip


def parse_lead(values: Mapping[str, str], line: int) -> tuple[LeadRow | None, list[RowIssue]]:
    """A row of text as a LeadRow; None when it cannot be taken."""
    reader = RowReader(values, line, _LIMITS)
    texts = {name: reader.text(name) for name in _LIMITS if values.get(name)}
    if not any(name in texts for name in ("need", "company", "last_name", "first_name", "email", "phone")):
        reader.refuse("", _("Nothing says who this is: no need, company, name, e-mail or phone."))
    row = LeadRow(
        line=line,
        **{**texts, "email": _email(reader, texts.get("email", ""))},
        country=reader.read("country", country_of) or "",
        employees=reader.read("employees", _not_below_zero),
        amount=reader.read("amount", _amount),
        currency=reader.read("currency", currency_of) or "",
        timeframe_days=reader.read("timeframe_days", _not_below_zero),
        agreed=bool(reader.read("agreed", bool_of)),
    )
    return (None if reader.is_refused else row), reader.issues


def _email(reader: RowReader, text: str) -> str:
    try:
        if text:
            validate_email(text)
    except ValidationError:
        reader.warn("email", _("“%(text)s” is no e-mail address and was left out.") % {"text": text[:80]})
        return ""
    return text


def _not_below_zero(text: str) -> int:
    value = whole_of(text)
    if value < 0:
        raise CellError(_("This cannot be below zero."))
    return value


def _amount(text: str) -> Any:
    value = amount_of(text)
    if value < 0:
        raise CellError(_("A budget cannot be below zero."))
    return value


def parse_member(values: Mapping[str, str], line: int) -> tuple[CampaignRow | None, list[RowIssue]]:
    """Which campaign reached a lead."""
    reader = RowReader(values, line, {"lead": 100, "campaign": 200})
    reader.need("lead", _("This names no lead. Only leads carry a campaign."))
    reader.need("campaign", _("The campaign is missing."))
    if looks_like_identifier(values.get("campaign", "")):
        reader.refuse("campaign", _("This is an id, not a name. Join the file of campaigns and choose their names."))
    row = CampaignRow(line, reader.text("lead"), reader.text("campaign"))
    return (None if reader.is_refused else row), reader.issues


def parse_cost(values: Mapping[str, str], line: int) -> tuple[CostRow | None, list[RowIssue]]:
    """What a source or campaign cost in a month."""
    reader = RowReader(values, line, {"source": 60, "campaign": 200})
    reader.need("source", _("The source is missing."))
    reader.need("month", _("The month is missing."))
    reader.need("amount", _("The cost is missing."))
    row = CostRow(
        line, reader.text("source"), reader.text("campaign"), reader.read("month", month_of),
        reader.read("amount", _cost), reader.read("currency", currency_of) or "",
    )  # fmt: skip
    return (None if reader.is_refused else row), reader.issues


def month_of(text: str) -> date:
    """The first day of “2026-03” or of any date's month."""
    return date_of(f"{text}-01" if len(text) == 7 and text[4] == "-" else text).replace(day=1)


def _cost(text: str) -> Any:
    value = amount_of(text)
    if value < 0:
        raise CellError(_("A cost cannot be below zero."))
    return value


TARGET = register(
    Target(
        kind="leads",
        label=gettext_lazy("Leads"),
        permission="lead.import",
        fields=FIELDS,
        parse=parse_lead,
        apply=import_leads,
        help=gettext_lazy("One row a lead. New leads are scored and offered to partners by your rules."),
        key_fields=("external_id",),
        order=20,
    )
)


CAMPAIGNS = register(
    Target(
        kind="campaigns",
        label=gettext_lazy("Campaigns of leads"),
        permission="lead.import",
        fields=(
            _field(
                "lead", gettext_lazy("External id of the lead"), "leadid", "lead id", "external id", required=True
            ),
            _field(
                "campaign", gettext_lazy("Campaign"), "campaign name", "campaignname", required=True,
                default_for_all=True,
            ),
        ),
        parse=parse_member,
        apply=import_campaigns,
        help=gettext_lazy("One row a lead that a campaign reached. Join the campaigns to get their names."),
        key_fields=("lead",),
        order=30,
    )
)  # fmt: skip


COSTS = register(
    Target(
        kind="lead-costs",
        label=gettext_lazy("Costs of leads"),
        permission="leadcost.edit",
        fields=(
            _field("source", gettext_lazy("Source"), "lead source", "channel", required=True, default_for_all=True),
            _field("campaign", gettext_lazy("Campaign"), "campaign name", default_for_all=True),
            _field("month", gettext_lazy("Month"), "date", "period", required=True, default_for_all=True,
                   help=gettext_lazy("Such as 2026-03, or any day of it.")),
            _field("amount", gettext_lazy("Cost"), "cost", "spend", "amount", kind="money", required=True),
            _field("currency", gettext_lazy("Currency"), "currency code", kind="currency", default_for_all=True),
        ),
        parse=parse_cost,
        apply=import_costs,
        help=gettext_lazy("One row a month of a source or campaign. A month that is known takes the new amount."),
        key_fields=("source", "campaign", "month"),
        order=40,
    )
)  # fmt: skip

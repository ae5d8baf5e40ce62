"""What a file of customers, and one of people there, can say."""

from collections.abc import Mapping

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext_lazy

from fairway.core.cells import RowReader, country_of
from fairway.core.imports import PERSONAL, RowIssue, Target, TargetField, forbidden, register
from fairway.core.words import said as _
from fairway.customers.actions.importing import ContactRow, CustomerRow, import_contacts, import_customers
from fairway.customers.rules.match_keys import name_key

_LIMITS = {"external_id": 100, "name": 200, "domain": 200, "city": 100, "state_code": 10, "postal_code": 20}
_PERSON_LIMITS = {"external_id": 100, "company_id": 100, "name": 150, "title": 150, "email": 254, "phone": 50}
_OF = (("customer", gettext_lazy("Customers")), ("partner", gettext_lazy("Partners")))


def parse_customer(values: Mapping[str, str], line: int) -> tuple[CustomerRow | None, list[RowIssue]]:
    reader = RowReader(values, line, _LIMITS)
    reader.need("external_id", _("The external id is missing."))
    reader.need("name", _("The name is missing."))
    if values.get("name") and name_key(values["name"]) is None:
        reader.refuse("name", _("“%(name)s” is no company’s name.") % {"name": values["name"][:60]})
    row = CustomerRow(
        line=line, country=reader.read("country", country_of) or "",
        **{name: reader.text(name) for name in _LIMITS},
    )  # fmt: skip
    return (None if reader.is_refused else row), reader.issues


def parse_contact(values: Mapping[str, str], line: int) -> tuple[ContactRow | None, list[RowIssue]]:
    reader = RowReader(values, line, _PERSON_LIMITS)
    of = (values.get("of") or "customer").strip().lower()
    if of not in dict(_OF):
        reader.refuse("of", _("A person is at a “customer” or at a “partner”."))
    reader.need("external_id", _("The external id is missing."))
    reader.need("company_id", _("Nothing says at which company this person is."))
    first, last = values.get("first_name", ""), values.get("last_name", "")
    name = values.get("name") or f"{first} {last}".strip()
    if not name:
        reader.refuse("name", _("The name is missing."))
    texts = {field: reader.text(field) for field in _PERSON_LIMITS if field != "name"}
    if len(name) > _PERSON_LIMITS["name"]:
        reader.refuse("name", _("This is longer than %(most)d characters.") % {"most": _PERSON_LIMITS["name"]})
    try:
        if texts["email"]:
            validate_email(texts["email"])
    except ValidationError:
        reader.warn("email", _("“%(text)s” is no e-mail address and was left out.") % {"text": texts["email"][:80]})
        texts["email"] = ""
    row = ContactRow(line=line, name=name, is_of_partner=of == "partner", **texts)
    return (None if reader.is_refused else row), reader.issues


CUSTOMERS = register(
    Target(
        kind="customers",
        label=gettext_lazy("Customers"),
        permission="customer.import",
        fields=(
            TargetField(
                "external_id", gettext_lazy("External id"), required=True, synonyms=("id", "account id", "accountid"),
            ),
            TargetField(
                "name", gettext_lazy("Name"), required=True,
                synonyms=("account name", "company", "company name", "customer", "organization"),
            ),
            TargetField("domain", gettext_lazy("Website"), synonyms=("website", "url", "web", "homepage")),
            TargetField("city", gettext_lazy("City"), synonyms=("billingcity", "billing city", "town")),
            TargetField("state_code", gettext_lazy("State"), synonyms=("billingstate", "billing state", "province")),
            TargetField(
                "postal_code", gettext_lazy("Postal code"), synonyms=("billingpostalcode", "zip", "postcode",
                "zip code")
            ),
            TargetField(
                "country", gettext_lazy("Country"), "country", default_for_all=True,
                synonyms=("billingcountry", "billing country", "country code"),
            ),
        ),
        parse=parse_customer,
        apply=import_customers,
        help=gettext_lazy("One row a company that buys. Accounts of a CRM come in here, or as partners."),
        key_fields=("external_id",),
        order=50,
    )
)  # fmt: skip

CONTACTS = register(
    Target(
        kind="contacts",
        label=gettext_lazy("Contacts"),
        permission="customer.import",
        fields=(
            TargetField(
                "external_id", gettext_lazy("External id"), required=True, synonyms=("id", "contact id", "contactid"),
            ),
            TargetField(
                "company_id", gettext_lazy("External id of the company"), required=True,
                synonyms=("accountid", "account id", "customer id", "partner id"),
            ),
            TargetField("name", gettext_lazy("Name"), synonyms=("full name", "contact name")),
            TargetField("first_name", gettext_lazy("First name"), synonyms=("firstname", "given name")),
            TargetField("last_name", gettext_lazy("Last name"), synonyms=("lastname", "surname")),
            TargetField("title", gettext_lazy("Job title"), synonyms=("title", "position", "designation__c")),
            TargetField("email", gettext_lazy("E-mail"), "email", synonyms=("email address", "mail")),
            TargetField("phone", gettext_lazy("Phone"), synonyms=("telephone", "mobile", "mobilephone")),
            TargetField(
                "of", gettext_lazy("At customers or partners"), "choice", default_for_all=True, default="customer",
                choices=_OF, help=gettext_lazy("Which external id the company’s is."),
            ),
            *PERSONAL,
            forbidden("income", gettext_lazy("Income"), "annual_income__c", "salary", "yearly income"),
            forbidden("education", gettext_lazy("Education"), "education_level__c", "degree"),
            forbidden("housing", gettext_lazy("Housing"), "housing_status__c"),
            forbidden("licence", gettext_lazy("Driving licence"), "driving_license_number__c", "passport number"),
            forbidden("employment", gettext_lazy("Employment"), "employed__c", "current_employer__c"),
        ),
        parse=parse_contact,
        apply=import_contacts,
        help=gettext_lazy("One row a person at a customer or a partner, which is found by its external id."),
        key_fields=("external_id",),
        order=60,
    )
)  # fmt: skip

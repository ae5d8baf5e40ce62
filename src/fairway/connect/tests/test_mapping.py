from dataclasses import dataclass
from itertools import islice

import pytest
from django.conf import settings

from fairway.connect.rules.mapping import CONFIDENCE_MIN, guess, pick, settle
from fairway.connect.rules.tabular import open_table


@dataclass(frozen=True)
class Wanted:
    name: str
    label: str
    type: str = "text"
    required: bool = False
    synonyms: tuple[str, ...] = ()
    forbidden_reason: str = ""


FIELDS = (
    Wanted("external_id", "External id"),
    Wanted("company", "Company", required=True),
    Wanted("first_name", "First name"),
    Wanted("last_name", "Last name"),
    Wanted("email", "E-mail", "email"),
    Wanted("phone", "Phone"),
    Wanted("website", "Website"),
    Wanted("address", "Street"),
    Wanted("city", "City"),
    Wanted("state", "State"),
    Wanted("postal_code", "Postal code"),
    Wanted("country", "Country", "country", required=True),
    Wanted("employees", "Employees", "whole"),
    Wanted("budget", "Budget", "money", synonyms=("projektbudget",)),
    Wanted("birth_date", "Birth date", synonyms=("birthday",), forbidden_reason="Left out."),
    Wanted("gender", "Gender", forbidden_reason="Left out."),
)


def guessed(columns, samples=None):
    made = guess(columns, samples or {}, FIELDS)
    assert [each.column for each in made] == list(columns)
    return {each.column: each.field for each in made}


def one(column, values=()):
    return guess([column], {column: values}, FIELDS)[0]


@pytest.mark.parametrize(
    ("column", "field"),
    [
        ("E-Mail-Adresse", "email"),
        ("EmailAddress", "email"),
        ("email_address", "email"),
        ("Courriel", "email"),
        ("Correo electrónico", "email"),
        ("Firmenname", "company"),
        ("Raison sociale", "company"),
        ("Компания", "company"),
        ("AccountName", "company"),
        ("PLZ", "postal_code"),
        ("Code postal", "postal_code"),
        ("Bundesland", "state"),
        ("Straße", "address"),
        ("Stadt", "city"),
        ("Zip/Postal Code", "postal_code"),
        ("NumberOfEmployees", "employees"),
        ("Mitarbeiterzahl", "employees"),
        ("Projektbudget", "budget"),
        ("Compnay", "company"),
        ("Home_Phone__c", "phone"),
        ("Email (2)", "email"),
        ("Favourite colour", None),
        ("BankName", None),
        ("ConvertedAccountId", None),
        ("NumberCarsOwned", None),
        ("", None),
        ("—", None),
    ],
)
def test_a_column_is_known_by_its_name_in_many_spellings_and_languages(column, field):
    assert one(column).field == field


def test_every_guess_says_why():
    assert [str(reason) for reason in one("Firma").reasons] == ["“Firma” is another word for “Company”."]
    assert [str(reason) for reason in one("Company", ["Nordwind", "Südlicht"]).reasons] == [
        "Its name is “Company”.",
        "100 % of its values look like names.",
    ]
    assert [str(reason) for reason in one("Shoe size").reasons] == ["No field has such a name."]


def test_values_that_do_not_fit_overrule_the_name():
    ids = ["001Ec00000GINb1IAH"] * 20
    made = one("Company", ids)
    assert made.field is None
    assert made.confidence < CONFIDENCE_MIN
    assert str(made.reasons[-1]) == "0 % of its values look like names."
    assert one("Email", ["yes", "no"]).field is None
    assert one("Email", ["", ""]).field == "email"


def test_values_that_give_themselves_away_need_no_name():
    made = one("Column 7", ["jane@acme.example", "", "joe@nordwind.example"])
    assert made.field == "email"
    assert made.confidence == 0.55
    assert one("Column 8", ["https://www.acme.example/shop", "nordwind.example"]).field == "website"


def test_one_field_is_filled_by_the_column_that_fits_best():
    columns = ["Work e-mail", "Email", "Mail"]
    assert guessed(columns) == {"Work e-mail": None, "Email": "email", "Mail": None}
    left_out = guess(columns, {}, FIELDS)[2]
    assert [str(reason) for reason in left_out.reasons] == ["“E-mail” is filled by “Email”."]
    values = {"Email": ["n/a", "-"], "Mail": ["jane@acme.example"]}
    assert guessed(["Email", "Mail"], values) == {"Email": None, "Mail": "email"}


def test_forbidden_columns_are_recognised_and_never_filled():
    for column in ("BirthDate", "birthday", "Gender__c"):
        made = one(column, ["1980-01-01"])
        assert (made.field, made.is_forbidden, made.reasons) == (None, True, ("Left out.",))
    settled = settle({"Gender__c": "company"}, ["Gender__c"], FIELDS, defaults=["country"])
    assert settled.columns == {}
    assert str(settled.problems[0]) == "“Gender__c” cannot be read as “company”."


def test_a_person_corrects_and_leaves_out():
    columns = ["Firma", "Land", "Mail"]
    settled = settle({"Firma": "company", "Land": "country", "Mail": None}, columns, FIELDS)
    assert settled.columns == {"company": "Firma", "country": "Land"}
    assert settled.problems == ()
    assert pick({"Firma": "Nordwind", "Mail": "x"}, settled.columns) == {"company": "Nordwind", "country": ""}


def test_what_stands_in_the_way_is_said():
    columns = ["A", "B"]
    settled = settle({"A": "email", "B": "email", "C": "city"}, columns, FIELDS, defaults=["country"])
    assert [str(problem) for problem in settled.problems] == [
        "“E-mail” is filled by two columns, “A” and “B”. Keep one.",
        "The file has no column “C”.",
        "Choose the column that holds “Company”.",
    ]
    assert [str(problem) for problem in settle({"A": "shoe"}, columns, FIELDS).problems] == [
        "“A” cannot be read as “shoe”.",
        "Choose the column that holds “Company”.",
        "Choose the column that holds “Country”.",
    ]


@pytest.mark.data
@pytest.mark.parametrize(
    ("path", "expected"),
    [
        (
            "salesforce/Lead.csv",
            {
                "external_id": "External_id__c", "first_name": "FirstName", "last_name": "LastName", "email": "Email",
                "phone": "Phone", "website": "Website", "address": "Street", "city": "City", "state": "State",
                "postal_code": "PostalCode", "country": "Country", "employees": "NumberOfEmployees",
            },
        ),
        (
            "adventureworks/ProspectiveBuyer.csv",
            {
                "first_name": "FirstName", "last_name": "LastName", "email": "EmailAddress", "phone": "Phone",
                "address": "AddressLine1", "city": "City", "state": "StateProvinceCode", "postal_code": "PostalCode",
            },
        ),
    ],
)  # fmt: skip
def test_real_exports_are_mapped_without_a_wrong_guess(path, expected):
    with open(settings.SAMPLE_DATA_DIR / path, "rb") as stream:
        table = open_table(stream)
        lines = list(islice(table.lines(), 100))
    samples = {column: [line.values[column] for line in lines] for column in table.columns}
    made = guess(table.columns, samples, FIELDS)
    assert {each.field: each.column for each in made if each.field} == expected
    forbidden = {each.column for each in made if each.is_forbidden}
    assert forbidden == {"Gender__c"} or forbidden == {"BirthDate", "Gender"}

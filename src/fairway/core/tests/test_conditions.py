from datetime import UTC, date, datetime
from decimal import Decimal

import numpy as np
import pytest

from fairway.core.conditions import (
    ConditionError,
    Field,
    FormGroup,
    FormRow,
    Subject,
    as_form,
    check,
    describe,
    encode,
    from_form,
    holds,
    parse,
    register,
    sentence,
    sentence_text,
    to_mask,
    to_q,
)

LEADS = Subject.of(
    "leads in tests",
    "leads",
    [
        Field("company", "Company", "text", known_at_capture=True),
        Field("country", "Country", "country", known_at_capture=True),
        Field("source", "Source", "choice", choices=[("web", "Web form"), ("fair", "Trade fair")]),
        Field("employees", "Employees", "number", known_at_capture=True),
        Field("budget", "Budget", "money", currency="EUR"),
        Field("wanted_on", "Wanted on", "date"),
        Field("urgent", "Urgent", "bool"),
        Field("needs", "Needs", "set", choices=lambda: [("crm", "CRM"), ("erp", "ERP"), ("bi", "Analytics")]),
    ],
)


def leaf(field, op, value=None):
    return {"field": field, "op": op} | ({} if value is None else {"value": value})


def ok(data, **values):
    condition = parse(LEADS, data)
    verdict = check(condition, values)
    assert verdict.ok == holds(condition, values)
    return verdict.ok


@pytest.mark.parametrize(
    ("data", "found", "expected"),
    [
        (leaf("company", "is", "Müller GMBH"), "MÜLLER GmbH", True),
        (leaf("company", "is", "Müller"), "", False),
        (leaf("company", "is_not", "Müller"), "", True),
        (leaf("company", "in", ["a", "b"]), "B", True),
        (leaf("company", "not_in", ["a", "b"]), None, True),
        (leaf("company", "contains", "100%"), "Over 100% Ltd", True),
        (leaf("company", "contains", "100%"), "Over 1000 Ltd", False),
        (leaf("company", "starts_with", "über"), "ÜBERSEE AG", True),
        (leaf("company", "is_empty"), "", True),
        (leaf("company", "is_not_empty"), None, False),
        (leaf("country", "in", ["DE", "AT"]), "AT", True),
        (leaf("country", "is", "DE"), "de", False),
        (leaf("employees", "at_least", 50), 50, True),
        (leaf("employees", "at_least", 50), None, False),
        (leaf("employees", "at_most", 50), float("nan"), False),
        (leaf("employees", "is", 0.1), 0.1, True),
        (leaf("employees", "is", 0.1), Decimal("0.1"), True),
        (leaf("employees", "between", [10, 20]), 20, True),
        (leaf("employees", "between", [10, 20]), 21, False),
        (leaf("budget", "at_least", 5_000_000), 4_999_999, False),
        (leaf("wanted_on", "at_most", "2026-03-31"), date(2026, 3, 31), True),
        (leaf("wanted_on", "at_most", "2026-03-31"), datetime(2026, 4, 1, tzinfo=UTC), False),
        (leaf("urgent", "is", False), None, False),
        (leaf("urgent", "is", False), False, True),
        (leaf("needs", "includes_any", ["crm", "erp"]), ["bi", "erp"], True),
        (leaf("needs", "includes_all", ["crm", "erp"]), {"bi", "erp"}, False),
        (leaf("needs", "includes_all", ["crm"]), [], False),
        (leaf("needs", "is_empty"), [], True),
    ],
)
def test_a_comparison_decides_about_a_found_value_and_its_negation_says_the_opposite(data, found, expected):
    values = {data["field"]: found}
    assert ok(data, **values) is expected
    assert ok({"not": data}, **values) is not expected


def test_groups_combine_and_empty_ones_are_always_and_never():
    assert ok({"all": []})
    assert ok(None)
    assert ok({})
    assert not ok({"any": []})
    either = {"any": [leaf("country", "is", "DE"), {"not": {"any": []}}]}
    assert ok({"all": [leaf("urgent", "is", True), either]}, urgent=True, country="FR")


def test_the_verdict_gives_every_reason_of_all_and_only_the_met_ones_of_any():
    condition = parse(
        LEADS,
        {"all": [
            leaf("country", "in", ["DE", "AT"]),
            {"any": [leaf("employees", "at_least", 50), leaf("urgent", "is", True)]},
            {"not": leaf("source", "is", "fair")},
            leaf("budget", "at_least", 5_000_000),
        ]},
    )  # fmt: skip
    verdict = check(condition, {"country": "FR", "employees": 7, "urgent": True, "source": "fair", "budget": 1_234_567})
    assert not verdict.ok
    assert [(reason.field, reason.ok) for reason in verdict.reasons] == [
        ("country", False),
        ("urgent", True),
        ("source", False),
        ("budget", False),
    ]
    assert [str(reason) for reason in verdict.reasons] == [
        "Country is France, wanted: Germany or Austria",
        "Urgent",
        "Source is Trade fair, wanted: is not Trade fair",
        "Budget is €12,345.67, wanted: is at least €50,000.00",
    ]
    assert verdict.reasons[0].parts == [
        ("Country is ", False),
        ("France", True),
        (", wanted: ", False),
        ("Germany or Austria", True),
    ]
    assert verdict.reasons[0].kept() == {
        "is": "found",
        "of": {"name": "country", "label": "Country", "type": "country"},
        "op": "in",
        "wanted": ["DE", "AT"],
        "found": "FR",
        "ok": False,
    }


def test_a_reason_says_what_is_not_known():
    verdict = check(parse(LEADS, leaf("wanted_on", "at_least", "2026-01-05")), {})
    assert str(verdict.reasons[0]) == "Wanted on is not known, wanted: is on or after Jan. 5, 2026"


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (
            {"all": [leaf("urgent", "is", True), leaf("shoe size", "is", 5)]},
            "condition 2: field “shoe size” is not known for leads.",
        ),
        (
            {"all": [{"any": [leaf("employees", "at_least", "many")]}]},
            "condition 1.1: “many” is not a number, which “Employees” needs.",
        ),
        (
            leaf("employees", "at_least", True),
            "condition 1: “True” is not a number, which “Employees” needs.",
        ),
        (
            leaf("employees", "is", float("nan")),
            "condition 1: “nan” is not a number, which “Employees” needs.",
        ),
        (leaf("employees", "is", 10**16), None),
        (
            leaf("budget", "is", 1.5),
            "condition 1: “1.5” is not an amount in minor units, which “Budget” needs.",
        ),
        (
            leaf("wanted_on", "is", "20260101"),
            "condition 1: “20260101” is not a date such as 2026-03-31, which “Wanted on” needs.",
        ),
        (leaf("company", "is", "a\x00b"), None),
        (leaf("company", "is"), "condition 1: “” is not a text, which “Company” needs."),
        (leaf("country", "is", "XX"), "condition 1: “XX” is not one of the values of “Country”."),
        (
            leaf("needs", "includes_any", ["shoes"]),
            "condition 1: “shoes” is not one of the values of “Needs”.",
        ),
        (leaf("country", "in", []), "condition 1: “Country” needs at least one value."),
        (leaf("country", "in", ["DE"] * 1001), "condition 1: the list has more than 1000 values."),
        (leaf("employees", "between", [3, 1]), "condition 1: “between” needs the lower value first."),
        (leaf("employees", "between", [3]), "condition 1: “between” needs two values, the lower first."),
        (
            leaf("urgent", "at_least", True),
            "condition 1: “at_least” cannot be asked of “Urgent”. It can be: is, is not, is empty, is not empty.",
        ),
        (leaf("company", "is_empty", "x"), "condition 1: “is empty” takes no value."),
        (
            leaf("person.birth_date", "is", "2000-01-01"),
            "condition 1: field “person.birth_date” is about a private life and may not decide anything.",
        ),
        ({"all": {}}, "“all” and “any” need a list of conditions."),
        (["x"], "this is not a condition. Write {“field”, “op”, “value”} or a group."),
        (
            {"all": [leaf("urgent", "is", True) | {"points": 5}]},
            "condition 1: it needs “field”, “op” and, for most, “value”, and nothing else.",
        ),
        (
            {"all": [leaf("urgent", "is", True)], "any": []},
            "condition 1: it needs “field”, “op” and, for most, “value”, and nothing else.",
        ),
        (
            {"all": [leaf("urgent", "is_empty")] * 201},
            "There are more than 200 conditions. Use fewer.",
        ),
    ],
)
def test_a_wrong_condition_is_refused_with_its_place_and_what_is_wrong(data, message):
    with pytest.raises(ConditionError) as refusal:
        parse(LEADS, data)
    assert message is None or str(refusal.value) == message


def test_nesting_has_a_limit():
    data = leaf("urgent", "is", True)
    for _ in range(9):
        data = {"not": data}
    with pytest.raises(ConditionError, match="nested over 8 deep"):
        parse(LEADS, data)


def test_fields_unknown_at_capture_are_refused_there_only():
    data = leaf("urgent", "is", True)
    with pytest.raises(ConditionError, match="“Urgent” is not known yet when leads come in"):
        parse(LEADS, data, at_capture=True)
    assert parse(LEADS, data).field_names == {"urgent"}


def test_a_retired_choice_still_reads_from_storage():
    data = leaf("source", "in", ["web", "fax"])
    with pytest.raises(ConditionError, match="“fax” is not one of the values of “Source”"):
        parse(LEADS, data)
    assert parse(LEADS, data, check_choices=False).as_json() == data


def test_json_goes_there_and_back():
    data = {
        "any": [
            leaf("employees", "between", [0.5, 20]),
            {"not": {"all": [leaf("wanted_on", "at_least", "2026-01-01"), leaf("budget", "is", 5)]}},
            leaf("company", "is_empty"),
        ]
    }
    condition = parse(LEADS, data)
    assert condition.as_json() == data
    assert parse(LEADS, condition.as_json()) == condition


def test_a_condition_is_a_readable_sentence():
    condition = parse(
        LEADS,
        {"all": [
            leaf("country", "in", ["DE", "AT", "CH"]),
            {"any": [
                leaf("employees", "at_least", 5000),
                {"not": leaf("needs", "includes_all", ["crm", "erp"])},
            ]},
            leaf("company", "is_not_empty"),
        ]},
    )  # fmt: skip
    assert sentence_text(condition) == (
        "Country is one of Germany, Austria or Switzerland and (Employees is at least 5,000 or "
        "not (Needs includes all of CRM and ERP)) and Company is not empty"
    )
    assert sentence(condition)[:2] == [
        ("Country is one of ", False),
        ("Germany, Austria or Switzerland", True),
    ]
    assert sentence_text(parse(LEADS, None)) == "always"


def test_form_rows_go_there_and_back_in_units_of_people():
    rows = [
        FormRow("budget", "at_least", ("50000.50",)),
        FormRow("country", "in", ("DE", "AT")),
        FormRow("employees", "between", ("10", "1,020.5")),
        FormRow("urgent", "is", ("true",)),
        FormRow("company", "is_empty"),
        FormRow("", "is", ("left blank",)),
    ]
    data = from_form(LEADS, FormGroup("any", tuple(rows)))
    assert data == {
        "any": [
            leaf("budget", "at_least", 5_000_050),
            leaf("country", "in", ["DE", "AT"]),
            leaf("employees", "between", [10, 1020.5]),
            leaf("urgent", "is", True),
            leaf("company", "is_empty"),
        ]
    }
    back = as_form(parse(LEADS, data))
    assert back == FormGroup("any", (*rows[:2], FormRow("employees", "between", ("10", "1020.5")), *rows[3:-1]))


def test_form_text_that_does_not_fit_is_named_by_the_parser():
    data = from_form(LEADS, FormGroup("all", (FormRow("employees", "at_least", ("lots",)),)))
    with pytest.raises(ConditionError, match="condition 1: “lots” is not a number"):
        parse(LEADS, data)
    assert from_form(LEADS, FormGroup("any")) == {"all": []}


URGENT = FormRow("urgent", "is", ("true",))
UNNAMED = FormRow("company", "is_empty")


@pytest.mark.parametrize(
    ("data", "group"),
    [
        (leaf("urgent", "is", True), FormGroup("all", (URGENT,))),
        ({"not": leaf("urgent", "is", True)}, FormGroup("none", (URGENT,))),
        ({"not": {"all": [leaf("urgent", "is", True)]}}, FormGroup("not_all", (URGENT,))),
        (
            {"any": [{"not": {"any": [leaf("urgent", "is", True)]}}, leaf("company", "is_empty")]},
            FormGroup("any", (FormGroup("none", (URGENT,)), UNNAMED)),
        ),
        (
            {"all": [{"any": [{"all": [leaf("urgent", "is", True), leaf("company", "is_empty")]}]}]},
            FormGroup("all", (FormGroup("any", (FormGroup("all", (URGENT, UNNAMED)),)),)),
        ),
    ],
)
def test_groups_within_groups_go_to_the_form(data, group):
    assert as_form(parse(LEADS, data)) == group


def test_a_group_without_conditions_is_refused_where_it_stands_and_blank_rows_are_not():
    empty = FormGroup("any", (FormRow("", "", ()),))
    with pytest.raises(ConditionError, match=r"group 2\.1: it has no conditions"):
        from_form(LEADS, FormGroup("all", (URGENT, FormGroup("none", (empty,)))))
    assert from_form(LEADS, FormGroup("not_all", (URGENT, FormRow("", "", ())))) == {
        "not": {"all": [leaf("urgent", "is", True)]}
    }


def test_the_description_tells_the_builder_all_it_needs():
    described = describe(LEADS)
    assert described["subject"] == "leads in tests"
    needs = described["fields"][-1]
    assert needs["choices"] == [["crm", "CRM"], ["erp", "ERP"], ["bi", "Analytics"]]
    assert needs["ops"][0] == {"op": "includes_any", "label": "includes any of", "values": "many"}
    assert [field["name"] for field in describe(LEADS, at_capture=True)["fields"]] == [
        "company",
        "country",
        "employees",
    ]


def test_fields_about_a_private_life_cannot_be_declared():
    with pytest.raises(ValueError, match="must not be used to decide anything"):
        Field("lead.gender", "Gender", "choice")


def test_a_subject_registers_once():
    register(Subject.of("registered in tests", "things", []))
    with pytest.raises(ValueError, match="registered already"):
        register(Subject.of("registered in tests", "things", []))


def test_a_mask_reads_plain_and_encoded_columns():
    condition = parse(LEADS, {"all": [leaf("employees", "at_least", 50), {"not": leaf("country", "in", ["DE", "AT"])}]})
    columns = {
        "employees": np.array([49.0, 50.0, np.nan, 80.0]),
        "country": encode(["FR", None, "FR", "DE"]),
    }
    assert to_mask(condition, columns).tolist() == [False, True, False, False]
    assert to_mask(parse(LEADS, None), columns).tolist() == [True] * 4


def test_a_mask_refuses_missing_and_unequal_columns():
    condition = parse(LEADS, leaf("employees", "at_least", 50))
    with pytest.raises(KeyError):
        to_mask(condition, {})
    with pytest.raises(ValueError, match="different lengths"):
        to_mask(condition, {"employees": np.zeros(2), "country": encode(["DE"])})


def test_a_field_that_is_not_stored_cannot_select_rows():
    with pytest.raises(ValueError, match="not stored"):
        to_q(parse(LEADS, leaf("employees", "at_least", 50)))

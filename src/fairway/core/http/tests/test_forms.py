"""Forms: amounts people write, and fields that say what is wrong."""

import pytest
from django import forms
from django.utils.datastructures import MultiValueDict

from fairway.core.conditions.parse import parse
from fairway.core.conditions.subjects import Field, Subject
from fairway.core.http.conditions import ConditionField, tinted
from fairway.core.http.forms import DateField, MoneyField, Segments

LEADS = Subject.of(
    "forms-test",
    "Leads",
    [
        Field("state", "State", "choice", choices=[("hh", "Hamburg"), ("hb", "Bremen")]),
        Field("score", "Score", "number"),
        Field("budget", "Budget", "money", currency="EUR"),
    ],
)


class DealForm(forms.Form):
    customer = forms.CharField(label="Customer", help_text="Legal name")
    amount = MoneyField(label="Value", currency="EUR")
    closes_on = DateField(label="Closes on", required=False)
    cover = forms.ChoiceField(label="Covers", choices=[("all", "All"), ("one", "One")], widget=Segments)


class RuleForm(forms.Form):
    condition = ConditionField(LEADS, label="Which leads?")


@pytest.mark.parametrize(
    ("text", "minor"),
    [
        ("58400", 5_840_000),
        ("58,400", 5_840_000),
        ("€ 58,400.50", 5_840_050),
        (" 0.5 ", 50),
        ("0", 0),
        ("1 000", 100_000),
    ],
)
def test_an_amount_becomes_minor_units(text: str, minor: int) -> None:
    assert MoneyField(currency="EUR").clean(text) == minor


def test_a_currency_without_cents_has_none() -> None:
    assert MoneyField(currency="JPY").clean("58,400") == 58_400
    with pytest.raises(forms.ValidationError):
        MoneyField(currency="JPY").clean("58,400.5")


@pytest.mark.parametrize("text", ["58.400,00", "58,40", "1,0000", "12x", "1e5", "NaN", "0.005", "1" * 16, "-5", "--5"])
def test_what_is_no_amount_is_refused_with_how_to_write_one(text: str) -> None:
    with pytest.raises(forms.ValidationError):
        MoneyField(currency="EUR").clean(text)


def test_a_stored_amount_is_shown_as_people_write_it() -> None:
    class Stored(forms.Form):
        amount = MoneyField(currency="EUR", initial=5_840_050)

    source = str(Stored()["amount"])
    assert 'value="58,400.50"' in source
    assert '<span aria-hidden="true">€</span>' in source
    assert not Stored({"amount": "58,400.50"}).has_changed()


def test_a_field_has_its_label_above_and_its_help_below() -> None:
    source = DealForm()["customer"].as_field_group()
    assert '<label for="id_customer">Customer</label><input type="text" name="customer"' in source
    assert 'aria-describedby="id_customer_helptext"' in source
    assert '<div class="fw-help" id="id_customer_helptext">Legal name</div>' in source


def test_an_error_is_tied_to_its_field_and_escaped() -> None:
    form = DealForm({"customer": "", "amount": "<b>", "cover": "all"})
    source = form["amount"].as_field_group()
    assert 'aria-invalid="true"' in source
    assert 'aria-describedby="id_amount_error"' in source
    assert 'id="id_amount_error"' in source
    assert "Not an amount. Write 58,400 or 58,400.50." in source
    assert "<b>" not in source


def test_what_may_stay_empty_says_so_and_choices_have_a_legend() -> None:
    form = DealForm()
    assert '<span class="fw-optional">optional</span>' in form["closes_on"].as_field_group()
    assert "<legend>Covers</legend>" in form["cover"].as_field_group()


def test_a_whole_form_draws_each_field_once() -> None:
    source = str(DealForm())
    assert [source.count(f'name="{name}"') for name in ("customer", "amount", "closes_on", "cover")] == [1, 1, 1, 2]


def posted(**rows: list[str]) -> MultiValueDict:
    return MultiValueDict({key.replace("_", "-"): value for key, value in rows.items()})


def test_rows_of_the_builder_become_a_condition() -> None:
    data = posted(
        condition_match=["any"],
        condition_0_field=["state"], condition_0_op=["in"], condition_0_value=["hh", "hb"],
        condition_3_field=["budget"], condition_3_op=["at_least"], condition_3_value=["38000.50"],
        condition_4_field=[""],
    )  # fmt: skip
    form = RuleForm(data)
    assert form.is_valid(), form.errors
    assert form.cleaned_data["condition"].as_json() == {
        "any": [
            {"field": "state", "op": "in", "value": ["hh", "hb"]},
            {"field": "budget", "op": "at_least", "value": 3_800_050},
        ]
    }


def test_the_builder_shows_the_condition_it_was_given() -> None:
    condition = parse(LEADS, {"all": [{"field": "score", "op": "at_least", "value": 60}]})
    source = str(RuleForm(initial={"condition": condition})["condition"])
    assert '"parts": [{"field": "score", "op": "at_least", "values": ["60"]}]' in source
    assert source == str(RuleForm(initial={"condition": condition.as_json()})["condition"])


def test_a_condition_that_cannot_be_read_says_where() -> None:
    data = posted(
        condition_match=["all"], condition_0_field=["score"], condition_0_op=["at_least"], condition_0_value=["many"]
    )
    form = RuleForm(data)
    assert not form.is_valid()
    assert "condition 1" in form.errors["condition"][0]
    assert '"parts": [{"field": "score", "op": "at_least", "values": ["many"]}]' in str(form["condition"])


def test_groups_within_groups_are_sent_by_their_places_and_come_back_as_they_were() -> None:
    data = posted(
        condition_match=["all"],
        condition_10_field=["score"], condition_10_op=["at_least"], condition_10_value=["60"],
        condition_2_match=["none"],
        condition_2_0_field=["state"], condition_2_0_op=["is"], condition_2_0_value=["hh"],
        condition_2_1_match=["any"],
        condition_2_1_0_field=["budget"], condition_2_1_0_op=["is_empty"],
    )  # fmt: skip
    form = RuleForm(data)
    assert form.is_valid(), form.errors
    condition = form.cleaned_data["condition"]
    assert condition.as_json() == {
        "all": [
            {
                "not": {
                    "any": [
                        {"field": "state", "op": "is", "value": "hh"},
                        {"any": [{"field": "budget", "op": "is_empty"}]},
                    ]
                }
            },
            {"field": "score", "op": "at_least", "value": 60},
        ]
    }
    assert str(RuleForm(initial={"condition": condition})["condition"]) == str(form["condition"])


def test_an_empty_group_is_refused_and_what_else_was_typed_stays() -> None:
    data = posted(
        condition_match=["any"],
        condition_0_field=["score"], condition_0_op=["at_least"], condition_0_value=["60"],
        condition_1_match=["not_all"], condition_1_0_field=[""],
    )  # fmt: skip
    form = RuleForm(data)
    assert form.errors == {"condition": ["group 2: it has no conditions. Add one or remove the group."]}
    assert '{"match": "not_all", "parts": [{"field": "", "op": "", "values": []}]}' in str(form["condition"])


def test_more_rows_than_a_condition_may_have_are_refused() -> None:
    data = posted(condition_match=["all"], **{f"condition_{n}_field": ["score"] for n in range(201)})
    assert RuleForm(data).errors == {"condition": ["There are too many conditions. Use fewer."]}


def test_no_rows_are_refused_where_a_condition_is_needed() -> None:
    assert RuleForm(posted(condition_match=["all"])).errors == {"condition": ["Add at least one condition."]}
    assert RuleForm(posted()).errors == {"condition": ["Add at least one condition."]}


def test_a_sentence_tints_values_and_marks_what_the_draft_changed() -> None:
    live = parse(LEADS, {"all": [{"field": "score", "op": "at_least", "value": 60}]})
    draft = parse(LEADS, {"all": [{"field": "score", "op": "at_least", "value": 50}]})
    assert tinted(live) == 'Score is at least <span class="fw-value">60</span>'
    assert tinted(draft, live=live) == 'Score is at least <span class="fw-value is-changed">50</span>'

"""Caps, age and categories as arithmetic: no database."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fairway.core.conditions import parse
from fairway.core.told import tell
from fairway.leads.conditions import LEADS, columns_of
from fairway.leads.rules.defaults import SCORE_BANDS
from fairway.leads.rules.scoring import Card, PolicyError, first_fit, parse_card, score, score_many, settle

EMPTY = dict.fromkeys(LEADS.fields)
CATEGORIES = [
    {"name": "Fit", "cap": 40, "half_life_days": None},
    {"name": "Urgency", "cap": None, "half_life_days": 30},
]


def rule(name: str, points: int, category: str = "", field: str = "lead.has_phone") -> dict:
    return {"name": name, "points": points, "category": category, "when": {"field": field, "op": "is", "value": True}}


def card(*rules: dict, categories=CATEGORIES, most=None) -> Card:
    return parse_card(rules, SCORE_BANDS, LEADS, categories=categories, most=most)


def test_a_cap_stops_a_category_and_says_what_it_took():
    made = score(card(rule("A", 30, "Fit"), rule("B", 25, "Fit"), rule("C", 5)), {**EMPTY, "lead.has_phone": True})
    assert (made.points, made.band, made.categories) == (45, "Warm", {"Fit": 40, "Urgency": 0})
    assert [(tell(reason["name"]), reason["points"], tell(reason["text"])) for reason in made.reasons] == [
        ("A", 30, "Phone is known"), ("B", 25, "Phone is known"), ("C", 5, "Phone is known"),
        ("Cap of Fit", -15, "at most 40 points"),
    ]  # fmt: skip


@pytest.mark.parametrize(("age", "points"), [(0, 40), (29, 20), (30, 20), (60, 10), (300, 0), (-5, 40)])
def test_points_of_a_category_halve_with_age_and_are_cut_towards_zero(age, points):
    made = score(card(rule("Soon", 40, "Urgency")), {**EMPTY, "lead.has_phone": True}, age)
    assert made.points == points
    assert sum(reason["points"] for reason in made.reasons) == points


def test_the_age_at_which_the_band_changes_is_known_beforehand():
    urgent = card(rule("Soon", 60, "Urgency"), rule("Fits", 30, "Fit"))
    hot = score(urgent, {**EMPTY, "lead.has_phone": True})
    assert (hot.points, hot.band, hot.band_until_days) == (90, "Hot", 31)
    assert [score(urgent, {**EMPTY, "lead.has_phone": True}, age).band for age in (30, 31)] == ["Hot", "Warm"]
    warm = score(urgent, {**EMPTY, "lead.has_phone": True}, 31)
    assert warm.band_until_days is None  # the thirty points of fit stay for ever


def test_the_cap_of_the_card_comes_last():
    made = score(card(rule("A", 30, "Fit"), rule("B", 90), most=100), {**EMPTY, "lead.has_phone": True})
    assert made.points == 100
    last = made.reasons[-1]
    assert (tell(last["name"]), last["points"], tell(last["text"])) == ("Cap of the card", -20, "at most 100 points")


POINTS = st.integers(-60, 60).filter(bool)
CARDS = st.builds(
    lambda rules, caps, lives, most: card(
        *(
            rule(f"R{n}", points, category, field)
            for n, (points, category, field) in enumerate(rules)
        ),
        categories=[
            {"name": name, "cap": cap, "half_life_days": life}
            for name, cap, life in zip(("Fit", "Urgency"), caps, lives, strict=True)
        ],
        most=most,
    ),
    st.lists(
        st.tuples(
            POINTS, st.sampled_from(["", "Fit", "Urgency"]), st.sampled_from(["lead.has_phone", "lead.has_email"])
        ),
        max_size=8,
    ),
    st.lists(st.none() | st.integers(1, 50), min_size=2, max_size=2),
    st.lists(st.none() | st.integers(1, 400), min_size=2, max_size=2),
    st.none() | st.integers(1, 60),
)  # fmt: skip
LEAD = st.fixed_dictionaries(
    {**{name: st.none() for name in LEADS.fields}, "lead.has_phone": st.booleans(), "lead.has_email": st.booleans()}
)


@settings(max_examples=150, deadline=None)
@given(card=CARDS, rows=st.lists(st.tuples(LEAD, st.integers(0, 900)), max_size=8))
def test_one_scores_as_many_reasons_add_up_and_caps_are_never_exceeded(card, rows):
    values, ages = [row for row, _age in rows], [age for _row, age in rows]
    many = score_many(card, values, columns_of(values, card.field_names), ages)
    assert many == [score(card, row, age) for row, age in rows]
    for one in many:
        assert sum(reason["points"] for reason in one.reasons) == one.points
        assert card.most is None or one.points <= card.most
        for category in card.categories:
            assert category.cap is None or one.categories[category.name] <= category.cap


@settings(max_examples=150, deadline=None)
@given(card=CARDS, row=LEAD, age=st.integers(0, 900), later=st.integers(0, 900))
def test_points_of_a_category_only_ever_move_towards_zero_and_the_foreseen_day_is_the_first(card, row, age, later):
    now, then = score(card, row, age), score(card, row, age + later)
    for name, points in now.categories.items():
        assert abs(then.categories[name]) <= abs(points)
        assert points * then.categories[name] >= 0
    if now.band_until_days is None or age + later < now.band_until_days:
        assert then.band == now.band
    if now.band_until_days is not None:
        assert score(card, row, now.band_until_days).band != now.band


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"categories": [{"name": ""}]}, "Category 1: it needs a name"),
        ({"categories": [{"name": "Fit"}, {"name": "fit"}]}, "two have the same name"),
        ({"categories": [{"name": "Fit", "cap": 0}]}, "its cap is a whole number from 1"),
        ({"categories": [{"name": "Fit", "half_life_days": 0.5}]}, "its points halve in 1 to 3650 days, or never"),
        ({"categories": [{"name": f"K{n}"} for n in range(7)]}, "there are more than 6"),
        ({"categories": CATEGORIES, "most": -1}, "its cap is a whole number from 1"),
        ({"categories": []}, "Rule 1: its category “Fit” is not on this card"),
    ],
)
def test_what_cannot_be_a_card_is_refused_in_words(given, words):
    with pytest.raises(PolicyError, match=words):
        parse_card([rule("A", 1, "Fit")], [], LEADS, **given)


def test_the_first_card_that_fits_takes_the_lead_and_none_is_told():
    german = parse(LEADS, {"field": "lead.country", "op": "is", "value": "DE"})
    phone = parse(LEADS, {"field": "lead.has_phone", "op": "is", "value": True})
    rows = [{**EMPTY, "lead.country": country, "lead.has_phone": known} for country in ("DE", "FR") for known in (1, 0)]
    rows = [{**row, "lead.has_phone": bool(row["lead.has_phone"])} for row in rows]
    columns = columns_of(rows, ["lead.country", "lead.has_phone"])
    assert first_fit([phone, german], columns, 4).tolist() == [0, 1, 0, -1]
    assert first_fit([german, parse(LEADS, {})], columns, 4).tolist() == [0, 0, 1, 1]
    assert first_fit([], columns, 4).tolist() == [-1] * 4


def test_what_caps_and_age_leave_is_one_function_of_points_and_age():
    made = settle(card(rule("A", 1, "Fit")), (0, 50, -9), 30)
    assert (made.points, made.categories) == (36, {"Fit": 40, "Urgency": -4})

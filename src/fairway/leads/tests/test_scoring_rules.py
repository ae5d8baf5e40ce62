"""Scores as arithmetic: no database."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fairway.core.conditions.subjects import FORBIDDEN_NAMES
from fairway.core.told import tell
from fairway.leads.conditions import CANDIDATES, LEADS, columns_of
from fairway.leads.rules.defaults import SCORE_BANDS, SCORE_RULES
from fairway.leads.rules.scoring import PolicyError, parse_card, score, score_many

CARD = parse_card(SCORE_RULES, SCORE_BANDS, LEADS)
EMPTY = dict.fromkeys(LEADS.fields)


def test_points_add_up_and_every_rule_that_held_says_why():
    values = {
        **EMPTY,
        "lead.timeframe_days": 30,
        "lead.employees": 220,
        "lead.amount": 3_800_000,
        "lead.has_phone": True,
    }
    made = score(CARD, values)
    assert (made.points, made.band) == (67, "Hot")
    assert [(reason["name"], reason["points"]) for reason in made.reasons] == [
        ("Decides within 90 days", 24), ("Size fits", 20), ("Budget named", 17), ("Can be called", 6),
    ]  # fmt: skip
    assert tell(made.reasons[1]["text"]) == "Employees is 220"


def test_nothing_known_gives_no_points():
    assert score(CARD, EMPTY) == score_many(CARD, [EMPTY], columns_of([EMPTY], CARD.field_names))[0]
    assert (score(CARD, EMPTY).points, score(CARD, EMPTY).band, score(CARD, EMPTY).reasons) == (0, "Cool", [])


_ROWS = st.fixed_dictionaries(
    {
        **{name: st.none() for name in LEADS.fields},
        "lead.timeframe_days": st.none() | st.integers(0, 800),
        "lead.employees": st.none() | st.integers(0, 5000),
        "lead.amount": st.none() | st.integers(0, 10**9),
        "lead.product_line": st.none() | st.sampled_from(["wireless", ""]),
        "lead.source_detail": st.sampled_from(["", "Referral by a customer", "Cold Call"]),
        "lead.has_email": st.booleans(),
        "lead.may_be_duplicate": st.booleans(),
    }
)


@settings(max_examples=60, deadline=None)
@given(st.lists(_ROWS, max_size=20))
def test_a_batch_scores_as_one_by_one(rows):
    assert score_many(CARD, rows, columns_of(rows, CARD.field_names)) == [score(CARD, row) for row in rows]


def test_no_field_is_about_a_private_life():
    names = {name.rpartition(".")[2] for name in [*LEADS.fields, *CANDIDATES.fields]}
    assert not names & FORBIDDEN_NAMES
    with pytest.raises(PolicyError, match="private life"):
        parse_card(
            [{"name": "x", "points": 1, "when": {"all": [{"field": "lead.marital_status", "op": "is", "value": "m"}]}}],
            [], LEADS,
        )  # fmt: skip


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ({"name": "", "points": 1, "when": {}}, "Rule 1: it has no name"),
        ({"name": "x", "points": 0, "when": {}}, "not 0"),
        ({"name": "x", "points": 1.5, "when": {}}, "whole number"),
        ({"name": "x", "points": 5, "when": {}}, "no condition"),
        (
            {"name": "x", "points": 5, "when": {"all": [{"field": "lead.score", "op": "at_least", "value": 1}]}},
            "Rule 1",
        ),
    ],
)
def test_a_broken_card_is_refused_in_words(rule, words):
    with pytest.raises(PolicyError, match=words):
        parse_card([rule], [], LEADS)


def test_two_bands_may_not_begin_at_the_same_points():
    with pytest.raises(PolicyError, match="Give each its own"):
        parse_card([], [{"name": "Hot", "at_least": 5}, {"name": "Warm", "at_least": 5}], LEADS)

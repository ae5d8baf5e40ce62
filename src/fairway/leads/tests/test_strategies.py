"""How the best of the eligible is found, and what conditions may ask of leads and partners."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fairway.core.conditions.masks import encode
from fairway.leads.conditions import postal_number
from fairway.leads.rules.scoring import PolicyError
from fairway.leads.tests.test_routing_rules import DAY, NOW, lead, router, rule, table


def by(strategy, **more):
    return rule(action={"kind": "best", "strategy": strategy, "max_km": None, **more})


def test_the_nearest_gets_it_and_one_of_unknown_place_comes_last():
    partners = table(4, record=np.array([0.1, 0.9, 0.9, 0.9]))
    partners.points[1] = np.nan
    made = router(partners, by("nearest"))
    assert [made.decide(lead(lon=2.4), 1).partner for _ in range(2)] == [2, 2]
    partners.capacity[:] = [0, 10, 0, 0]
    assert made.decide(lead(lon=2.4), 1).partner == 2  # the rule's partners were counted with their room before
    assert router(partners, by("nearest")).decide(lead(lon=2.4), 1).partner == 1


def test_leads_go_round_in_fair_turn_whatever_the_distance():
    made = router(table(3), by("turn"))
    assert [made.decide(lead(lon=2.0), 1).partner for _ in range(3)] == [0, 1, 2]
    partners = table(3, last_offered=NOW - DAY * np.array([1.0, 300.0, 200.0]))
    assert router(partners, by("turn")).decide(lead(), 1).partner == 1


def test_the_least_loaded_has_the_largest_free_share_of_its_limit():
    partners = table(3, capacity=np.array([10, 4, 100]), open_leads=np.array([5, 1, 60]))
    made = router(partners, by("load"))
    assert [made.decide(lead(), 1).partner for _ in range(3)] == [1, 0, 1]


def test_the_best_expected_value_goes_by_what_partners_make_of_leads():
    partners = table(3, wins=np.array([0.2, 0.6, 0.4]), record=np.array([0.9, 0.1, 0.9]))
    assert router(partners, by("value")).decide(lead(), 1).partner == 1


def test_a_strategy_that_is_not_known_is_refused_in_words():
    with pytest.raises(PolicyError, match="does not say how the best is found"):
        router(table(1), by("loudest"))


def test_partners_of_the_leads_industry_are_counted_apart_from_others():
    partners = table(3, verticals=[frozenset({"Energy"}), frozenset(), frozenset({"Retail", "Energy"})])
    made = router(partners, rule(match=["vertical"]))
    retail, unknown = made.decide(lead(vertical="Retail"), 1), made.decide(lead(), 1)
    assert (retail.partner, retail.excluded) == (2, {"lacks_vertical": 2})
    assert (unknown.partner, unknown.excluded) == (0, {})


def test_named_partners_never_get_it():
    partners = table(3, columns={"partner.external_id": encode(["P-1", "P-2", "P-3"])})
    never = {"all": [{"field": "partner.external_id", "op": "not_in", "value": ["P-1", "P-2"]}]}
    decision = router(partners, rule(who=never)).decide(lead(), 1)
    assert (decision.partner, decision.excluded) == (2, {"who.0": 2})


def test_a_condition_on_open_leads_holds_from_lead_to_lead():
    few = {"all": [{"field": "partner.open_leads", "op": "at_most", "value": 1}]}
    partners = table(2, columns={"partner.open_leads": np.zeros(2)})
    made = router(partners, rule(who=few))
    found = [made.decide(lead(), 1) for _ in range(5)]
    assert [one.partner for one in found] == [0, 0, 1, 1, None]
    assert found[-1].excluded == {"who.0": 2}


@pytest.mark.parametrize(
    ("code", "number"),
    [("20095", 20095), ("20-095", 20095), ("90210-1234", 902101234), ("SW1A 1AA", None), ("", None), ("1012 AB", 1012)],
)
def test_postal_codes_have_a_number_to_ask_ranges_of(code, number):
    assert postal_number(code) == number


@settings(max_examples=60, deadline=None)
@given(
    seed=st.integers(0, 2**32 - 1), strategy=st.sampled_from(["weighted", "nearest", "turn", "load", "value"]),
    far=st.sampled_from([None, 500, 5000]), leads=st.integers(1, 40),
)  # fmt: skip
def test_one_by_one_and_in_bulk_give_the_same(seed, strategy, far, leads):
    def run():
        rng = np.random.default_rng(seed)
        count = int(rng.integers(1, 30))
        partners = table(
            count, record=rng.uniform(0, 1, count), wins=rng.uniform(0, 1, count),
            open_leads=rng.integers(0, 5, count), capacity=rng.integers(0, 9, count),
            last_offered=NOW - rng.uniform(0, 90, count) * DAY,
        )  # fmt: skip
        weights = {"distance": 30, "record": 30, "room": 20, "turn": 20}
        made = router(partners, by(strategy, max_km=far, weights=weights))
        places = [lead(rng.uniform(-90, 90), rng.uniform(-180, 180)) for _ in range(leads)]
        return made, [*places, lead(point=np.full(3, np.nan))]

    one, places = run()
    many, _same = run()
    assert many.decide_many(places, [1] * len(places)) == [one.decide(each, 1) for each in places]
    assert (many.partners.open_leads == one.partners.open_leads).all()

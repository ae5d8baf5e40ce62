"""Routing as arithmetic: no database."""

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fairway.leads.conditions import CANDIDATES, LEADS
from fairway.leads.rules.candidates import LeadFacts, PartnerTable, Router, kilometres, shrunk, unit_vectors
from fairway.leads.rules.defaults import ROUTING_RULES
from fairway.leads.rules.routing import ACTIONS, EXCLUDED, MATCHES, PARTS, excluded_text, parse_rules, sentence_of
from fairway.leads.rules.scoring import PolicyError

NOW = 1_770_000_000.0
DAY = 86_400.0


def rule(**changes):
    given = {
        "uid": "r", "name": "", "when": {}, "who": {}, "match": [], "limit_hours": 8, "partners_at_most": 3,
        "action": {"kind": "best", "weights": {"distance": 100}, "max_km": None},
    }  # fmt: skip
    return {**given, **changes}


def table(count, **changes):
    """Partners 1..count along the equator, one degree apart, with room for ten."""
    lon = np.arange(count, dtype=np.float64)
    made = PartnerTable(
        ids=np.arange(1, count + 1), uids=[f"u{i}" for i in range(1, count + 1)],
        names=[f"Partner {i}" for i in range(1, count + 1)], cities=[""] * count,
        countries=np.array(["US"] * count, dtype=object), states=np.array(["CA"] * count, dtype=object),
        territories=np.array([""] * count, dtype=object), product_lines=[frozenset()] * count,
        points=unit_vectors(np.zeros(count), lon), active=np.ones(count, dtype=bool),
        accepting=np.ones(count, dtype=bool), capacity=np.full(count, 10), open_leads=np.zeros(count, dtype=np.int64),
        record=np.full(count, 0.5), last_offered=np.full(count, -np.inf),
        columns={"partner.tier": np.array(["gold" if i % 2 else "silver" for i in range(count)], dtype=object)},
    )  # fmt: skip
    return replace(made, **changes)


def lead(lat=0.0, lon=0.0, **changes):
    facts = LeadFacts(
        country="US", state="CA", territory="", product_line="", offers_made=0, had_before=frozenset(),
        point=unit_vectors(np.array([lat]), np.array([lon]))[0],
    )  # fmt: skip
    return replace(facts, **changes)


def router(partners, *rules):
    return Router(parse_rules(rules or [rule()], LEADS, CANDIDATES), partners, NOW)


def test_the_nearest_partner_gets_the_lead_and_the_next_four_are_shown():
    decision = router(table(8)).decide(lead(), 1)
    assert (decision.outcome, decision.partner, decision.considered) == ("offered", 0, 8)
    assert [row["partner"] for row in decision.candidates] == ["u1", "u2", "u3", "u4", "u5"]
    assert [row["decided"] for row in decision.candidates] == ["offered", *["less_distance"] * 4]
    assert decision.candidates[1]["km"] == 111.2


def test_distance_crosses_the_date_line_and_the_poles():
    places = unit_vectors(np.array([0.0, 0.0, 89.0, -90.0]), np.array([-179.5, 170.0, 180.0, 77.0]))
    here = unit_vectors(np.array([0.0]), np.array([179.5]))[0]
    assert kilometres(here, places)[0] == pytest.approx(111.19, abs=0.01)
    assert np.argmin(kilometres(here, places)) == 0
    pole = unit_vectors(np.array([89.0]), np.array([0.0]))[0]
    assert kilometres(pole, places)[2] == pytest.approx(2 * 111.19, abs=0.02)
    assert kilometres(pole, places)[3] == pytest.approx(math.pi * 6371.0088 * 179 / 180, abs=0.1)


@given(
    st.lists(st.tuples(st.floats(-90, 90), st.floats(-180, 180)), min_size=2, max_size=2),
)
def test_distance_is_symmetric_and_never_longer_than_half_the_earth(pair):
    points = unit_vectors(np.array([p[0] for p in pair]), np.array([p[1] for p in pair]))
    there, back = kilometres(points[0], points[1:])[0], kilometres(points[1], points[:1])[0]
    assert there == pytest.approx(back)
    assert 0 <= there <= 20_016


def test_a_full_partner_is_shown_but_the_next_gets_the_lead():
    partners = table(3)
    partners.open_leads[0] = 10
    decision = router(partners).decide(lead(), 1)
    assert decision.partner == 1
    assert decision.excluded == {"no_room": 1}
    assert [(row["partner"], row["decided"]) for row in decision.candidates] == [
        ("u2", "offered"), ("u1", "no_room"), ("u3", "less_distance"),
    ]  # fmt: skip


def test_every_reason_for_exclusion_is_counted_once():
    partners = table(
        9,
        active=np.array([False] + [True] * 8), accepting=np.array([True, False] + [True] * 7),
        countries=np.array(["US"] * 3 + ["CA"] + ["US"] * 5, dtype=object),
        capacity=np.array([10, 10, 10, 10, 10, 0, 10, 10, 10]),
    )  # fmt: skip
    with_tier = {"all": [{"field": "partner.tier", "op": "is", "value": "gold"}]}
    best = {"kind": "best", "weights": {"distance": 1}, "max_km": 800}
    made = router(partners, rule(who=with_tier, match=["country"], action=best))
    decision = made.decide(lead(had_before=frozenset({8})), 1)
    assert decision.outcome == "waiting"
    assert decision.excluded == {
        "paused": 1, "not_accepting": 1, "who.0": 4, "other_country": 1, "had_before": 1, "no_room": 1,
    }  # fmt: skip
    assert sum(decision.excluded.values()) == 9
    assert decision.waiting_because == (
        "No partner is eligible by rule 1: 4 without: Tier is gold, 1 paused, 1 not accepting leads, "
        "1 in another country, 1 had this lead before, 1 with no room left."
    )


def test_too_far_and_unknown_places_are_told_apart():
    partners = table(3)
    partners.points[2] = np.nan
    best = {"kind": "best", "weights": {"distance": 1}, "max_km": 50}
    decision = router(partners, rule(action=best)).decide(lead(), 1)
    assert (decision.partner, decision.excluded) == (0, {"place_unknown": 1, "too_far": 1})


def test_a_lead_without_country_or_place_still_finds_a_partner():
    best = {"kind": "best", "weights": {"distance": 50, "turn": 50}, "max_km": None}
    partners = table(3)
    partners.last_offered[:] = [NOW - 40 * DAY, NOW - 3 * DAY, NOW - DAY]
    unknown = lead(country="", state="", point=np.full(3, np.nan))
    assert router(partners, rule(match=["country", "state"], action=best)).decide(unknown, 1).partner == 0


def test_capacity_zero_everywhere_lets_the_lead_wait():
    decision = router(table(4, capacity=np.zeros(4, dtype=np.int64))).decide(lead(), 1)
    assert (decision.outcome, decision.partner, decision.excluded) == ("waiting", None, {"no_room": 4})


def test_no_partners_and_no_rules_let_the_lead_wait():
    assert router(table(0)).decide(lead(), 1).waiting_because == "No partner is eligible by rule 1."
    none = Router((), table(2), NOW)
    assert none.rule_numbers({}, 3).tolist() == [0, 0, 0]
    assert none.decide(lead(), 0).waiting_because == "No rule matches this lead."


def test_the_first_rule_that_matches_decides():
    over = {"all": [{"field": "lead.amount", "op": "at_least", "value": 100}]}
    rules = [rule(uid="a", when=over), rule(uid="b", when={"any": []}), rule(uid="c")]
    columns = {"lead.amount": np.array([50.0, 100.0, np.nan])}
    assert router(table(1), *rules).rule_numbers(columns, 3).tolist() == [3, 1, 3]


def test_a_named_partner_gets_the_lead_or_it_waits():
    named = rule(action={"kind": "named", "partner": "u3"})
    assert router(table(4), named).decide(lead(), 1).partner == 2
    full = router(table(4, capacity=np.array([9, 9, 0, 9])), named).decide(lead(), 1)
    assert (full.outcome, full.excluded) == ("waiting", {"no_room": 1})


def test_the_customers_partner_gets_the_lead_or_it_waits():
    known = rule(action={"kind": "known"})
    made = router(table(4, capacity=np.array([9, 9, 1, 9])), known)
    assert made.decide(lead(known_partner=3), 1).partner == 2
    full = made.decide(lead(known_partner=3), 1)
    assert (full.outcome, full.excluded) == ("waiting", {"no_room": 1})
    assert made.decide(lead(known_partner=2), 1).partner == 1
    assert made.decide(lead(), 1).outcome == "waiting"


def test_a_rule_may_leave_it_to_a_person_and_gives_up_after_so_many_partners():
    assert router(table(2), rule(action={"kind": "person"})).decide(lead(), 1).outcome == "person"
    decision = router(table(2)).decide(lead(offers_made=3), 1)
    assert (decision.outcome, decision.waiting_because) == (
        "person", "Offers made: 3. Now the account manager decides.",
    )  # fmt: skip


def test_of_equals_it_is_the_turn_of_the_one_who_waited_longest():
    partners = table(3, points=unit_vectors(np.zeros(3), np.zeros(3)))
    made = router(partners)
    partners.last_offered[:] = [NOW - DAY, NOW - 2 * DAY, -np.inf]
    assert [made.decide(lead(), 1).partner for _ in range(4)] == [2, 1, 0, 0]


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), leads=st.integers(1, 60), capacity=st.integers(0, 4))
def test_a_batch_never_exceeds_a_limit_and_decides_the_same_twice(seed, leads, capacity):
    rng = np.random.default_rng(seed)
    count = 6

    def run():
        made = np.random.default_rng(seed)
        partners = table(
            count, points=unit_vectors(made.uniform(-90, 90, count), made.uniform(-180, 180, count)),
            capacity=np.full(count, capacity), record=made.uniform(0, 1, count),
        )  # fmt: skip
        best = {"kind": "best", "weights": {"distance": 30, "record": 30, "room": 20, "turn": 20}, "max_km": 9000}
        run_router = router(partners, rule(action=best))
        places = zip(made.uniform(-90, 90, leads), made.uniform(-180, 180, leads), strict=True)
        return partners, [run_router.decide(lead(lat, lon), 1) for lat, lon in places]

    partners, first = run()
    assert first == run()[1]
    assert (partners.open_leads <= capacity).all()
    assert partners.open_leads.sum() == sum(decision.partner is not None for decision in first)
    for decision in first:
        assert sum(decision.excluded.values()) <= decision.considered == count
        assert (decision.partner is None) == (decision.outcome == "waiting")
    assert rng is not None


def test_fit_is_the_best_of_the_eligible_by_exhaustive_search():
    rng = np.random.default_rng(7)
    count = 40
    partners = table(
        count, points=unit_vectors(rng.uniform(-60, 60, count), rng.uniform(-180, 180, count)),
        capacity=rng.integers(0, 5, count), record=rng.uniform(0, 1, count),
        open_leads=rng.integers(0, 5, count), last_offered=NOW - rng.uniform(0, 60, count) * DAY,
    )  # fmt: skip
    weights = {"distance": 40, "record": 40, "room": 20, "turn": 5}

    def fit(i, point):
        km = 2 * 6371.0088 * math.asin(min(1, math.dist(partners.points[i], point) / 2))
        room = (partners.capacity[i] - partners.open_leads[i]) / partners.capacity[i]
        turn = min(1, (NOW - partners.last_offered[i]) / (30 * DAY))
        return (40 / (1 + km / 100) + 40 * partners.record[i] + 20 * room + 5 * turn) / 105 * 100

    made = router(partners, rule(action={"kind": "best", "weights": weights, "max_km": None}))
    for _ in range(30):
        one = lead(rng.uniform(-60, 60), rng.uniform(-180, 180))
        free = [i for i in range(count) if partners.open_leads[i] < partners.capacity[i]]
        best = max(free, key=lambda i: round(fit(i, one.point), 6), default=None)
        decision = made.decide(one, 1)
        assert decision.partner == best
        if best is None:
            break
        partners.last_offered[best] = NOW - 10 * DAY


def test_few_answers_are_drawn_towards_the_mean():
    record = shrunk(np.array([1, 0, 90]), np.array([1, 0, 99]))
    assert record[1] == pytest.approx(0.91)
    assert record[1] < record[0] < 1
    assert shrunk(np.array([0]), np.array([0]))[0] == 0.5


@pytest.mark.parametrize(
    ("broken", "words"),
    [
        ({"action": {"kind": "best", "weights": {}}}, "Rule 1: weights are numbers"),
        ({"action": {"kind": "best", "weights": {"luck": 5}}}, "weights are numbers"),
        ({"action": {"kind": "best", "weights": {"turn": 5}, "max_km": -1}}, "between 1 and 20040 km"),
        ({"action": {"kind": "named", "partner": ""}}, "names no partner"),
        ({"action": {"kind": "auction"}}, "does not say who gets"),
        ({"limit_hours": 0}, "limit hours is a number from 0.25 to 1440"),
        ({"partners_at_most": True}, "partners at most is a number"),
        ({"match": ["taste"]}, "can share: country"),
        ({"when": {"all": [{"field": "lead.gender", "op": "is", "value": "f"}]}}, "private life"),
        ({"who": {"all": [{"field": "partner.mood", "op": "is", "value": "good"}]}}, "Rule 1: condition 1"),
    ],
)
def test_a_broken_rule_is_refused_in_words(broken, words):
    with pytest.raises(PolicyError, match=words):
        parse_rules([rule(**broken)], LEADS, CANDIDATES)


def test_the_default_rules_read_as_sentences():
    rules = parse_rules(ROUTING_RULES, LEADS, CANDIDATES)
    said = ["".join(text for text, _value in sentence_of(each)) for each in rules]
    assert said[0] == "Leads where Customer has a partner go to that partner."
    assert said[2] == (
        "Leads where Place is on the map go to the partner of the same country who fits best by "
        "distance 40, record 30, room 20, turn 10 within 250 km."
    )
    assert said[4].startswith("All leads go to the partner of the same country who fits best")
    assert str(excluded_text({"too_far": 24, "paused": 4}, rules[2])) == "24 too far, 4 paused"


def test_the_page_on_routing_names_every_reason_part_and_action():
    page = (Path(__file__).resolve().parents[4] / "docs" / "routing.md").read_text()
    assert [name for name in [*EXCLUDED, *PARTS, *MATCHES, *ACTIONS] if f"`{name}`" not in page] == []

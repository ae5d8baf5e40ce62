"""Decisions of a plan taken again, and a batch of one beside a decision of one."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.api import program_of

from fairway.connect.actions.duplicates import merge_duplicate
from fairway.connect.models import DuplicatePair
from fairway.core.access import system_member
from fairway.core.tenancy.acting import acting_for
from fairway.core.tenancy.context import entering
from fairway.leads.actions.plans import begin_plan
from fairway.leads.actions.routing import route_leads
from fairway.leads.api import decisions
from fairway.leads.conditions import CANDIDATES, LEADS, subject_in
from fairway.leads.models import AssignmentLine, Lead, Offer, RoutingDecision
from fairway.leads.queries.plan_replay import differing
from fairway.leads.queries.replay import replay, replay_many
from fairway.leads.rules.assignment import NOBODY
from fairway.leads.rules.candidates import Router
from fairway.leads.rules.partner_table import FACTS, LeadFacts, table_of, unit_vectors
from fairway.leads.rules.planning import Basis, explained, holds
from fairway.leads.rules.routing import parse_rules
from fairway.leads.tests.test_plans import AT, SMALL, carried, lines, planned, read, run_pending
from fairway.leads.tests.test_routing import captured, profile, publish

VALUE = {"kind": "best", "strategy": "value", "max_km": None}


def ended(cast, partner, won, lost):
    """Leads of a partner that became deals, and others that came to nothing."""
    ids = captured(cast, won + lost)
    with acting_for(cast.admin):
        rows = Lead.objects.filter(pk__in=ids)
        rows.update(partner=partner, accepted_at=AT, state="closed", closed_at=AT)
        rows.filter(pk__in=ids[:won]).update(state="converted")


@pytest.fixture
def room(acme):
    profile(acme, acme.beta, lead_capacity=3, employees=10)
    profile(acme, acme.gamma, lead_capacity=2, employees=500)
    publish(acme, {"action": VALUE, "match": []})


@pytest.mark.parametrize("pairs_most", [10_000, 0])
@pytest.mark.parametrize("asked", [{}, {"most_percent": 50}, {"least_percent": 60, "favoured": SMALL},
                                   {"least_percent": 100, "favoured": SMALL}])  # fmt: skip
def test_every_lead_of_a_plan_comes_out_the_same_although_everything_changed(acme, room, asked, pairs_most):
    plan = carried(acme, planned(acme, 6, **asked))
    with entering(acme.admin.context):
        before = differing(read(acme, plan), pairs_most=pairs_most)
    profile(acme, acme.beta, lead_capacity=0, employees=9000, accepts_leads=False)
    publish(acme, {"action": {"kind": "person"}})
    with acting_for(acme.admin):
        Lead.objects.update(country="DE", amount_minor=1)
    with entering(acme.admin.context):
        assert (before, differing(read(acme, plan), pairs_most=pairs_most)) == ([], [])
    decided = [line.lead_id for line in lines(acme, plan) if line.state == "offered"]
    assert decided
    assert [one.differences for one in replay_many(lead_ids=decided, actor=acme.admin)] == [[]] * len(decided)


def test_a_decision_of_a_plan_says_what_decided_with_prices_and_how_many_fell_out_why(acme, client_of):
    profile(acme, acme.beta, lead_capacity=1)
    profile(acme, acme.gamma, lead_capacity=5, accepts_leads=False)
    publish(acme, {"action": VALUE, "match": []})
    plan = carried(acme, planned(acme, 2))
    (gone,) = [line for line in lines(acme, plan) if line.state == "offered"]
    (left,) = [line for line in lines(acme, plan) if line.state == "left"]
    assert gone.excluded == left.excluded == {"not_accepting": 1}
    assert [(one[0], one[8]) for one in gone.candidates] == [(acme.beta.pk, 20_000)]
    assert left.candidates[0][9] > 0, "the place has a price"
    with entering(acme.admin.context):
        lead = Lead.objects.get(pk=gone.lead_id)
        decision = RoutingDecision.objects.get(lead=lead)
        assert (decision.run_id, decision.considered) == (read(acme, plan).run_id, 2)
        assert replay(lead).differences == []
    client = client_of(acme.admin)
    page = client.get(f"/acme/console/leads/{lead.uid}/").content.decode()
    assert "Price of a place" in page
    assert "1 not accepting leads" in page
    assert "Same answer" in client.get(f"/acme/console/leads/{lead.uid}/replay/").content.decode()
    found = program_of(acme.operations).get(f"leads/{lead.uid}/decision").json()
    assert (found["is_batch"], found["is_same_again"], found["candidates"][0]["worth"]) == (True, True, "$200")


def merged_away(cast, lead_id):
    """The lead became one with another."""
    (kept,) = captured(cast)
    with acting_for(cast.operations):
        first, second = sorted((kept, lead_id))
        pair = DuplicatePair.objects.create(
            vendor=cast.acme, kind="leads", first_id=first, second_id=second, likeness=1, found_at=AT
        )
        Offer.objects.filter(lead_id=lead_id).update(state="recalled")
        Lead.objects.filter(pk=lead_id).update(state="waiting", partner=None)
    merge_duplicate(pair=pair, winner_id=kept, actor=cast.operations, at=AT)
    return pair, kept


def test_the_decision_of_a_lead_that_was_merged_away_is_still_taken_again(acme, room, client_of):
    plan = carried(acme, planned(acme, 2))
    gone = lines(acme, plan)[0].lead_id
    pair, kept = merged_away(acme, gone)
    with entering(acme.admin.context):
        assert DuplicatePair.objects.get(pk=pair.pk).state == "merged"
        lead = Lead.objects.get(pk=gone)
        assert replay(lead).differences == []
        assert differing(read(acme, plan)) == []
    assert program_of(acme.operations).get(f"leads/{lead.uid}/decision").json()["is_same_again"] is True
    with acting_for(acme.admin):  # as a merge turned them before
        AssignmentLine.objects.filter(plan=plan, lead_id=gone).update(lead_id=kept)
    page = client_of(acme.admin).get(f"/acme/console/leads/{lead.uid}/replay/").content.decode()
    assert "This decision cannot be taken again" in page
    assert "merged since" in page
    found = program_of(acme.operations).get(f"leads/{lead.uid}/decision").json()
    assert (found["is_same_again"], found["is_by_prices"], found["differences"]) == (None, None, [])
    assert replay_many(lead_ids=[gone], actor=acme.admin) == []


@pytest.mark.parametrize(("pairs_most", "is_by_prices"), [(4, False), (3, True)])
def test_a_program_that_reads_a_decision_of_a_large_batch_gets_it_held_against_the_prices(
    acme, room, monkeypatch, pairs_most, is_by_prices
):
    plan = carried(acme, planned(acme, 2))
    monkeypatch.setattr(decisions, "PAIRS_MOST_OF_PROGRAMS", pairs_most)
    with entering(acme.admin.context):
        lead = Lead.objects.get(pk=lines(acme, plan)[0].lead_id)
    whole = []
    monkeypatch.setattr(Basis, "assign", spied(Basis.assign, whole))
    found = program_of(acme.operations).get(f"leads/{lead.uid}/decision").json()
    assert (found["is_same_again"], found["is_by_prices"], len(whole)) == (True, is_by_prices, 0 if is_by_prices else 1)


def spied(function, calls):
    def call(*args):
        calls.append(args)
        return function(*args)

    return call


@pytest.mark.parametrize("pairs_most", [10_000, 0])
def test_a_plan_that_was_tampered_with_is_told(acme, room, pairs_most):
    ended(acme, acme.gamma, 5, 0)
    ended(acme, acme.beta, 0, 5)
    plan = planned(acme, 2)
    with acting_for(acme.admin):
        first = AssignmentLine.objects.filter(plan=plan).order_by("place").first()
        assert first.partner_id == acme.gamma.pk
        AssignmentLine.objects.filter(pk=first.pk).update(partner=acme.beta)
    with entering(acme.admin.context):
        assert differing(read(acme, plan), pairs_most=pairs_most) == [first.lead_id]


def test_a_batch_of_one_lead_goes_where_the_rule_sends_it_alone(acme):
    for partner in (acme.beta, acme.gamma):
        profile(acme, partner, lead_capacity=5)
    ended(acme, acme.gamma, 2, 1)
    ended(acme, acme.beta, 1, 9)
    publish(acme, {"action": VALUE, "match": []})
    (planned_id,) = captured(acme, amount_minor=100_000, currency="USD")
    plan = begin_plan(lead_ids=[planned_id], actor=acme.operations, at=AT)
    run_pending()
    (alone,) = captured(acme, amount_minor=100_000, currency="USD")
    route_leads(lead_ids=[alone], actor=system_member(acme.acme.pk, "Routing", kind="rule"), at=AT)
    with entering(acme.admin.context):
        decision = RoutingDecision.objects.get(lead_id=alone)
    (line,) = lines(acme, plan)
    assert line.partner_id == decision.partner_id == acme.gamma.pk


@st.composite
def channels(draw):
    """A table of partners with won and lost leads, some of them equals, and one rule by expected value."""
    count = draw(st.integers(1, 120))
    chance = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    most_won = draw(st.sampled_from([0, 1, 6]))
    rows = {}
    for key in range(1, count + 1):
        ended_leads = int(chance.integers(0, 8))
        given_facts = {
            "country": "US", "state": "", "territory": "", "city": "", "kinds": [], "verticals": [],
            "product_lines": [], "employees": None, "latitude": None, "longitude": None,
            "active": bool(chance.random() < 0.9), "accepting": True, "capacity": int(chance.integers(0, 3)),
            "tier": "", "credentials": [], "open": int(chance.integers(0, 2)), "accepted": 0, "answered": 0,
            "last": None if chance.random() < 0.3 else int(chance.integers(0, 3)) * 1_000_000,
            "minutes": 0, "timed": 0, "won": min(ended_leads, int(chance.integers(0, most_won + 1))),
            "ended": ended_leads, "external_id": "", "name": "",
        }  # fmt: skip
        rows[key] = [given_facts[name] for name in FACTS]
    return table_of(rows, {})


RULES = parse_rules(
    [{"uid": "1", "name": "", "when": {}, "who": {}, "match": [], "action": VALUE, "limit_hours": 8,
      "partners_at_most": 3}],
    subject_in(LEADS, "USD"), subject_in(CANDIDATES, "USD"),
)  # fmt: skip
LEAD = LeadFacts(
    country="US", state="", territory="", product_line="",
    point=unit_vectors(np.array([np.nan]), np.array([np.nan]))[0], offers_made=0, had_before=frozenset(),
)  # fmt: skip


@settings(max_examples=200, deadline=None)
@given(channels(), st.lists(st.integers(1, 120), max_size=4))
def test_a_batch_of_one_equals_the_decision_of_one_whatever_the_channel(partners, had):
    lead = replace(LEAD, had_before=frozenset(had))
    basis = Basis.by(Router(RULES, partners, 1e9), [lead], [1], np.array([12_345.0]))
    found = basis.assign(1.0, 0.0, np.zeros(len(partners), dtype=np.bool_))
    (line,) = explained(basis, found)
    single = Router(RULES, partners, 1e9).decide(lead, 1)
    chosen = None if single.partner is None else int(partners.ids[single.partner])
    mine = None if line.placed.partner == NOBODY else int(basis.ids[line.placed.partner])
    if not partners.wins.any():
        return  # Nobody ever wins: in a batch nothing is worth anything, and a rule still takes the next in turn.
    assert mine == chosen


@settings(max_examples=100, deadline=None)
@given(channels(), st.integers(1, 40), st.sampled_from([0.0, 0.3, 0.9]), st.integers(0, 2**32 - 1))
def test_a_batch_comes_out_the_same_again_and_every_lead_is_where_its_prices_say(partners, leads, least, seed):
    worth = np.random.default_rng(seed).lognormal(8, 1, leads)
    favoured = np.arange(len(partners)) % 3 == 0
    basis, other = (Basis.by(Router(RULES, partners, 1e9), [LEAD] * leads, [1] * leads, worth) for _again in range(2))
    found, again = (one.assign(1.0, least, favoured) for one in (basis, other))
    assert explained(basis, found) == explained(other, again)
    assert all(holds(basis, found, favoured, lead) for lead in range(leads))

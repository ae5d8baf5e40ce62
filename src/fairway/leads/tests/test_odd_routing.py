"""Leads and rules that are odd: no country, the date line and the poles, no room anywhere, pauses, clock changes."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fairway.core.access import system_member
from fairway.core.tenancy.acting import acting_for
from fairway.core.tenancy.context import entering
from fairway.leads.actions.pools import save_pool
from fairway.leads.actions.routing import route_leads
from fairway.leads.models import Lead, Offer, PoolEntry
from fairway.leads.queries.replay import replay_many
from fairway.leads.tests.test_pools import a_pool, lead_now, pooled, to_pool
from fairway.leads.tests.test_routing import AT, captured, profile, publish
from fairway.workflow.models import Deadline

NEAREST = {"kind": "best", "strategy": "nearest", "max_km": 500}


@pytest.fixture
def rules(acme):
    return system_member(acme.acme.pk, "Routing", kind="rule")


def placed(cast, lead_ids, latitude, longitude):
    with acting_for(cast.admin):
        Lead.objects.filter(pk__in=lead_ids).update(latitude=latitude, longitude=longitude)


def partner_of(cast, lead_id):
    with entering(cast.admin.context):
        return Offer.objects.filter(lead_id=lead_id).values_list("partner_id", flat=True).first()


@pytest.mark.parametrize(
    ("beta", "gamma", "lead"),
    [
        ((-17.7, 178.0), (-13.8, 172.0), (-17.0, -179.9)),  # Fiji, over the date line
        ((89.9, 10.0), (80.0, -170.0), (89.9, -170.0)),  # both beside the pole, on other meridians
        ((-90.0, 0.0), (-86.0, 0.0), (-89.99, 180.0)),
    ],
)
def test_the_nearest_is_near_over_the_date_line_and_at_the_poles(acme, rules, beta, gamma, lead):
    profile(acme, acme.beta, lead_capacity=5, latitude=beta[0], longitude=beta[1])
    profile(acme, acme.gamma, lead_capacity=5, latitude=gamma[0], longitude=gamma[1])
    publish(acme, {"action": {**NEAREST, "max_km": None}, "match": []})
    ids = captured(acme)
    placed(acme, ids, *lead)
    assert route_leads(lead_ids=ids, actor=rules, at=AT) == {"offered": 1}
    assert partner_of(acme, ids[0]) == acme.beta.pk


def test_a_lead_without_country_binds_nobody_by_country_and_goes_on(acme, rules):
    profile(acme, acme.beta, lead_capacity=5)
    publish(acme, {"match": ["country"]})
    (lead_id,) = captured(acme, country="")
    assert route_leads(lead_ids=[lead_id], actor=rules, at=AT) == {"offered": 1}


def test_without_room_anywhere_every_lead_waits_and_says_why(acme, rules):
    profile(acme, acme.beta, lead_capacity=0)
    profile(acme, acme.gamma, lead_capacity=0)
    publish(acme, {"match": []})
    ids = captured(acme, 3)
    assert route_leads(lead_ids=ids, actor=rules, at=AT) == {"waiting": 3}
    said = {lead_now(acme, lead_id).waiting_because for lead_id in ids}
    assert said == {"No partner is eligible by rule 1: 2 with no room left."}


def test_a_rule_that_matches_nobody_says_so_and_the_pool_of_nobody_too(acme, rules):
    profile(acme, acme.beta, lead_capacity=5)
    never = {"field": "lead.country", "op": "is", "value": "NZ"}
    publish(acme, {"when": never, "match": []})
    (lead_id,) = captured(acme)
    assert route_leads(lead_ids=[lead_id], actor=rules, at=AT) == {"waiting": 1}
    assert lead_now(acme, lead_id).waiting_because == "No rule matches this lead."
    gone = {"kind": "pool", "pool": "0198f2aa-0000-7000-8000-00000000000f"}
    publish(acme, {"action": gone, "match": []})
    assert route_leads(lead_ids=[lead_id], actor=rules, at=AT) == {"waiting": 1}
    assert lead_now(acme, lead_id).waiting_because == "The pool of rule 1 is shut or gone."


@pytest.mark.parametrize(
    ("pooled_at", "widens_at"),
    [
        # Clocks go forward on 8 March 2026 in New York, back on 1 November; office hours are 9 to 17 there.
        ("2026-03-06T21:00:00+00:00", "2026-03-09T16:00:00+00:00"),
        ("2026-10-30T20:00:00+00:00", "2026-11-02T17:00:00+00:00"),
    ],
)
def test_a_pool_widens_after_business_hours_over_a_change_of_the_clocks(acme, rules, pooled_at, widens_at):
    pool = a_pool(acme, who={}, wider={}, widen_after_hours=4)
    pooled(acme, rules, pool, at=datetime.fromisoformat(pooled_at))
    with entering(acme.admin.context):
        due = Deadline.objects.get(kind="widen").due_at
    assert due == datetime.fromisoformat(widens_at)


LIMITS = st.tuples(st.integers(0, 3), st.integers(0, 3), st.booleans(), st.integers(1, 5), st.booleans())


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(drawn=LIMITS)
def test_no_lead_is_offered_and_pooled_at_once_and_each_decision_comes_out_the_same(acme, rules, drawn):
    beta, gamma, is_open, count, has_pool_first = drawn
    profile(acme, acme.beta, lead_capacity=beta)
    profile(acme, acme.gamma, lead_capacity=gamma)
    with entering(acme.admin.context):
        number = PoolEntry.objects.count() + Lead.objects.count()
    pool = save_pool(
        pool=None, actor=acme.operations, at=AT, name=f"Drawn {number} {drawn}"[:100], who={}, wider={},
        is_open=is_open,
    )  # fmt: skip
    into = {"action": {"kind": "pool", "pool": str(pool.uid)}, "match": []}
    small = {"all": [{"field": "lead.employees", "op": "at_most", "value": 50}]}
    best = {"match": [], **({"when": small} if not has_pool_first else {})}
    publish(acme, *([{**into, "when": small}, best] if has_pool_first else [best, into]))
    ids = [*captured(acme, count, employees=10), *captured(acme, count, employees=90)]
    route_leads(lead_ids=ids, actor=rules, at=AT + timedelta(minutes=number))
    with entering(acme.admin.context):
        states = dict(Lead.objects.filter(pk__in=ids).values_list("pk", "state"))
        offered = list(Offer.objects.filter(lead_id__in=ids, state="open").values_list("lead_id", flat=True))
        lying = list(PoolEntry.objects.filter(lead_id__in=ids, closed_at=None).values_list("lead_id", flat=True))
    assert sorted(offered) == sorted(pk for pk, state in states.items() if state == "offered")
    assert sorted(lying) == sorted(pk for pk, state in states.items() if state == "pooled")
    assert not set(offered) & set(lying)
    assert set(states.values()) <= {"offered", "pooled", "waiting"}
    assert [one.differences for one in replay_many(lead_ids=ids, actor=acme.admin)] == [[]] * len(ids)


def test_a_pool_named_by_a_rule_is_there_again_when_it_is_opened(acme, rules):
    pool = a_pool(acme, is_open=False)
    profile(acme, acme.beta, lead_capacity=5)
    to_pool(acme, pool)
    ids = captured(acme)
    assert route_leads(lead_ids=ids, actor=rules, at=AT) == {"waiting": 1}
    save_pool(pool=pool, actor=acme.operations, at=AT, is_open=True)
    later = datetime(2026, 3, 4, 16, tzinfo=UTC)
    assert route_leads(lead_ids=ids, actor=rules, at=later) == {"pool": 1}

"""Decisions taken again from what their run knew."""

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fairway.core.access import system_member
from fairway.core.tenancy.acting import acting_for
from fairway.core.tenancy.context import entering
from fairway.leads.actions.offers import decline_offer, offer_lead_to
from fairway.leads.actions.routing import keep_run, route_leads
from fairway.leads.models import Lead, Offer, RoutingDecision, RoutingRun
from fairway.leads.queries.replay import replay, replay_many
from fairway.leads.queries.runs import packed_rows, rows_of_run
from fairway.leads.rules.partner_table import FACTS, changed_rows, with_changes
from fairway.leads.tests.test_routing import AT, captured, profile, publish

BEST = {"kind": "best", "weights": {"distance": 30, "record": 30, "room": 20, "turn": 20}, "max_km": None}


@pytest.fixture
def rules(acme):
    return system_member(acme.acme.pk, "Routing", kind="rule")


def again(cast, lead_ids):
    return replay_many(lead_ids=lead_ids, actor=cast.admin)


def test_every_decision_of_a_batch_comes_out_the_same(acme, rules):
    profile(acme, acme.beta, lead_capacity=4, latitude=41.0, longitude=-74.0)
    profile(acme, acme.gamma, lead_capacity=3)
    publish(acme, {"action": BEST})
    ids = captured(acme, 9, city="Albany", state_code="NY")
    assert route_leads(lead_ids=ids, actor=rules, at=AT) == {"offered": 7, "waiting": 2}
    found = again(acme, ids)
    assert len(found) == 9
    assert [one.differences for one in found] == [[]] * 9


def test_what_changes_later_does_not_change_the_answer(acme, rules):
    profile(acme, acme.beta, lead_capacity=9)
    profile(acme, acme.gamma, lead_capacity=8)
    publish(acme, {"action": BEST})
    ids = captured(acme, 3)
    route_leads(lead_ids=ids, actor=rules, at=AT)
    profile(acme, acme.beta, lead_capacity=0, accepts_leads=False)
    publish(acme, {"action": {"kind": "person"}})
    with acting_for(acme.admin):
        Lead.objects.update(country="DE")
    assert [one.is_same for one in again(acme, ids)] == [True] * 3


def test_an_answer_that_was_tampered_with_is_told(acme, rules):
    profile(acme, acme.beta, lead_capacity=9)
    profile(acme, acme.gamma, lead_capacity=9)
    publish(acme, {"action": BEST})
    (lead_id,) = captured(acme)
    route_leads(lead_ids=[lead_id], actor=rules, at=AT)
    with acting_for(acme.admin):
        decision = RoutingDecision.objects.get()
        other = acme.gamma if decision.partner_id == acme.beta.pk else acme.beta
        was = {acme.beta.pk: acme.beta, acme.gamma.pk: acme.gamma}[decision.partner_id]
        RoutingDecision.objects.update(partner=other)
    assert again(acme, [lead_id])[0].differences == [f"Now: {was.name}. Then: {other.name}."]


def test_a_second_run_keeps_only_what_is_other_than_in_the_first(acme, rules):
    profile(acme, acme.beta, lead_capacity=9)
    profile(acme, acme.gamma, lead_capacity=8)
    publish(acme, {"action": BEST})
    first, second = captured(acme, 2)
    route_leads(lead_ids=[first], actor=rules, at=AT)
    with entering(acme.admin.context):
        offer = Offer.objects.get()
    decline_offer(offer=offer, actor=acme.beta_seller if offer.partner_id == acme.beta.pk else acme.gamma_seller,
                  at=AT + timedelta(hours=1), quality=["not_our_field"])  # fmt: skip
    route_leads(lead_ids=[second, first], actor=rules, at=AT + timedelta(hours=2))
    with entering(acme.admin.context):
        runs = list(RoutingRun.objects.order_by("pk"))
        assert [run.base_id for run in runs] == [None, runs[0].pk]
        was, now = rows_of_run(runs[0]), rows_of_run(runs[1])
    assert [key for key in now if now[key] != was[key]] == [offer.partner_id]
    assert [one.is_same for one in again(acme, [first, second])] == [True, True]


def test_a_choice_by_a_person_cannot_be_taken_again(acme, rules, client_of):
    profile(acme, acme.beta, lead_capacity=9)
    (lead_id,) = captured(acme)
    with entering(acme.admin.context):
        lead = Lead.objects.get(pk=lead_id)
    offer_lead_to(lead=lead, partner=acme.beta, actor=acme.cam, at=AT)
    with entering(acme.admin.context):
        assert replay(lead) is None
    page = client_of(acme.admin).get(f"/acme/console/leads/{lead.uid}/replay/").content.decode()
    assert "cannot be taken again" in page


def test_the_page_of_a_lead_takes_its_decision_again(acme, rules, client_of):
    profile(acme, acme.beta, lead_capacity=9)
    publish(acme, {"action": BEST})
    (lead_id,) = captured(acme)
    route_leads(lead_ids=[lead_id], actor=rules, at=AT)
    with entering(acme.admin.context):
        lead = Lead.objects.get(pk=lead_id)
    client = client_of(acme.admin)
    page = client.get(f"/acme/console/leads/{lead.uid}/").content.decode()
    assert f"/acme/console/leads/{lead.uid}/replay/" in page
    assert acme.beta.name in page
    assert "Same answer" in client.get(f"/acme/console/leads/{lead.uid}/replay/").content.decode()


facts = st.fixed_dictionaries(
    {name: st.integers(0, 3) if name not in {"kinds", "credentials"} else st.lists(st.text()) for name in FACTS}
).map(lambda made: [made[name] for name in FACTS])


@settings(max_examples=60, deadline=None)
@given(base=st.dictionaries(st.integers(1, 9), facts), now=st.dictionaries(st.integers(1, 9), facts))
def test_what_changed_and_what_was_make_what_is(base, now):
    changed, gone = changed_rows(base, now)
    assert with_changes(base, changed, gone) == now
    assert len(packed_rows(changed, gone)) > 0


def test_runs_are_kept_whole_again_when_much_has_changed(acme):
    place = ["US", "", "", "", [], [], [], None, None, None]
    rows = {key: [*place, True, True, 5, "", [], 0, 0, 0, None, *[0] * 4, "", ""] for key in range(1, 101)}
    other = {key: [*row[:15], 1, *row[16:]] for key, row in rows.items()}
    few = {**rows, 7: other[7]}
    with acting_for(acme.admin):
        ids = [keep_run(None, each, "USD", AT) for each in (rows, few, other)]
        kept = {run.pk: run for run in RoutingRun.objects.filter(pk__in=ids)}
        assert [kept[pk].base_id for pk in ids] == [None, ids[0], None]
        assert [rows_of_run(kept[pk]) for pk in ids] == [rows, few, other]

"""Leads in pools: put there by rules, seen by those they are for, taken by one, widened and given up in time."""

from datetime import datetime, timedelta

import pytest
from django.db import connection

from fairway.core.access import Forbidden, system_member
from fairway.core.events.models import Event
from fairway.core.jobs import run_pending
from fairway.core.refusals import Refused
from fairway.core.tenancy.acting import acting_for
from fairway.core.tenancy.context import entering
from fairway.core.tenancy.models import Partner
from fairway.insight.queries import service
from fairway.leads.actions.claims import AlreadyTaken, claim_lead
from fairway.leads.actions.offers import offer_lead_to
from fairway.leads.actions.pool_news import tell_of_pools
from fairway.leads.actions.pooling import refresh_audiences, take_out
from fairway.leads.actions.pools import save_pool
from fairway.leads.actions.routing import route_leads
from fairway.leads.actions.work import close_lead, recall_lead
from fairway.leads.models import Lead, LeadPerson, LeadPool, Offer, PoolEntry, PoolMember, RoutingDecision
from fairway.leads.queries.ranks import standings
from fairway.leads.queries.replay import replay_many
from fairway.leads.rules.scoring import PolicyError
from fairway.leads.tests.test_routing import AT, captured, profile, publish
from fairway.partners.actions.partners import change_state
from fairway.workflow.actions.deadlines import fire_due
from fairway.workflow.models import Deadline, Notification

BETA_ONLY = {"all": [{"field": "partner.name", "op": "is", "value": "Beta Systems"}]}
NOBODY = {"all": [{"field": "partner.name", "op": "is", "value": "Nobody at all"}]}


@pytest.fixture
def rules(acme):
    return system_member(acme.acme.pk, "Routing", kind="rule")


@pytest.fixture
def names(acme):
    with entering(acme.admin.context):
        return dict(Partner.objects.values_list("pk", "name"))


def a_pool(cast, **values):
    given = {"name": "Open market", "who": {}, "wider": {}, **values}
    return save_pool(pool=None, actor=cast.operations, at=AT, **given)


def of_beta(cast):
    return {"all": [{"field": "partner.name", "op": "is", "value": cast.beta.name}]}


def to_pool(cast, pool, **rule):
    return publish(cast, {"action": {"kind": "pool", "pool": str(pool.uid)}, "match": [], **rule})


def pooled(cast, rules, pool, count=1, at=AT, **values):
    """Leads that went into the pool, by the rules."""
    for partner in (cast.beta, cast.gamma):
        profile(cast, partner, lead_capacity=values.pop("capacity", 5))
        values = {**values}
    to_pool(cast, pool)
    ids = captured(cast, count, **values)
    assert route_leads(lead_ids=ids, actor=rules, at=at) == {"pool": count}
    return ids


def seen_by(member):
    with entering(member.context):
        return list(PoolEntry.objects.filter(closed_at=None).order_by("pk"))


def lead_now(cast, pk):
    with entering(cast.admin.context):
        return Lead.objects.get(pk=pk)


def test_a_rule_puts_a_lead_into_a_pool_and_those_it_is_for_read_the_brief(acme, rules):
    pool = a_pool(acme, who=of_beta(acme))
    (lead_id,) = pooled(acme, rules, pool, company="Brinkmann Logistics")
    with entering(acme.admin.context):
        lead, decision = Lead.objects.get(pk=lead_id), RoutingDecision.objects.get(lead_id=lead_id)
        verbs = list(Event.objects.filter(subject_type="lead").order_by("id").values_list("verb", flat=True))
    assert (lead.state, lead.partner_id, decision.outcome, decision.rule_number) == ("pooled", None, "pool", 1)
    assert decision.excluded == {"pool": 1}
    assert verbs == ["captured", "pooled", "routed"]
    (entry,) = seen_by(acme.beta_seller)
    assert entry.title == "Need 0"
    assert "Brinkmann" not in str(entry.brief)
    with entering(acme.beta_seller.context):
        assert not Lead.objects.exists()
        assert not LeadPerson.objects.exists()
    assert seen_by(acme.gamma_seller) == []
    assert seen_by(acme.executive_at_zeta) == []


def test_raw_sql_shows_a_rival_and_a_stranger_nothing(acme, rules):
    pooled(acme, rules, a_pool(acme, who=of_beta(acme)))
    counts = {}
    for member in (acme.beta_seller, acme.gamma_seller, acme.executive_at_zeta, acme.zeta_admin, acme.admin):
        with entering(member.context), connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM leads_poolentry")
            counts[member.name] = cursor.fetchone()[0]
    assert counts == {
        acme.beta_seller.name: 1, acme.gamma_seller.name: 0, acme.executive_at_zeta.name: 0,
        acme.zeta_admin.name: 0, acme.admin.name: 1,
    }  # fmt: skip


def test_who_takes_it_has_the_lead_with_its_person_as_after_an_offer(acme, rules):
    (lead_id,) = pooled(acme, rules, a_pool(acme))
    (entry,) = seen_by(acme.beta_seller)
    claim_lead(entry=entry, actor=acme.beta_seller, at=AT)
    lead = lead_now(acme, lead_id)
    assert (lead.state, lead.partner_id, lead.seller_id, lead.accepted_at, lead.offers_made) == (
        "accepted", acme.beta.pk, acme.beta_seller.seat_id, AT, 1,
    )  # fmt: skip
    with entering(acme.beta_seller.context):
        assert LeadPerson.objects.filter(lead_id=lead_id).exists()
        offer = Offer.objects.get(lead_id=lead_id)
        told = list(
            Event.objects.filter(subject_type__in=["lead", "offer"]).order_by("id").values_list("verb", flat=True)
        )
    assert (offer.state, offer.claimed_from_id, offer.answered_by_id) == (
        "accepted", entry.pool_id, acme.beta_seller.seat_id
    )  # fmt: skip
    assert told == ["accepted", "accepted"]
    assert seen_by(acme.gamma_seller) == []
    with entering(acme.admin.context):
        assert not Deadline.objects.filter(subject_type="poolentry", settled_at=None).exists()
        verbs = set(Event.objects.filter(subject_type="lead").values_list("verb", flat=True))
    assert {"pooled", "claimed", "accepted"} <= verbs


def test_what_is_taken_from_a_pool_is_no_answer_to_an_offer(acme, rules):
    pooled(acme, rules, a_pool(acme))
    (entry,) = seen_by(acme.beta_seller)
    claim_lead(entry=entry, actor=acme.beta_seller, at=AT)
    with entering(acme.admin.context):
        assert Offer.objects.filter(partner=acme.beta, state="accepted").count() == 1
        assert list(service.offers_in(acme.admin, service.Asked.lately(AT.date()))) == []
    next_month = (AT.replace(day=1) + timedelta(days=32)).date().replace(day=1)
    with acting_for(acme.admin):
        assert [each.values for each in standings(next_month) if each.values] == []


def test_a_parent_sees_what_its_child_may_take_and_takes_it_not(acme, rules):
    pool = a_pool(acme, who={"all": [{"field": "partner.name", "op": "is", "value": acme.gamma.name}]})
    (lead_id,) = pooled(acme, rules, pool)
    (entry,) = seen_by(acme.gamma_seller)
    with pytest.raises(Refused, match="for other partners"):
        claim_lead(entry=entry, actor=acme.beta_seller, at=AT)  # as a parent would, who reads it
    assert lead_now(acme, lead_id).state == "pooled"


def test_who_comes_too_late_is_told_and_changes_nothing(acme, rules):
    (lead_id,) = pooled(acme, rules, a_pool(acme))
    (mine,), (hers,), (colleagues,) = (
        seen_by(member) for member in (acme.beta_seller, acme.gamma_seller, acme.beta_executive)
    )
    claim_lead(entry=mine, actor=acme.beta_seller, at=AT)
    with pytest.raises(AlreadyTaken) as late:
        claim_lead(entry=hers, actor=acme.gamma_seller, at=AT)
    assert str(late.value) == "Already taken: another partner was faster."
    with pytest.raises(AlreadyTaken) as late:
        claim_lead(entry=colleagues, actor=acme.beta_executive, at=AT)
    assert str(late.value) == f"Already taken by {acme.beta_seller.name}, for you."
    assert lead_now(acme, lead_id).partner_id == acme.beta.pk
    with entering(acme.admin.context):
        assert Offer.objects.count() == 1


def test_a_marketer_and_staff_take_nothing(acme, rules):
    pooled(acme, rules, a_pool(acme))
    (entry,) = seen_by(acme.beta_marketer)
    for member in (acme.beta_marketer, acme.cam):
        with pytest.raises(Forbidden):
            claim_lead(entry=entry, actor=member, at=AT)
    assert len(seen_by(acme.beta_seller)) == 1


def test_limits_of_the_pool_and_the_partners_own_room_are_kept(acme, rules):
    pool = a_pool(acme, open_most=1, day_most=2)
    pooled(acme, rules, pool, 4)
    first, second, third, _fourth = seen_by(acme.beta_seller)
    lead = claim_lead(entry=first, actor=acme.beta_seller, at=AT)
    with pytest.raises(Refused, match="You work 1 leads from this pool, which is the limit"):
        claim_lead(entry=second, actor=acme.beta_seller, at=AT)
    close_lead(lead=lead, actor=acme.beta_seller, at=AT, reason="no_need")
    claim_lead(entry=second, actor=acme.beta_seller, at=AT)
    save_pool(pool=pool, actor=acme.operations, at=AT, open_most=None)
    with pytest.raises(Refused, match="You took 2 leads from this pool today"):
        claim_lead(entry=third, actor=acme.beta_seller, at=AT)
    profile(acme, acme.beta, lead_capacity=1)
    with pytest.raises(Refused, match="You have 1 open leads and offers; your limit is 1"):
        claim_lead(entry=third, actor=acme.beta_seller, at=AT + timedelta(days=1))
    profile(acme, acme.beta, lead_capacity=2)
    claim_lead(entry=third, actor=acme.beta_seller, at=AT + timedelta(days=1))
    assert len(seen_by(acme.gamma_seller)) == 1


def test_a_partner_that_is_paused_sees_nothing_from_then_on_and_takes_nothing(acme, rules):
    pooled(acme, rules, a_pool(acme))
    (entry,) = seen_by(acme.beta_seller)
    with entering(acme.admin.context):
        beta = Partner.objects.get(pk=acme.beta.pk)
    change_state(partner=beta, verb="pause", actor=acme.admin, at=AT)
    assert seen_by(acme.beta_seller) == []
    with pytest.raises(Refused, match="not active"):
        claim_lead(entry=entry, actor=acme.beta_seller, at=AT)
    change_state(partner=beta, verb="resume", actor=acme.admin, at=AT)
    run_pending()
    assert len(seen_by(acme.beta_seller)) == 1


def test_after_a_while_more_partners_see_it_once(acme, rules):
    pool = a_pool(acme, who=of_beta(acme), widen_after_hours=4)
    pooled(acme, rules, pool)
    assert seen_by(acme.gamma_seller) == []
    with entering(acme.admin.context):
        deadline = Deadline.objects.get(kind="widen")
    assert deadline.due_at == datetime.fromisoformat("2026-03-04T19:00:00+00:00")  # 10 to 14 in New York
    assert fire_due(AT + timedelta(hours=3), vendor_id=acme.acme.pk) == 0
    assert fire_due(AT + timedelta(hours=5), vendor_id=acme.acme.pk) == 1
    assert fire_due(AT + timedelta(hours=5), vendor_id=acme.acme.pk) == 0
    (entry,) = seen_by(acme.gamma_seller)
    assert (entry.state, entry.wider_id, len(seen_by(acme.beta_seller))) == ("widened", None, 1)


def test_what_the_first_ring_has_nobody_for_is_seen_by_the_second_at_once(acme, rules):
    pooled(acme, rules, a_pool(acme, who=NOBODY, wider=of_beta(acme), widen_after_hours=4))
    assert (len(seen_by(acme.beta_seller)), len(seen_by(acme.gamma_seller))) == (1, 0)
    with entering(acme.admin.context):
        assert not Deadline.objects.filter(kind="widen").exists()


def test_a_pool_that_nobody_sees_lets_the_lead_wait_and_says_why(acme, rules):
    for partner in (acme.beta, acme.gamma):
        profile(acme, partner, lead_capacity=5)
    to_pool(acme, a_pool(acme, who=NOBODY))
    (lead_id,) = captured(acme)
    assert route_leads(lead_ids=[lead_id], actor=rules, at=AT) == {"waiting": 1}
    lead = lead_now(acme, lead_id)
    assert lead.waiting_because == "Nobody sees the pool Open market by rule 1: 2 not among those of the pool."


def test_a_pool_that_is_shut_takes_nothing(acme, rules):
    pool = a_pool(acme)
    to_pool(acme, pool)
    save_pool(pool=pool, actor=acme.operations, at=AT, is_open=False)
    (lead_id,) = captured(acme)
    assert route_leads(lead_ids=[lead_id], actor=rules, at=AT) == {"waiting": 1}
    assert lead_now(acme, lead_id).waiting_because == "The pool of rule 1 is shut or gone."


def test_what_nobody_takes_goes_to_a_person_and_not_back_into_the_pool(acme, rules):
    (lead_id,) = pooled(acme, rules, a_pool(acme, gives_up_after_hours=8))
    assert fire_due(AT + timedelta(days=3), vendor_id=acme.acme.pk) == 1
    lead = lead_now(acme, lead_id)
    assert lead.state == "waiting"
    assert lead.waiting_because == "Nobody took it from the pool Open market in time. Now a person decides."
    assert seen_by(acme.beta_seller) == []
    with entering(acme.admin.context):
        assert RoutingDecision.objects.filter(lead_id=lead_id).order_by("-pk").first().outcome == "person"
    with acting_for(acme.admin):
        assert Notification.objects.filter(kind="lead.person").exists()


def test_a_person_takes_a_lead_out_with_a_reason_and_offers_it(acme, rules):
    first, second = pooled(acme, rules, a_pool(acme), 2)
    lead = lead_now(acme, first)
    with pytest.raises(Refused, match="Give a reason"):
        take_out(lead=lead, actor=acme.cam, at=AT, reason=" ")
    with pytest.raises(Forbidden):
        take_out(lead=lead, actor=acme.beta_seller, at=AT, reason="mine")
    take_out(lead=lead, actor=acme.cam, at=AT, reason="Too large")
    assert lead_now(acme, first).waiting_because == f"Taken out of its pool by {acme.cam.name}: Too large"
    offer_lead_to(lead=lead_now(acme, second), partner=acme.gamma, actor=acme.cam, at=AT, reason="They asked")
    assert lead_now(acme, second).state == "offered"
    assert seen_by(acme.beta_seller) == []


def test_a_lead_closed_in_a_pool_leaves_it(acme, rules):
    (lead_id,) = pooled(acme, rules, a_pool(acme, widen_after_hours=4, gives_up_after_hours=9))
    close_lead(lead=lead_now(acme, lead_id), actor=acme.cam, at=AT, reason="no_need")
    assert seen_by(acme.beta_seller) == []
    with entering(acme.admin.context):
        assert not Deadline.objects.filter(subject_type="poolentry", settled_at=None).exists()


def test_what_a_partner_had_before_is_not_shown_to_it_again(acme, rules):
    pool = a_pool(acme)
    (lead_id,) = pooled(acme, rules, pool)
    (entry,) = seen_by(acme.beta_seller)
    lead = claim_lead(entry=entry, actor=acme.beta_seller, at=AT)
    recall_lead(lead=lead, actor=acme.cam, at=AT, reason="Silence")
    run_pending()
    assert lead_now(acme, lead_id).state == "pooled"
    assert (len(seen_by(acme.beta_seller)), len(seen_by(acme.gamma_seller))) == (0, 1)


def test_who_sees_a_pool_follows_the_pool_and_the_partners(acme, rules):
    pool = a_pool(acme, who=of_beta(acme))
    pooled(acme, rules, pool)
    save_pool(pool=pool, actor=acme.operations, at=AT, who={})
    run_pending()
    assert len(seen_by(acme.gamma_seller)) == 1
    profile(acme, acme.beta, accepts_leads=False)
    assert refresh_audiences(actor=rules, at=AT) == 1
    assert seen_by(acme.beta_seller) == []
    with acting_for(acme.admin):
        lead = Lead.objects.get()
    close_lead(lead=lead, actor=acme.cam, at=AT, reason="no_need")
    refresh_audiences(actor=rules, at=AT)
    with entering(acme.admin.context):
        assert not PoolMember.objects.exists()


def test_what_lead_and_partner_share_by_the_rule_narrows_who_sees_it(acme, rules):
    pool = a_pool(acme, widen_after_hours=4, keeps_match=False)
    profile(acme, acme.beta, lead_capacity=5, product_lines=["wifi"])
    profile(acme, acme.gamma, lead_capacity=5, product_lines=["cams"], verticals=["Retail"])
    to_pool(acme, pool, match=["vertical"])
    (lead_id,) = captured(acme, industry="Retail")
    route_leads(lead_ids=[lead_id], actor=rules, at=AT)
    assert (len(seen_by(acme.beta_seller)), len(seen_by(acme.gamma_seller))) == (0, 1)
    fire_due(AT + timedelta(days=1), vendor_id=acme.acme.pk)
    assert (len(seen_by(acme.beta_seller)), len(seen_by(acme.gamma_seller))) == (1, 1)


def test_partners_hear_once_of_all_new_leads(acme, rules):
    pooled(acme, rules, a_pool(acme, who=of_beta(acme)), 3)
    assert tell_of_pools(actor=rules, at=AT) == 1
    assert tell_of_pools(actor=rules, at=AT) == 0
    with acting_for(acme.admin):
        notes = list(Notification.objects.filter(kind="leadpool.news").values_list("seat_id", "values"))
    assert sorted(seat for seat, _values in notes) == sorted([acme.beta_seller.seat_id, acme.beta_executive.seat_id])
    assert {values["n"] for _seat, values in notes} == {3}


def test_a_decision_for_a_pool_comes_out_the_same_after_the_pool_changed(acme, rules):
    pool = a_pool(acme, who=of_beta(acme))
    ids = pooled(acme, rules, pool, 3)
    save_pool(pool=pool, actor=acme.operations, at=AT, who=NOBODY, is_open=False)
    assert [one.differences for one in replay_many(lead_ids=ids, actor=acme.admin)] == [[]] * 3
    with acting_for(acme.admin):
        RoutingDecision.objects.filter(lead_id=ids[0]).update(outcome="waiting")
    told = {one.decision.lead_id: one.differences for one in replay_many(lead_ids=ids, actor=acme.admin)}
    assert told[ids[0]] == ["Now: a pool. Then: waiting."]


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"name": " "}, "Give the pool a name."),
        ({"widen_after_hours": 0}, "Hours: they lie between 0.25 and 1440."),
        ({"widen_after_hours": 8, "gives_up_after_hours": 8}, "a person decides after the pool was widened"),
        ({"open_most": 0}, "Limits: they lie between 1 and 100000."),
        ({"who": {"field": "partner.moon", "op": "is", "value": 1}}, "Who sees it"),
    ],
)
def test_a_pool_that_cannot_be_is_refused_and_nothing_is_kept(acme, values, said):
    with pytest.raises(Refused, match=said.replace(".", r"\.")):
        a_pool(acme, **values)
    with entering(acme.admin.context):
        assert not LeadPool.objects.exists()


def test_two_pools_of_one_name_and_an_editor_without_the_right_are_refused(acme):
    a_pool(acme)
    with pytest.raises(Refused, match="Another pool has this name"):
        a_pool(acme)
    with pytest.raises(Forbidden):
        save_pool(pool=None, actor=acme.cam, at=AT, name="Mine")


def test_a_rule_names_its_pool_and_says_nothing_of_partners_itself(acme):
    pool = a_pool(acme)
    with pytest.raises(PolicyError, match="it names no pool"):
        publish(acme, {"action": {"kind": "pool"}})
    with pytest.raises(PolicyError, match="who sees a lead is said by its pool"):
        publish(acme, {"action": {"kind": "pool", "pool": str(pool.uid)}, "who": of_beta(acme)})

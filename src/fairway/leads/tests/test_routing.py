"""Scoring and routing of rows, by the same path for one lead and for many."""

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from tests import cast as people

from fairway.core.access import Forbidden, system_member
from fairway.core.events.models import Event
from fairway.core.jobs import run_pending
from fairway.core.tenancy.acting import acting_for
from fairway.core.tenancy.context import entering
from fairway.core.tenancy.models import Organization, Partner
from fairway.core.told import tell
from fairway.leads.actions.capture import LeadValues, Origin, PersonValues, capture_lead, capture_many
from fairway.leads.actions.offers import accept_offer, decline_offer, offer_lead_to
from fairway.leads.actions.policies import (
    discard_draft,
    ensure_policies,
    publish_routing_policy,
    save_routing_draft,
)
from fairway.leads.actions.routing import route_leads
from fairway.leads.actions.score_cards import save_score_draft
from fairway.leads.actions.scoring import score_leads
from fairway.leads.models import Lead, LeadScore, Offer, RoutingDecision, RoutingPolicy, ScoreCard
from fairway.leads.rules.defaults import ROUTING_RULES, SCORE_BANDS
from fairway.leads.rules.scoring import PolicyError
from fairway.partners.models import Profile

AT = datetime(2026, 3, 4, 15, tzinfo=UTC)


@pytest.fixture
def rules(acme):
    return system_member(acme.acme.pk, "Routing", kind="rule")


def profile(cast, partner, **values):
    with acting_for(cast.admin):
        return Profile.objects.update_or_create(vendor=cast.acme, partner=partner, defaults=values)[0]


def captured(cast, count=1, **values):
    rows = [(LeadValues(**{"need": f"Need {i}", "country": "US", **values}), PersonValues()) for i in range(count)]
    with acting_for(cast.operations):
        made = capture_many(rows, origin=Origin("test"), actor=cast.operations, at=AT, process=False)
        return [one.lead_id for one in made]


def publish(cast, *rules):
    with_defaults = [{**ROUTING_RULES[-1], "uid": str(i), **rule} for i, rule in enumerate(rules)]
    draft = save_routing_draft(actor=cast.operations, at=AT, rules=with_defaults)
    return publish_routing_policy(policy=draft, actor=cast.operations, at=AT)


def states(cast):
    with entering(cast.admin.context):
        return Counter(Lead.objects.values_list("state", flat=True))


def test_a_captured_lead_is_scored_and_offered_by_the_worker(acme):
    profile(acme, acme.beta, lead_capacity=5)
    capture_lead(
        actor=acme.operations, at=AT, source="form", values=LeadValues(need="Wi-Fi", country="US", employees=220),
        person=PersonValues(email="karen@brinkmann.example"),
    )  # fmt: skip
    run_pending()
    with entering(acme.admin.context):
        lead = Lead.objects.get()
        score = LeadScore.objects.get(lead=lead)
        decision = RoutingDecision.objects.get(lead=lead)
        offer = Offer.objects.get(lead=lead)
        verbs = list(Event.objects.filter(subject_type="lead").order_by("id").values_list("verb", flat=True))
    assert (lead.state, lead.offers_made) == ("offered", 1)
    assert (score.points, [reason["name"] for reason in score.reasons]) == (26, ["Size fits", "Can be written to"])
    assert (decision.outcome, decision.rule_number, decision.partner_id) == ("offered", 5, acme.beta.pk)
    assert (offer.state, offer.partner_id, offer.decision_id) == ("open", acme.beta.pk, decision.pk)
    assert verbs == ["captured", "scored", "routed"]


def test_a_batch_fills_nobody_beyond_the_limit_and_says_why_the_rest_waits(acme, rules):
    profile(acme, acme.beta, lead_capacity=3)
    profile(acme, acme.gamma, lead_capacity=2)
    publish(acme, {})
    outcomes = route_leads(lead_ids=captured(acme, 8), actor=rules, at=AT)
    assert outcomes == {"offered": 5, "waiting": 3}
    with entering(acme.admin.context):
        assert Counter(Offer.objects.values_list("partner_id", flat=True)) == {acme.beta.pk: 3, acme.gamma.pk: 2}
        because = set(Lead.objects.filter(state="waiting").values_list("waiting_because", flat=True))
        assert RoutingDecision.objects.count() == 8
    assert because == {"No partner is eligible by rule 1: 2 with no room left."}


def test_routing_twice_offers_once(acme, rules):
    profile(acme, acme.beta, lead_capacity=9)
    publish(acme, {})
    ids = captured(acme, 4)
    assert route_leads(lead_ids=ids, actor=rules, at=AT) == {"offered": 4}
    assert route_leads(lead_ids=ids, actor=rules, at=AT) == {}
    with entering(acme.admin.context):
        assert Offer.objects.count() == 4


def test_what_goes_on_waiting_is_not_decided_again(acme, rules):
    publish(acme, {})
    ids = captured(acme, 2)
    for _ in range(3):
        assert route_leads(lead_ids=ids, actor=rules, at=AT) == {"waiting": 2}
    with entering(acme.admin.context):
        assert RoutingDecision.objects.count() == 2
        assert set(Lead.objects.values_list("version", flat=True)) == {2}


def test_a_declined_lead_goes_to_the_next_and_never_back(acme, rules):
    profile(acme, acme.beta, lead_capacity=9)
    profile(acme, acme.gamma, lead_capacity=8)
    publish(acme, {"partners_at_most": 5})
    (lead_id,) = captured(acme)
    route_leads(lead_ids=[lead_id], actor=rules, at=AT)
    for actor in (acme.beta_seller, acme.gamma_seller):
        with entering(actor.context):
            offer = Offer.objects.get(state="open")
        decline_offer(offer=offer, actor=actor, at=AT, quality=["too_small"])
        run_pending()
    with entering(acme.admin.context):
        lead = Lead.objects.get(pk=lead_id)
        assert list(Offer.objects.order_by("pk").values_list("partner_id", flat=True)) == [acme.beta.pk, acme.gamma.pk]
    assert lead.waiting_because == "No partner is eligible by rule 1: 2 had this lead before."


def test_after_so_many_partners_a_person_decides(acme, rules):
    profile(acme, acme.beta, lead_capacity=9)
    profile(acme, acme.gamma, lead_capacity=9)
    publish(acme, {"partners_at_most": 1})
    (lead_id,) = captured(acme)
    route_leads(lead_ids=[lead_id], actor=rules, at=AT)
    with entering(acme.beta_seller.context):
        offer = Offer.objects.get()
    decline_offer(offer=offer, actor=acme.beta_seller, at=AT, quality=["no_capacity"])
    run_pending()
    with entering(acme.admin.context):
        lead = Lead.objects.get()
    assert (lead.state, lead.waiting_because) == ("waiting", "Offers made: 1. Now the account manager decides.")
    offer_lead_to(lead=lead, partner=acme.gamma, actor=acme.cam, at=AT)
    assert states(acme) == {"offered": 1}


def test_without_published_rules_leads_wait(acme, rules):
    assert route_leads(lead_ids=captured(acme), actor=rules, at=AT) == {"waiting": 1}
    with entering(acme.admin.context):
        assert Lead.objects.get().waiting_because == "No rule matches this lead."


def test_a_lead_of_a_customer_who_has_a_partner_goes_to_that_partner(acme, rules):
    profile(acme, acme.beta, lead_capacity=40)
    profile(acme, acme.gamma, lead_capacity=3)
    ensure_policies(actor=rules, at=AT)
    (first,) = captured(acme, company="Brinkmann Logistics Inc", city="Albany")
    with entering(acme.cam.context):
        lead = Lead.objects.get(pk=first)
    offer = offer_lead_to(lead=lead, partner=acme.gamma, actor=acme.cam, at=AT)
    accept_offer(offer=offer, actor=acme.gamma_seller, at=AT)
    (second,) = captured(acme, company="BRINKMANN LOGISTICS", city="Boston")
    (third,) = captured(acme, company="Kessler")
    route_leads(lead_ids=[second, third], actor=rules, at=AT)
    with entering(acme.admin.context):
        offers = dict(Offer.objects.filter(lead_id__in=[second, third]).values_list("lead_id", "partner_id"))
        decision = RoutingDecision.objects.get(lead_id=second)
    assert (decision.rule_number, [tell(each) for each in decision.reasons]) == (1, ["Customer has a partner"])
    assert offers == {second: acme.gamma.pk, third: acme.beta.pk}


def test_better_scores_come_first(acme, rules):
    profile(acme, acme.beta, lead_capacity=1)
    ensure_policies(actor=rules, at=AT)
    poor, rich = captured(acme), captured(acme, amount_minor=5_000_000, currency="USD", timeframe_days=30)
    score_leads(lead_ids=[*poor, *rich], actor=rules, at=AT)
    route_leads(lead_ids=[*poor, *rich], actor=rules, at=AT)
    with entering(acme.admin.context):
        assert Offer.objects.get().lead_id == rich[0]


def test_an_amount_in_another_currency_counts_as_unknown(acme, rules):
    ensure_policies(actor=rules, at=AT)
    ids = captured(acme, amount_minor=5_000_000, currency="JPY")
    score_leads(lead_ids=ids, actor=rules, at=AT)
    with entering(acme.admin.context):
        assert LeadScore.objects.get().points == 0


def test_scoring_twice_changes_nothing(acme, rules):
    ensure_policies(actor=rules, at=AT)
    ids = captured(acme, 3)
    assert score_leads(lead_ids=ids, actor=rules, at=AT) == 3
    assert score_leads(lead_ids=ids, actor=rules, at=AT + timedelta(hours=1)) == 0


def test_room_comes_back_when_a_lead_is_closed_and_not_when_it_is_accepted(acme, rules):
    profile(acme, acme.beta, lead_capacity=1)
    publish(acme, {})
    first, second = captured(acme, 2)
    route_leads(lead_ids=[first], actor=rules, at=AT)
    with entering(acme.beta_seller.context):
        offer = Offer.objects.get()
    accept_offer(offer=offer, actor=acme.beta_seller, at=AT)
    assert route_leads(lead_ids=[second], actor=rules, at=AT) == {"waiting": 1}
    with acting_for(acme.admin):
        Lead.objects.filter(pk=first).update(state="closed")
    assert route_leads(lead_ids=[second], actor=rules, at=AT) == {"offered": 1}


def test_one_vendors_leads_never_reach_anothers_partners(acme):
    zeta = system_member(acme.zeta.pk, "Routing", kind="rule")
    ids = captured(acme)
    assert route_leads(lead_ids=ids, actor=zeta, at=AT) == {}
    assert states(acme) == {"captured": 1}


def test_the_draft_is_checked_published_and_the_old_one_retired(acme):
    first = publish(acme, {})
    with pytest.raises(PolicyError, match="Rule 1"):
        save_routing_draft(actor=acme.operations, at=AT, rules=[{**ROUTING_RULES[-1], "limit_hours": -1}])
    with pytest.raises(Forbidden):
        save_routing_draft(actor=acme.marketer, at=AT, rules=[])
    second = publish(acme, {}, {})
    with entering(acme.admin.context):
        rows = dict(RoutingPolicy.objects.values_list("number", "state"))
    assert rows == {first.number: "retired", second.number: "published"} == {1: "retired", 2: "published"}
    draft = save_routing_draft(actor=acme.operations, at=AT, rules=[])
    discard_draft(draft=draft, actor=acme.operations, at=AT)
    with entering(acme.admin.context):
        assert not RoutingPolicy.objects.filter(state="draft").exists()
    save_score_draft(actor=acme.operations, at=AT, rules=[], bands=SCORE_BANDS)
    with entering(acme.admin.context):
        assert ScoreCard.objects.get().state == "draft"


def test_queries_of_routing_do_not_grow_with_leads_and_partners(acme, rules, django_assert_max_num_queries):
    publish(acme, {})
    with acting_for(acme.admin):
        for i in range(5):
            extra = people.partner(acme.acme, Organization.objects.first(), external_id=f"X-{i}")
            Profile.objects.create(vendor=acme.acme, partner=extra, lead_capacity=30)
        assert Partner.objects.count() == 7
    ids = captured(acme, 60)
    with django_assert_max_num_queries(40):
        assert route_leads(lead_ids=ids, actor=rules, at=AT) == {"offered": 60}

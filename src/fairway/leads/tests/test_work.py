"""Working an accepted lead, and the life of leads under any order of actions."""

import random
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from tests.api import program_of

from fairway.core.access import Forbidden
from fairway.core.events.models import Event
from fairway.core.jobs import run_pending
from fairway.core.moves import StateConflict
from fairway.core.refusals import Refused
from fairway.core.states import TransitionRefused
from fairway.core.tenancy.context import entering
from fairway.leads.actions.capture import LeadValues, PersonValues, capture_lead
from fairway.leads.actions.offers import accept_offer, decline_offer, lapse_offer, offer_lead_to, recall_offer
from fairway.leads.actions.routing import route_leads
from fairway.leads.actions.work import close_lead, log_touch, mark_converted, recall_lead, set_next_step, set_stage
from fairway.leads.models import Lead, LeadPerson, Offer, Touch
from fairway.leads.rules.states import LEAD, OFFER
from fairway.leads.tests.test_routing import profile, publish

AT = datetime(2026, 3, 4, 15, tzinfo=UTC)
LATER = AT + timedelta(hours=3)


@pytest.fixture
def accepted(acme):
    lead = capture_lead(
        actor=acme.operations, at=AT, source="form", values=LeadValues(need="Wi-Fi", country="US"),
        person=PersonValues(last_name="Thiele"), process=False,
    )  # fmt: skip
    offer = offer_lead_to(lead=lead, partner=acme.beta, actor=acme.cam, at=AT)
    return accept_offer(offer=offer, actor=acme.beta_seller, at=AT)


def seen(cast, member, lead):
    with entering(member.context):
        return Lead.objects.get(pk=lead.pk)


def touch(lead, actor, **values):
    given = {"kind": "call", "outcome": "reached", "at": LATER, **values}
    return log_touch(subject=lead, actor=actor, **given)


def test_touches_are_kept_and_counted(acme, accepted):
    lead = seen(acme, acme.beta_seller, accepted)
    touch(lead, acme.beta_seller, outcome="not_reached")
    assert lead.stage == "new"
    touch(lead, acme.beta_seller, note="Wants a site survey", touched_at=AT + timedelta(hours=1))
    assert (lead.touches, lead.stage) == (2, "contacted")
    assert (lead.first_touch_at, lead.last_touch_at) == (AT + timedelta(hours=1), LATER)
    with entering(acme.beta_executive.context):
        assert Touch.objects.filter(subject_type="lead", subject_id=lead.pk).count() == 2
    with entering(acme.gamma_seller.context):
        assert Touch.objects.count() == 0


def test_a_touch_lies_in_the_past_and_is_of_a_known_kind(acme, accepted):
    lead = seen(acme, acme.beta_seller, accepted)
    for values, words in (
        ({"touched_at": LATER + timedelta(days=1)}, "future"),
        ({"kind": "telepathy"}, "not one of the choices"),
        ({"outcome": "sold"}, "not one of the choices"),
    ):
        with pytest.raises(Refused, match=words):
            touch(lead, acme.beta_seller, **values)
    with pytest.raises(Forbidden):
        touch(lead, acme.marketer)
    assert (seen(acme, acme.admin, lead).touches, seen(acme, acme.admin, lead).stage) == (0, "new")


def test_the_next_step_and_the_stage_are_set_by_who_read_the_latest(acme, accepted):
    lead, stale = (seen(acme, acme.beta_seller, accepted) for _ in range(2))
    set_next_step(lead=lead, actor=acme.beta_seller, at=LATER, next_step=" Site survey ", on=date(2026, 3, 9))
    assert (lead.next_step, lead.next_step_on) == ("Site survey", date(2026, 3, 9))
    with pytest.raises(StateConflict):
        set_stage(lead=stale, actor=acme.beta_seller, at=LATER, stage="meeting")
    set_stage(lead=lead, actor=acme.beta_seller, at=LATER, stage="meeting")
    set_next_step(lead=lead, actor=acme.beta_seller, at=LATER, next_step="", on=date(2026, 3, 9))
    assert (lead.stage, lead.next_step, lead.next_step_on) == ("meeting", "", None)
    with pytest.raises(Refused):
        set_stage(lead=lead, actor=acme.beta_seller, at=LATER, stage="won")
    with entering(acme.beta_seller.context):
        verbs = Event.objects.filter(subject_type="lead").order_by("id").values_list("verb", flat=True)
        assert list(verbs) == ["accepted", "planned", "staged", "planned"]


def test_a_partner_closes_its_own_lead_with_a_reason(acme, accepted):
    lead = seen(acme, acme.beta_seller, accepted)
    with pytest.raises(Refused):
        close_lead(lead=lead, actor=acme.beta_seller, at=LATER, reason="bored")
    close_lead(lead=lead, actor=acme.beta_seller, at=LATER, reason="no_need", note="They moved")
    now = seen(acme, acme.beta_seller, lead)
    assert (now.state, now.close_reason, now.closed_at, now.extra["close_note"]) == (
        "closed", "no_need", LATER, "They moved",
    )  # fmt: skip
    with pytest.raises(TransitionRefused):
        close_lead(lead=now, actor=acme.beta_seller, at=LATER, reason="no_need")


def test_a_lead_taken_back_is_no_longer_the_partners_to_see(acme, accepted):
    with pytest.raises(Refused, match="Give a reason"):
        recall_lead(lead=accepted, actor=acme.cam, at=LATER, reason="")
    with pytest.raises(Forbidden):
        recall_lead(lead=accepted, actor=acme.beta_seller, at=LATER, reason="x")
    recall_lead(lead=accepted, actor=acme.cam, at=LATER, reason="Not worked", then_route=False)
    now = seen(acme, acme.admin, accepted)
    assert (now.state, now.partner_id, now.seller_id, now.accepted_at) == ("captured", None, None, None)
    with entering(acme.beta_seller.context):
        assert Lead.objects.count() == LeadPerson.objects.count() == 0


def test_a_converted_lead_is_done(acme, accepted):
    mark_converted(lead=accepted, actor=acme.beta_seller, at=LATER)
    assert seen(acme, acme.beta_seller, accepted).state == "converted"
    with pytest.raises(StateConflict):
        touch(accepted, acme.beta_seller)


def test_nobody_works_a_lead_that_nobody_has(acme):
    lead = capture_lead(actor=acme.operations, at=AT, source="form", values=LeadValues(need="Wi-Fi"), process=False)
    with pytest.raises(TransitionRefused):
        close_lead(lead=accept_nothing(lead), actor=acme.operations, at=AT, reason="no_need")
    close_lead(lead=lead, actor=acme.operations, at=AT, reason="duplicate")
    assert seen(acme, acme.admin, lead).state == "closed"


def accept_nothing(lead):
    """The lead as if it were converted already."""
    copy = Lead(pk=lead.pk, vendor_id=lead.vendor_id, state="converted", version=lead.version)
    return copy


REFUSALS = (Refused, StateConflict, TransitionRefused, Forbidden)


def _open_offer(cast, lead):
    with entering(cast.admin.context):
        return Offer.objects.filter(lead=lead).order_by("-pk").first()


@pytest.mark.parametrize("seed", range(6))
def test_in_any_order_of_actions_no_lead_has_two_offers_or_two_owners(acme, seed):
    rng = random.Random(seed)
    profile(acme, acme.beta, lead_capacity=2)
    profile(acme, acme.gamma, lead_capacity=2)
    publish(acme, {"partners_at_most": 20})
    leads = [
        capture_lead(actor=acme.operations, at=AT, source="form", values=LeadValues(need=str(i)), process=False)
        for i in range(4)
    ]
    sellers = {acme.beta.pk: acme.beta_seller, acme.gamma.pk: acme.gamma_seller}
    for _step in range(40):
        lead = rng.choice(leads)
        with entering(acme.admin.context):
            lead.refresh_from_db()
        offer = _open_offer(acme, lead)
        _any_action(rng, acme, lead, offer, sellers)
        _check_invariants(acme)


def _any_action(rng, acme, lead, offer, sellers):
    seller = sellers[offer.partner_id] if offer else acme.beta_seller
    owner = sellers.get(lead.partner_id, acme.beta_seller)
    actions = [
        lambda: route_leads(lead_ids=[lead.pk], actor=acme.operations, at=AT),
        lambda: offer_lead_to(lead=lead, partner=acme.gamma, actor=acme.cam, at=AT, reason=rng.choice(["", "Near"])),
        lambda: recall_lead(lead=lead, actor=acme.cam, at=AT, reason="Not worked"),
        lambda: close_lead(lead=lead, actor=owner, at=AT, reason="no_need") if rng.random() < 0.2 else None,
    ]
    if offer:
        actions += [
            lambda: accept_offer(offer=offer, actor=seller, at=AT),
            lambda: decline_offer(offer=offer, actor=seller, at=AT, quality=["other"]),
            lambda: recall_offer(offer=offer, actor=acme.cam, at=AT, reason="Second thoughts"),
            lambda: lapse_offer(offer=offer, actor=acme.cam, at=AT),
        ]
    try:
        rng.choice(actions)()
        if rng.random() < 0.5:
            run_pending()
    except REFUSALS:
        pass


def _check_invariants(acme):
    with entering(acme.admin.context):
        offers = list(Offer.objects.values("lead_id", "partner_id", "state", "recall_reason"))
        for lead in Lead.objects.all():
            assert lead.state in LEAD.states
            mine = [offer for offer in offers if offer["lead_id"] == lead.pk]
            assert all(offer["state"] in OFFER.states for offer in mine)
            assert sum(offer["state"] == "open" for offer in mine) == (lead.state == "offered")
            assert (lead.partner_id is not None) == (lead.state in {"accepted", "converted"} or bool(lead.accepted_at))
            assert bool(lead.waiting_because) == (lead.state == "waiting")
            assert lead.offers_made == len(mine)
        assert all(offer["recall_reason"] for offer in offers if offer["state"] == "recalled")


def test_a_touch_before_the_partner_had_the_lead_is_refused_and_leaves_no_trace(acme, accepted):
    lead = seen(acme, acme.beta_seller, accepted)
    with pytest.raises(Refused, match=r"has this lead since 4 Mar 10:00, and a contact cannot lie before"):
        touch(lead, acme.beta_seller, touched_at=AT - timedelta(minutes=1))
    with entering(acme.admin.context):
        assert (Touch.objects.count(), Lead.objects.get(pk=lead.pk).touches) == (0, 0)
        assert not Event.objects.filter(verb="touched").exists()
    touch(lead, acme.beta_seller, touched_at=AT)
    assert seen(acme, acme.admin, lead).first_touch_at == AT


def test_programs_are_told_that_a_touch_lies_too_early_alone_and_in_bulk(acme, accepted):
    with time_machine.travel(LATER, tick=False):
        program = program_of(acme.beta_seller)
        early = {"kind": "call", "outcome": "reached", "touched_at": (AT - timedelta(days=1)).isoformat()}
        answer = program.post(f"leads/{accepted.uid}/touches", early)
        assert answer.status_code == 422
        assert "a contact cannot lie before" in answer.content.decode()
        told = program.post("leads/touches/bulk", {"lines": [{**early, "lead": str(accepted.uid)}]}).json()
        assert "a contact cannot lie before" in str(told)
    with entering(acme.admin.context):
        assert not Touch.objects.exists()

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from tests.api import program_of

from fairway.core.access import Forbidden, system_member
from fairway.core.events.models import Event
from fairway.core.refusals import Refused
from fairway.core.states import TransitionRefused
from fairway.core.tenancy.acting import acting_for
from fairway.core.tenancy.context import entering
from fairway.core.tenancy.models import Partner
from fairway.leads.actions.capture import LeadValues, PersonValues, capture_lead
from fairway.leads.actions.many import accept_offers
from fairway.leads.actions.offers import (
    AlreadyAnswered,
    TimeIsOver,
    accept_offer,
    decline_offer,
    lapse_offer,
    offer_lead_to,
    open_offer,
    recall_offer,
    remind_offer,
)
from fairway.leads.models import Lead, LeadPerson, Offer, RoutingDecision
from fairway.leads.queries.answer_links import answer_path
from fairway.workflow.models import Deadline

# A Wednesday, ten in the morning in New York.
AT = datetime(2026, 3, 4, 15, tzinfo=UTC)
LATER = AT + timedelta(hours=1)
PERSON = PersonValues(first_name="Karen", last_name="Thiele", email="karen@brinkmann.example", phone="+1 212 555 0100")


def captured(cast, **values):
    given = {"need": "Wi-Fi for a new warehouse", "company": "Brinkmann Logistics", "city": "Albany", "country": "US"}
    return capture_lead(
        actor=cast.operations, at=AT, source="form", values=LeadValues(**{**given, **values}), person=PERSON
    )


def offered(cast, lead=None):
    lead = lead or captured(cast)
    return offer_lead_to(lead=lead, partner=cast.beta, actor=cast.cam, at=AT)


def fresh(cast, row):
    with entering(cast.admin.context):
        return type(row).objects.get(pk=row.pk)


def events(cast, *kinds):
    with entering(cast.admin.context):
        found = Event.objects.filter(subject_type__in=kinds).order_by("id").values_list("subject_type", "verb")
        return [f"{kind}.{verb}" for kind, verb in found]


def test_an_offer_carries_the_brief_without_person_company_or_contact_data(acme):
    lead = captured(acme, description="Ask Karen at Brinkmann Logistics, karen@brinkmann.example or +1 212 555 0100.")
    offer = offered(acme, lead)
    with entering(acme.beta_seller.context):
        seen = Offer.objects.get(uid=offer.uid)
        assert Lead.objects.count() == 0
        assert LeadPerson.objects.count() == 0
    assert seen.title == "Wi-Fi for a new warehouse"
    assert seen.place == "Albany, US"
    assert seen.brief["description"] == "Ask … at …, … or …."
    assert "Brinkmann" not in str(seen.brief)


def test_the_limit_counts_business_hours_of_the_partners_place(acme):
    offer = offered(acme)
    # From ten to five are seven of the eight hours; the last one is tomorrow from nine to ten, New York time.
    assert offer.lapses_at == datetime(2026, 3, 5, 15, tzinfo=UTC)
    assert offer.limit_minutes == 480
    with entering(acme.admin.context):
        due = dict(Deadline.objects.filter(settled_at=None).values_list("kind", "due_at"))
    assert due == {"remind": AT + timedelta(minutes=320), "lapse": offer.lapses_at}


def test_accepting_shares_the_lead_and_its_person_with_the_partner(acme):
    offer = offered(acme)
    lead = accept_offer(offer=offer, actor=acme.beta_seller, at=LATER)
    assert (lead.state, lead.partner_id, lead.seller_id) == ("accepted", acme.beta.pk, acme.beta_seller.seat_id)
    with entering(acme.beta_seller.context):
        assert Lead.objects.get().title == "Wi-Fi for a new warehouse"
        assert LeadPerson.objects.get().email == "karen@brinkmann.example"
    with entering(acme.gamma_seller.context):
        assert Lead.objects.count() == LeadPerson.objects.count() == Offer.objects.count() == 0
    with entering(acme.admin.context):
        assert not Deadline.objects.filter(subject_type="offer", settled_at=None).exists()
    assert events(acme, "offer", "lead") == ["lead.captured", "offer.offered", "offer.accepted", "lead.accepted"]


def test_of_two_sellers_who_accept_one_wins_and_the_other_reads_who(acme):
    offer = offered(acme)
    with entering(acme.beta_executive.context):
        same = Offer.objects.get(pk=offer.pk)
    accept_offer(offer=offer, actor=acme.beta_seller, at=LATER)
    with pytest.raises(AlreadyAnswered, match=r"^This offer was already accepted by Sal Seller\.$"):
        accept_offer(offer=same, actor=acme.beta_executive, at=LATER)
    assert fresh(acme, offer).answered_by_id == acme.beta_seller.seat_id


def test_declining_needs_a_reason_of_the_list(acme):
    offer = offered(acme)
    for quality, words in (([], "at least one reason"), (["because"], "not on the list: because")):
        with pytest.raises(Refused, match=words):
            decline_offer(offer=offer, actor=acme.beta_seller, at=LATER, quality=quality)
    assert fresh(acme, offer).state == "open"
    decline_offer(offer=offer, actor=acme.beta_seller, at=LATER, quality=["too_small", "no_budget"], note=" Sorry ")
    now = fresh(acme, offer)
    assert (now.state, now.quality, now.answer_note) == ("declined", ["no_budget", "too_small"], "Sorry")


def test_a_person_may_offer_again_to_one_who_declined_with_a_reason(acme):
    lead = captured(acme)
    decline_offer(offer=offered(acme, lead), actor=acme.beta_seller, at=LATER, quality=["other"])
    with pytest.raises(Refused, match="Give a reason"):
        offer_lead_to(lead=lead, partner=acme.beta, actor=acme.cam, at=LATER)
    assert fresh(acme, lead).state == "captured"
    offer_lead_to(lead=lead, partner=acme.beta, actor=acme.cam, at=LATER, reason="They called and want it")
    with entering(acme.admin.context):
        assert RoutingDecision.objects.filter(note="They called and want it", decided_by=acme.cam.seat_id).count() == 1


def test_offering_to_another_partner_recalls_the_open_offer(acme):
    lead = captured(acme)
    first = offered(acme, lead)
    second = offer_lead_to(lead=lead, partner=acme.gamma, actor=acme.cam, at=LATER, reason="Gamma knows them")
    assert (fresh(acme, first).state, fresh(acme, first).recall_reason) == ("recalled", "Gamma knows them")
    assert (second.state, second.partner_id) == ("open", acme.gamma.pk)
    with pytest.raises(AlreadyAnswered, match="recalled: Gamma knows them"):
        accept_offer(offer=first, actor=acme.beta_seller, at=LATER)


def test_a_lapse_gives_the_lead_back_and_happens_once(acme):
    lead = captured(acme)
    offer = offered(acme, lead)
    rule = system_member(acme.acme.pk, "deadlines")
    assert lapse_offer(offer=offer, actor=rule, at=offer.lapses_at)
    assert not lapse_offer(offer=fresh(acme, offer), actor=rule, at=offer.lapses_at)
    assert (fresh(acme, lead).state, fresh(acme, lead).partner_id) == ("captured", None)
    with pytest.raises(AlreadyAnswered, match="lapsed"):
        accept_offer(offer=fresh(acme, offer), actor=acme.beta_seller, at=LATER)


def test_a_recall_needs_a_reason(acme):
    offer = offered(acme)
    with pytest.raises(Refused, match="Give a reason"):
        recall_offer(offer=offer, actor=acme.cam, at=LATER, reason="  ")
    assert fresh(acme, offer).state == "open"
    recall_offer(offer=offer, actor=acme.cam, at=LATER, reason="Customer called us")
    assert fresh(acme, offer).recall_reason == "Customer called us"


def test_opening_and_reminding_are_noted(acme):
    offer = offered(acme)
    assert not open_offer(offer=offer, actor=acme.cam, at=LATER)
    assert open_offer(offer=offer, actor=acme.beta_seller, at=LATER)
    assert not open_offer(offer=fresh(acme, offer), actor=acme.beta_seller, at=LATER)
    assert remind_offer(offer=offer, actor=acme.cam, at=LATER)
    now = fresh(acme, offer)
    assert (now.opened_at, now.reminded_at) == (LATER, LATER)


def test_partner_people_may_not_route_and_staff_may_not_accept(acme):
    lead = captured(acme)
    offer = offered(acme, lead)
    with pytest.raises(Forbidden):
        accept_offer(offer=offer, actor=acme.cam, at=LATER)
    with pytest.raises(Forbidden):
        recall_offer(offer=offer, actor=acme.beta_seller, at=LATER, reason="x")
    with pytest.raises(Forbidden):
        offer_lead_to(lead=lead, partner=acme.beta, actor=acme.beta_seller, at=LATER)
    assert fresh(acme, offer).state == "open"


def test_an_accepted_lead_is_not_offered_again(acme):
    lead = captured(acme)
    accept_offer(offer=offered(acme, lead), actor=acme.beta_seller, at=LATER)
    with pytest.raises(TransitionRefused):
        offer_lead_to(lead=fresh(acme, lead), partner=acme.gamma, actor=acme.cam, at=LATER, reason="x")
    with acting_for(acme.cam):
        assert Offer.objects.filter(state="open").count() == 0


def test_an_offer_past_its_limit_is_answered_nowhere_and_the_refusal_says_when_and_what_to_do(acme, client_of):
    offer, end = offered(acme), datetime(2026, 3, 5, 15, tzinfo=UTC)
    said = "The time to answer ended today 10:00, and the lead goes to others. Ask your account manager for it."
    with time_machine.travel(end, tick=False):
        answers = [
            lambda: accept_offer(offer=offer, actor=acme.beta_seller, at=end),
            lambda: decline_offer(offer=offer, actor=acme.beta_seller, at=end, quality=["other"]),
        ]
        for answer in answers:
            with pytest.raises(TimeIsOver) as refused:
                answer()
            assert str(refused.value) == said
        (line,) = accept_offers(rows=[offer], actor=acme.beta_seller, at=end)
        assert (line.is_done, line.said) == (False, said)
        client = client_of(acme.beta_seller)
        page = client.get(f"/acme/portal/offers/{offer.uid}/").content.decode()
        assert "The time to answer is over." in page
        assert "acceptance" not in page
        client.post(f"/acme/portal/offers/{offer.uid}/acceptance/")
        assert said in client.get("/acme/portal/offers/").content.decode()
        assert program_of(acme.beta_seller).post(f"offers/{offer.uid}/acceptance").status_code == 409
        seat = acme.beta_seller.seat
        client_of(acme.beta_seller).post(answer_path("acme", offer.uid, seat.seat_uid, seat.email))
    assert fresh(acme, offer).state == "open"
    with entering(acme.admin.context):
        assert Lead.objects.get().state == "offered"
    assert events(acme, "offer") == ["offer.offered"]
    with time_machine.travel(end - timedelta(seconds=1), tick=False):
        accept_offer(offer=offer, actor=acme.beta_seller, at=end - timedelta(seconds=1))
    with pytest.raises(AlreadyAnswered, match="already accepted by Sal Seller"):
        accept_offer(offer=offer, actor=acme.beta_executive, at=end + timedelta(hours=1))


@pytest.mark.parametrize("state", ["inactive", "prospect"])
def test_a_company_whose_partnership_ended_after_the_offer_answers_nothing(acme, state):
    offer = offered(acme)
    with acting_for(acme.admin):
        Partner.objects.filter(pk=acme.beta.pk).update(state=state)
    for answer in (
        lambda: accept_offer(offer=offer, actor=acme.beta_seller, at=LATER),
        lambda: decline_offer(offer=offer, actor=acme.beta_seller, at=LATER, quality=["other"]),
    ):
        with pytest.raises(Refused, match="no partner any more"):
            answer()
    assert fresh(acme, offer).state == "open"
    assert events(acme, "offer") == ["offer.offered"]
    with acting_for(acme.admin):
        Partner.objects.filter(pk=acme.beta.pk).update(state="paused")
    assert accept_offer(offer=offer, actor=acme.beta_seller, at=LATER).partner_id == acme.beta.pk

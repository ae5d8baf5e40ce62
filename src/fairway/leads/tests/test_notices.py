"""Who hears of what."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from fairway.core.access import system_member
from fairway.core.jobs import run_pending
from fairway.core.tenancy.acting import acting_for
from fairway.core.tenancy.context import entering
from fairway.leads.actions import notices
from fairway.leads.actions.capture import LeadValues, capture_lead
from fairway.leads.actions.offers import accept_offer, decline_offer, offer_lead_to, recall_offer
from fairway.leads.actions.routing import route_leads
from fairway.leads.actions.work import recall_lead
from fairway.leads.models import Lead, Offer
from fairway.leads.queries.why import why
from fairway.leads.tests.test_routing import profile, publish
from fairway.workflow.actions.deadlines import fire_due
from fairway.workflow.models import Mail, Notification

AT = datetime(2026, 3, 4, 15, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _now():
    with time_machine.travel(AT, tick=False):
        yield


def heard(cast, member):
    with acting_for(cast.admin):
        rows = Notification.objects.filter(seat_id=member.seat_id).order_by("pk")
        return list(rows.values_list("kind", "title", "path"))


def a_lead(cast, **values):
    given = {"need": "Wi-Fi", "country": "US", **values}
    return capture_lead(
        actor=cast.operations, at=AT, source="form", values=LeadValues(**given), process=False
    )  # fmt: skip


def test_the_partners_sellers_hear_of_an_offer_and_nobody_elses(acme):
    lead = a_lead(acme)
    offer = offer_lead_to(lead=lead, partner=acme.beta, actor=acme.cam, at=AT)
    expected = [("offer.offered", "New lead offered: Wi-Fi", f"portal/offers/{offer.uid}/")]
    assert heard(acme, acme.beta_seller) == heard(acme, acme.beta_executive) == expected
    assert heard(acme, acme.beta_marketer) == heard(acme, acme.gamma_seller) == heard(acme, acme.cam) == []
    with acting_for(acme.admin):
        assert sorted(Mail.objects.values_list("to_email", flat=True)) == [
            "executive@beta.example", "seller@beta.example",
        ]  # fmt: skip


def test_many_offers_of_one_moment_are_told_by_a_job_once_and_only_while_they_are_open(acme, monkeypatch):
    monkeypatch.setattr(notices, "TOLD_AT_ONCE", 2)
    monkeypatch.setattr(notices, "OFFERS_A_JOB", 2)
    profile(acme, acme.beta, lead_capacity=9)
    publish(acme, {})
    leads = [a_lead(acme, need=f"Need {number}") for number in range(3)]
    route_leads(lead_ids=[lead.pk for lead in leads], actor=acme.operations, at=AT)
    assert heard(acme, acme.beta_seller) == []
    with acting_for(acme.admin):
        offers = list(Offer.objects.filter(state="open").order_by("pk"))
    accept_offer(offer=offers[1], actor=acme.beta_executive, at=AT)
    run_pending()
    expected = [
        ("offer.offered", f"New lead offered: {offers[n].title}", f"portal/offers/{offers[n].uid}/") for n in (0, 2)
    ]
    assert heard(acme, acme.beta_seller) == expected
    again = system_member(acme.acme.pk, "Routing", kind="rule")
    notices.tell_of_made_offers(offer_ids=[offer.pk for offer in offers], actor=again)
    assert heard(acme, acme.beta_seller) == expected
    with acting_for(acme.admin):
        assert Mail.objects.filter(kind="offer.offered").count() == 4


def test_time_reminds_lapses_escalates_and_finds_the_next_partner(acme):
    profile(acme, acme.beta, lead_capacity=9)
    profile(acme, acme.gamma, lead_capacity=8)
    publish(acme, {})
    lead = a_lead(acme)
    offer = offer_lead_to(lead=lead, partner=acme.beta, actor=acme.chief, at=AT)
    reminder = AT + timedelta(minutes=320)
    with time_machine.travel(reminder, tick=False):
        assert fire_due(reminder, vendor_id=acme.acme.pk) == 1
    with time_machine.travel(offer.lapses_at, tick=False):
        assert fire_due(offer.lapses_at, vendor_id=acme.acme.pk) == 1
        run_pending()
    with entering(acme.admin.context):
        states = list(Offer.objects.order_by("pk").values_list("partner_id", "state"))
        lead = Lead.objects.get()
    assert states == [(acme.beta.pk, "lapsed"), (acme.gamma.pk, "open")]
    assert (lead.state, lead.offers_made) == ("offered", 2)
    kinds = [kind for kind, _title, _path in heard(acme, acme.beta_seller)]
    assert kinds == ["offer.offered", "offer.reminded", "offer.lapsed"]
    assert heard(acme, acme.cam) == [
        ("offer.lapsed", "Beta Systems let an offer lapse: Wi-Fi", f"console/leads/{lead.uid}/")
    ]
    assert [kind for kind, _t, _p in heard(acme, acme.gamma_seller)] == ["offer.offered"]
    assert heard(acme, acme.other_cam) == []


def test_the_account_manager_is_asked_after_the_last_partner(acme):
    profile(acme, acme.beta, lead_capacity=9)
    publish(acme, {"partners_at_most": 1})
    offer = offer_lead_to(lead=a_lead(acme), partner=acme.beta, actor=acme.chief, at=AT)
    decline_offer(offer=offer, actor=acme.beta_seller, at=AT, quality=["other"], note="No thanks")
    run_pending()
    assert [kind for kind, _t, _p in heard(acme, acme.cam)] == ["offer.declined", "lead.person"]
    assert heard(acme, acme.cam)[1][1] == "1 lead waits for your decision"


def test_a_recall_is_told_with_its_reason(acme):
    lead = a_lead(acme)
    offer = offer_lead_to(lead=lead, partner=acme.beta, actor=acme.cam, at=AT)
    recall_offer(offer=offer, actor=acme.cam, at=AT, reason="Customer called us", then_route=False)
    again = offer_lead_to(lead=lead, partner=acme.beta, actor=acme.cam, at=AT, reason="They want it")
    taken = accept_offer(offer=again, actor=acme.beta_seller, at=AT)
    recall_lead(lead=taken, actor=acme.cam, at=AT, reason="Not worked", then_route=False)
    with acting_for(acme.admin):
        told = Notification.objects.filter(seat_id=acme.beta_seller.seat_id).order_by("pk")
        assert list(told.values_list("kind", "body"))[1::2] == [
            ("offer.recalled", "Customer called us"), ("lead.recalled", "Not worked"),
        ]  # fmt: skip


def test_why_tells_the_rule_the_rows_and_who_was_not_eligible(acme):
    profile(acme, acme.beta, lead_capacity=0)
    profile(acme, acme.gamma, lead_capacity=8)
    publish(acme, {})
    lead = a_lead(acme)
    capture_lead(actor=acme.operations, at=AT, source="form", values=LeadValues(need="Next"))
    with entering(acme.admin.context):
        assert why(lead, "USD") is None
    route_leads(lead_ids=[lead.pk], actor=acme.operations, at=AT)
    with entering(acme.admin.context):
        view = why(lead, "USD")
    assert view is not None
    assert (view.outcome, view.partner_name, view.rule_number, view.considered) == ("offered", "Gamma IT", 1, 2)
    assert "".join(text for text, _value in view.sentence).startswith("All leads go to the partner of the same")
    assert view.reasons == []
    assert [(row.name, row.decided_text, row.marked) for row in view.rows] == [
        ("Gamma IT", "Offered", ""), ("Beta Systems", "No room left", "open"),
    ]  # fmt: skip
    assert (view.excluded_text, view.excluded_count, view.fits_less_count, view.then) == ("", 0, 0, "")


def test_why_of_a_choice_by_hand_names_the_person_and_the_reason(acme):
    lead = a_lead(acme)
    offer_lead_to(lead=lead, partner=acme.beta, actor=acme.cam, at=AT, reason="They know them")
    with entering(acme.admin.context):
        view = why(lead, "USD")
    assert view is not None
    assert (view.by_hand, view.note, view.partner_name, view.sentence) == (
        "Cam Miller", "They know them", "Beta Systems", [],
    )  # fmt: skip

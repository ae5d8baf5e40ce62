"""What is expected of a partner's person by when."""

import re
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine

from fairway.core.http import expected
from fairway.core.tenancy.context import entering
from fairway.leads.actions.offers import accept_offer, offer_lead_to
from fairway.leads.actions.ratings import rate_lead
from fairway.leads.actions.work import log_touch, set_next_step
from fairway.leads.models import Offer
from fairway.leads.tests.makers import captured, offered

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 3, 4, 17, tzinfo=UTC)  # a Wednesday; Beta is in New York


@pytest.fixture(autouse=True)
def _now():
    with time_machine.travel(NOON, tick=False):
        yield


def dues(member, at=NOON):
    with entering(member.context):
        return [(due.what, due.title, due.due_at) for due in expected.gather(member, at)]


def page_of(client):
    answer = client.get("/acme/portal/leads/expected/")
    assert answer.status_code == 200
    return answer.content.decode()


def groups_in(page):
    return re.findall(r'fw-todo-head">(.*?)<', page)


def a_lead(acme, need, accepted_at=NOON):
    offer = offer_lead_to(
        lead=captured(acme, need=need, company=need), partner=acme.beta, actor=acme.cam, at=accepted_at
    )
    return accept_offer(offer=offer, actor=acme.beta_seller, at=accepted_at)


def test_offers_first_contacts_and_next_steps_come_by_their_time(acme):
    offer = offered(acme)
    lead = a_lead(acme, "Hall")
    with entering(acme.admin.context):
        lapses_at = Offer.objects.get(pk=offer.pk).lapses_at
    found = dues(acme.beta_seller)
    assert ("Answer the offer", "Wi-Fi for a new warehouse", lapses_at) in found
    assert [title for what, title, _due in found if what == "First contact"] == ["Hall"]
    assert [due for _what, _title, due in found] == sorted(due for _what, _title, due in found)
    log_touch(subject=lead, actor=acme.beta_seller, at=NOON, kind="call", outcome="reached", note="")
    with entering(acme.beta_seller.context):
        fresh = type(lead).objects.get(pk=lead.pk)
    set_next_step(lead=fresh, actor=acme.beta_seller, at=NOON, next_step="Call again", on=date(2026, 3, 6))
    told = dues(acme.beta_seller)
    assert not [what for what, _title, _due in told if what == "First contact"]
    zone = acme.beta_seller.zone
    assert ("Next step", "Hall: Call again", expected.end_of(date(2026, 3, 6), zone)) in told


def test_how_good_a_lead_is_is_asked_within_a_business_day_of_the_first_contact_until_it_is_said(acme):
    lead = a_lead(acme, "Hall")
    log_touch(subject=lead, actor=acme.beta_seller, at=NOON, kind="call", outcome="reached", note="")
    asked = ("Say how good the lead is", "Hall", NOON + timedelta(days=1))
    assert asked in dues(acme.beta_seller)
    assert asked not in dues(acme.gamma_seller)
    with entering(acme.beta_seller.context):
        fresh = type(lead).objects.get(pk=lead.pk)
    rate_lead(lead=fresh, actor=acme.beta_seller, at=NOON, quality=["good_fit"])
    assert asked not in dues(acme.beta_seller)


def test_the_first_contact_is_due_a_business_day_after_acceptance_over_a_weekend_too(acme):
    friday = datetime(2026, 3, 6, 15, tzinfo=UTC)
    a_lead(acme, "Weekend", friday)
    ((_what, _title, due),) = [each for each in dues(acme.beta_seller) if each[0] == "First contact"]
    assert due.date() == date(2026, 3, 9)


def test_what_is_overdue_stands_first_and_the_day_ends_where_the_reader_is(acme, client_of):
    late = a_lead(acme, "Late")
    later = a_lead(acme, "Later one")
    for lead, on in ((late, date(2026, 3, 3)), (later, date(2026, 3, 13))):
        log_touch(subject=lead, actor=acme.beta_seller, at=NOON, kind="call", outcome="reached", note="")
        with entering(acme.beta_seller.context):
            fresh = type(lead).objects.get(pk=lead.pk)
        set_next_step(lead=fresh, actor=acme.beta_seller, at=NOON, next_step="Visit", on=on)
    page = page_of(client_of(acme.beta_seller))
    assert groups_in(page) == ["Overdue", "In the next seven days", "Later"], "how good the leads are is asked tomorrow"
    assert page.index("Late: Visit") < page.index("Later one: Visit")
    assert "was due 3 Mar" in page
    with time_machine.travel(NOON + timedelta(days=9), tick=False):
        assert groups_in(page_of(client_of(acme.beta_seller))) == ["Overdue", "Today"]


def test_a_seller_is_told_the_own_leads_and_an_executive_all(acme):
    a_lead(acme, "Mine")
    offer = offer_lead_to(lead=captured(acme, need="Hers", company="Hers"), partner=acme.beta, actor=acme.cam, at=NOON)
    accept_offer(offer=offer, actor=acme.beta_executive, at=NOON)

    def contacts(member):
        return {title for what, title, _due in dues(member) if what == "First contact"}

    assert contacts(acme.beta_seller) == {"Mine"}
    assert contacts(acme.beta_executive) == {"Mine", "Hers"}
    assert contacts(acme.beta_marketer) == contacts(acme.gamma_seller) == set()


def test_a_page_without_anything_says_so(acme, client_of):
    assert "Nothing is expected of you now" in page_of(client_of(acme.gamma_seller))

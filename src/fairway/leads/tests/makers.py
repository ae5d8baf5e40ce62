"""Leads and offers for tests of pages, made through the actions."""

from datetime import UTC, datetime, timedelta

from fairway.core import clock
from fairway.leads.actions.capture import LeadValues, PersonValues, capture_lead
from fairway.leads.actions.offers import accept_offer, offer_lead_to

PERSON = PersonValues(
    first_name="Karen", last_name="Thielemann", job_title="IT administrator", email="karen@brinkmann.example",
    phone="+1 212 555 0100",
)  # fmt: skip
SECRETS = ("Karen", "Thielemann", "karen@brinkmann.example", "555 0100", "Brinkmann")
WEDNESDAY = datetime(2026, 3, 4, 15, tzinfo=UTC)


def captured(cast, *, person=PERSON, **values):
    given = {
        "need": "Wi-Fi for a new warehouse",
        "description": "14,000 square metres. Ask Karen at Brinkmann Logistics.",
        "company": "Brinkmann Logistics",
        "city": "Albany",
        "country": "US",
        "industry": "Logistics",
        "employees": 220,
        "amount_minor": 3_800_000,
        "currency": "USD",
        "timeframe_days": 90,
    }
    return capture_lead(
        actor=cast.operations, at=clock.now() - timedelta(hours=1), source="web form",
        values=LeadValues(**{**given, **values}), person=person, process=False,
    )  # fmt: skip


def offered(cast, partner=None, **values):
    lead = captured(cast, **values)
    return offer_lead_to(
        lead=lead, partner=partner or cast.beta, actor=cast.cam, at=clock.now() - timedelta(minutes=5), reason="Near"
    )


def accepted(cast, **values):
    offer = offered(cast, **values)
    return accept_offer(offer=offer, actor=cast.beta_seller, at=clock.now())

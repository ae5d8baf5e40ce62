from datetime import timedelta

import pytest
from django.utils import timezone

from fairway.core.tenancy.acting import acting_for
from fairway.core.tenancy.models import Organization
from fairway.leads.models import Lead, Offer


@pytest.fixture
def offered(acme):
    """Two open offers and a due step at Acme for Beta, one open offer for Gamma."""
    at = timezone.now()

    def lead(**extra):
        return Lead.objects.create(vendor_id=acme.acme.pk, title="Racks", captured_at=at, **extra)

    def offer(partner, hours, state="open"):
        Offer.objects.create(
            vendor_id=acme.acme.pk, partner=partner, lead=lead(), title="Racks", state=state,
            offered_at=at, lapses_at=at + timedelta(hours=hours),
        )  # fmt: skip

    with acting_for(acme.admin):
        offer(acme.beta, 3)
        offer(acme.beta, 90)
        offer(acme.beta, 90, state="declined")
        offer(acme.gamma, 90)
        due = {"state": "accepted", "next_step": "Call", "next_step_on": (at - timedelta(days=2)).date()}
        lead(partner=acme.beta, **due)


def test_the_desk_counts_open_offers_and_due_leads_by_vendor(acme, client_of, offered):
    page = client_of(acme.beta_executive).get("/desk/").content.decode()
    assert "3 things wait for you" in page
    assert "2 open offers, 1 within a day" in page
    assert 'href="/acme/portal/offers/"' in page
    assert "1 lead due" in page
    assert "Nothing waits here." in page  # at Zeta
    rival = client_of(acme.gamma_seller).get("/desk/").content.decode()
    assert "1 open offer<" in rival
    assert "lead due" not in rival


def test_the_desk_costs_the_same_for_more_vendors(acme, client_of, offered, django_assert_max_num_queries):
    assert Organization.objects.filter(is_vendor=True).count() >= 2
    browser = client_of(acme.beta_executive)
    browser.get("/desk/")  # the first request of a session is written down
    with django_assert_max_num_queries(14):
        browser.get("/desk/")

from datetime import timedelta

from django.utils import timezone

from fairway.core.tenancy.acting import acting_for
from fairway.deals.actions.decisions import return_registration
from fairway.deals.models import Deal
from fairway.deals.tests.making import LARGE, sent


def test_the_desk_counts_questions_and_due_deals_by_vendor(acme, client_of):
    at = timezone.now()
    soon = (at + timedelta(days=90)).date()
    asked = sent(acme, at=at, closes_on=soon, amount_minor=LARGE)
    return_registration(registration=asked, question="Which site?", actor=acme.deal_desk, at=at)
    sent(acme, at=at, closes_on=soon, customer_name="Harbour Foods AG")
    with acting_for(acme.admin):
        Deal.objects.update(next_step="Call", next_step_on=(at - timedelta(days=1)).date())
    page = client_of(acme.beta_executive).get("/desk/").content.decode()
    assert "1 returned registration" in page
    assert 'href="/acme/portal/registrations/"' in page
    assert "1 deal due" in page
    rival = client_of(acme.gamma_seller).get("/desk/").content.decode()
    assert "Nothing waits for you today" in rival

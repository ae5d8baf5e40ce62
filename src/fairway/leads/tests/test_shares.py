"""How the past quarter's leads were spread: counted as routing sees eligibility, told without naming others."""

from datetime import timedelta

import numpy as np
import pytest

from fairway.core import clock
from fairway.core.access import Forbidden, system_member
from fairway.core.jobs import run_pending
from fairway.core.tenancy.context import entering
from fairway.leads.actions.offers import offer_lead_to
from fairway.leads.actions.shares import ask_for_shares, count_shares
from fairway.leads.models import Lead, LeadShare
from fairway.leads.queries.expected import published_policy
from fairway.leads.queries.routing import lead_facts, partner_table
from fairway.leads.queries.runs import rules_of_policy
from fairway.leads.queries.subjects import lead_rows
from fairway.leads.rules.candidates import Router
from fairway.leads.rules.shares import count_reasons, size_of
from fairway.leads.tests.makers import captured
from fairway.leads.tests.test_routing import profile, publish


@pytest.mark.parametrize(
    ("employees", "name"),
    [(None, ""), (np.nan, ""), (1, "1–9"), (9, "1–9"), (10, "10–49"), (249, "50–249"), (250, "250+")],
)
def test_the_class_of_a_size(employees, name):
    assert size_of(employees) == name


@pytest.fixture
def spread(acme):
    """Three leads in the country of both; Beta was offered one, Gamma none."""
    profile(acme, acme.beta, lead_capacity=9, employees=5)
    profile(acme, acme.gamma, lead_capacity=9, employees=300)
    publish(acme, {"who": {"field": "partner.employees", "op": "at_least", "value": 3}})
    leads = [captured(acme) for _ in range(3)]
    offer_lead_to(lead=leads[0], partner=acme.beta, actor=acme.cam, at=clock.now() - timedelta(minutes=5), reason="x")
    return leads


def counted(cast):
    count_shares(actor=system_member(cast.acme.pk, "Shares"), at=clock.now())
    with entering(cast.operations.context):
        return {share.partner_id: share for share in LeadShare.objects.all()}


def test_who_got_nothing_though_it_could_have_is_starved(acme, spread):
    found = counted(acme)
    beta, gamma = found[acme.beta.pk], found[acme.gamma.pk]
    assert (beta.eligible, beta.offered, beta.is_starved, beta.size) == (3, 1, False, "1–9")
    assert (gamma.eligible, gamma.offered, gamma.is_starved, gamma.size) == (3, 0, True, "250+")
    # Chance 0.2, and it wins as all do, for want of outcomes.
    assert beta.value_minor == 760_000
    assert gamma.reasons == {"fits_less": 3}


def test_counting_again_replaces_what_was_counted(acme, spread):
    first = counted(acme)
    profile(acme, acme.gamma, accepts_leads=False)
    again = counted(acme)
    assert len(first) == len(again) == 2
    assert again[acme.gamma.pk].reasons == {"not_accepting": 3}
    assert not again[acme.gamma.pk].is_starved


@pytest.mark.parametrize(
    "rule",
    [
        {},
        {"match": ["country"]},
        {"match": ["product_line", "vertical"]},
        {"who": {"field": "partner.employees", "op": "at_least", "value": 100}},
        {"who": {"all": [{"field": "partner.kinds", "op": "includes_any", "value": ["reseller"]}]}},
        {"action": {"kind": "best", "weights": {"distance": 1}, "max_km": 50}},
    ],
)
def test_it_counts_as_eligible_whom_routing_counts(acme, spread, rule):
    publish(acme, {"partners_at_most": 20, **rule})
    at = clock.now()
    with entering(acme.operations.context):
        partners, rules = partner_table(at), rules_of_policy(published_policy(), "USD")
        facts = lead_facts(lead_rows(Lead.objects.values_list("pk", flat=True)))
    router = Router(rules, partners, at.timestamp())
    wanted = np.zeros(len(partners), dtype=np.int64)
    for fact in facts:
        wanted[router.eligible(fact, 1).rows] += 1
    found = count_reasons(rules, partners, facts, [1] * len(facts))
    assert found.eligible.tolist() == wanted.tolist()
    assert found.by_reason.sum(axis=0).tolist() == [len(facts)] * len(partners)


def test_the_page_of_the_vendor_shows_groups_and_leads_to_rows(acme, spread, client_of):
    web = client_of(acme.operations)
    assert "Not counted yet" in web.get("/acme/console/leads/fairness/").content.decode()
    web.post("/acme/console/leads/fairness/count/")
    run_pending()
    page = web.get("/acme/console/leads/fairness/").content.decode()
    assert "1 partner got nothing" in page
    assert "100.0" in page
    rows = web.get("/acme/console/leads/fairness/partners/?starved=1").content.decode()
    assert "Gamma" in rows
    assert "Beta" not in rows
    assert client_of(acme.finance).get("/acme/console/leads/fairness/").status_code == 403
    with pytest.raises(Forbidden):
        ask_for_shares(actor=acme.marketer)


def test_a_partner_reads_why_not_it_and_nothing_of_others(acme, spread, client_of):
    page = client_of(acme.gamma_seller).get("/acme/portal/leads/why-not-me/").content.decode()
    assert "Not counted yet" in page
    counted(acme)
    page = client_of(acme.gamma_seller).get("/acme/portal/leads/why-not-me/").content.decode()
    assert "Somebody else fitted better" in page
    assert "accept more of what is offered, and answer before it lapses" in page
    assert not [word for word in ("Beta", "Karen", "Thielemann", "Brinkmann") if word in page]
    with entering(acme.gamma_seller.context):
        assert [share.partner_id for share in LeadShare.objects.all()] == [acme.gamma.pk]

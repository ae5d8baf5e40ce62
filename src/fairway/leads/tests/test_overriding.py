"""A person goes against the rules: with a reason, which the decision and the log keep."""

import pytest
from tests.api import problem_of, program_of

from fairway.core import clock
from fairway.core.access import Forbidden
from fairway.core.events.models import Event
from fairway.core.refusals import Refused
from fairway.core.tenancy.acting import acting_for
from fairway.core.tenancy.context import entering
from fairway.core.told import tell
from fairway.leads.actions.offers import offer_lead_to, recall_offer
from fairway.leads.models import Lead, Offer, RoutingDecision
from fairway.leads.tests.makers import captured
from fairway.partners.models import Profile


def decided(cast, lead, outcome="offered", partner=None, note=""):
    with acting_for(cast.admin):
        RoutingDecision.objects.create(
            vendor=cast.acme, lead=lead, outcome=outcome, partner=partner, note=note, decided_at=clock.now(),
            rule_number=1,
        )  # fmt: skip


def kept(cast, lead):
    with entering(cast.admin.context):
        decision = RoutingDecision.objects.filter(lead=lead).order_by("-pk").first()
        events = Event.objects.filter(verb="overridden").count()
        offers = Offer.objects.filter(lead=lead, state="open").count()
    return decision.override if decision else None, events, offers


def offer_to(cast, lead, actor=None, partner=None, **reason):
    return offer_lead_to(
        lead=lead, partner=partner or cast.beta, actor=actor or cast.cam, at=clock.now(), **reason
    )  # fmt: skip


def test_another_partner_than_the_rules_chose_needs_a_reason_that_is_kept(acme):
    lead = captured(acme)
    decided(acme, lead, partner=acme.gamma)
    with pytest.raises(Refused, match="They chose Gamma"):
        offer_to(acme, lead)
    assert kept(acme, lead)[1:] == (0, 0)
    offer_to(acme, lead, code="knows_customer", reason="Ten years")
    override, events, offers = kept(acme, lead)
    assert override["code"] == "knows_customer"
    assert [tell(each) for each in override["against"]] == [f"They chose {acme.gamma.name}."]
    assert (events, offers) == (1, 1)


def test_the_choice_of_the_rules_is_no_override(acme):
    lead = captured(acme)
    decided(acme, lead, partner=acme.beta)
    offer_to(acme, lead)
    assert kept(acme, lead) == (None, 0, 1)


def test_where_the_rules_ask_a_person_the_choice_is_the_persons(acme):
    lead = captured(acme)
    decided(acme, lead, outcome="person")
    offer_to(acme, lead)
    assert kept(acme, lead) == (None, 0, 1)


def test_nobody_eligible_full_and_refusing_partners_are_overrides(acme):
    lead = captured(acme)
    decided(acme, lead, outcome="waiting", note="24 too far.")
    with acting_for(acme.admin):
        Profile.objects.update_or_create(
            vendor=acme.acme, partner=acme.beta, defaults={"lead_capacity": 0, "accepts_leads": True}
        )
    with pytest.raises(Refused) as refused:
        offer_to(acme, lead)
    assert "Nobody is eligible: 24 too far." in str(refused.value)
    assert "has no room left." in str(refused.value)
    with acting_for(acme.admin):
        Profile.objects.filter(partner=acme.beta).update(accepts_leads=False)
    with pytest.raises(Refused, match="takes no leads"):
        offer_to(acme, lead)


@pytest.mark.parametrize("code", ["nothing", "other"])
def test_a_reason_that_is_none_is_refused(acme, code):
    lead = captured(acme)
    decided(acme, lead, partner=acme.gamma)
    with pytest.raises(Refused):
        offer_to(acme, lead, code=code)
    assert kept(acme, lead)[1:] == (0, 0)


def test_who_may_route_but_not_override_is_forbidden(acme):
    from dataclasses import replace

    lead = captured(acme)
    decided(acme, lead, partner=acme.gamma)
    careful = replace(acme.cam, permissions=frozenset({"lead.route", "lead.read", "lead.recall"}))
    with pytest.raises(Forbidden):
        offer_to(acme, lead, actor=careful, code="agreed")
    assert kept(acme, lead)[1:] == (0, 0)


def test_the_leads_page_says_what_the_rules_had_against_it(acme, client_of):
    lead = captured(acme)
    first = offer_to(acme, lead)
    recall_offer(offer=first, actor=acme.cam, at=clock.now(), code="wrong_partner", then_route=False)
    client = client_of(acme.cam)
    path = f"/acme/console/leads/{lead.uid}/offer/"
    given = {"partner": str(acme.beta.uid), "limit_hours": "8", "code": "", "reason": ""}
    answer = client.post(path, given)
    assert answer.status_code == 422
    assert "This field is required" in answer.content.decode()
    assert client.post(path, {**given, "code": "agreed"}).status_code == 302
    page = client.get(f"/acme/console/leads/{lead.uid}/").content.decode()
    assert "Against the rules:" in page
    assert "Agreed with the partner" in page
    assert "had this lead before." in page


def test_programs_override_with_a_code(acme):
    lead = captured(acme)
    decided(acme, lead, partner=acme.gamma)
    with entering(acme.admin.context):
        uid = Lead.objects.get(pk=lead.pk).uid
    program = program_of(acme.cam)
    assert problem_of(program.post(f"leads/{uid}/offers", {"partner": "B-1"}), 422)
    assert program.post(f"leads/{uid}/offers", {"partner": "B-1", "code": "correction"}).status_code == 201
    assert kept(acme, lead)[0]["code"] == "correction"

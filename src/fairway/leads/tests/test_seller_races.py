"""Two at once, on committed rows: no lead has two sellers, and the slower one is told."""

from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
from django.db import OperationalError
from tests import cast as casting

from fairway.core.moves import StateConflict
from fairway.core.refusals import Refused
from fairway.core.tenancy.acting import acting_for
from fairway.core.tenancy.context import entering
from fairway.core.tenancy.models import Role, Seat
from fairway.leads.actions.many import accept_offers
from fairway.leads.actions.offers import accept_offer, offer_lead_to
from fairway.leads.actions.seller_rules import save_seller_rule
from fairway.leads.actions.sellers import assign_lead, take_assignment
from fairway.leads.models import Lead, SellerAssignment
from fairway.leads.tests.test_races import at_once, captured
from fairway.workflow.actions.deadlines import fire_due

pytestmark = pytest.mark.race
AT = datetime(2026, 3, 4, 15, tzinfo=UTC)


def sellers(cast):
    """Sal, and two more who come with each test."""
    users = [casting.person(f"race{n}@beta.example", f"Race {n}") for n in range(2)]
    with acting_for(cast.admin):
        for user in users:
            if not Seat.objects.filter(email=user.email).exists():
                casting.seat(cast.acme, user, Role.SELLER, cast.beta)
        return list(Seat.objects.filter(partner=cast.beta, role=Role.SELLER).order_by("pk"))


def accepted(cast, way):
    save_seller_rule(values={"way": way, "answer_hours": 4}, actor=cast.beta_executive, at=AT)
    with entering(cast.cam.context):
        lead = Lead.objects.get(pk=captured(cast)[0])
    offer = offer_lead_to(lead=lead, partner=cast.beta, actor=cast.cam, at=AT)
    accept_offer(offer=offer, actor=cast.beta_executive, at=AT)
    return lead.pk


def seen(cast, lead_id):
    with entering(cast.beta_executive.context):
        return Lead.objects.select_related("partner").get(pk=lead_id)


def rows(cast, lead_id):
    with entering(cast.beta_executive.context):
        return list(SellerAssignment.objects.filter(lead_id=lead_id).order_by("pk").values_list("state", "seat_id"))


def live(cast, lead_id):
    with entering(cast.beta_executive.context):
        return SellerAssignment.objects.get(lead_id=lead_id, ended_at=None)


def test_of_two_who_assign_at_once_one_wins_and_the_other_is_told(committed):
    people = sellers(committed)
    for _ in range(4):
        lead_id = accepted(committed, "hand")
        copies = [seen(committed, lead_id) for _copy in range(2)]
        works = [
            partial(assign_lead, lead=copy, seat=seat, actor=committed.beta_executive, at=AT)
            for copy, seat in zip(copies, people, strict=False)
        ]
        results = at_once(*works)
        won = [result for result in results if isinstance(result, Lead)]
        lost = [result for result in results if isinstance(result, StateConflict)]
        assert (len(won), len(lost)) == (1, 1), results
        assert "It has just gone to" in str(lost[0])
        assert rows(committed, lead_id) == [("open", won[0].seller_id)]
        assert seen(committed, lead_id).seller_id == won[0].seller_id


def test_taking_and_handing_on_at_once_leave_one_seller(committed):
    people = sellers(committed)
    for _ in range(4):
        lead_id = accepted(committed, "hand")
        assign_lead(lead=seen(committed, lead_id), seat=people[0], actor=committed.beta_executive, at=AT)
        at_once(
            partial(take_assignment, assignment=live(committed, lead_id), actor=committed.beta_seller, at=AT),
            partial(assign_lead, lead=seen(committed, lead_id), seat=people[1], actor=committed.beta_executive, at=AT),
        )
        now = live(committed, lead_id)
        assert seen(committed, lead_id).seller_id == now.seat_id
        assert now.state in {"open", "taken"}


def test_ten_workers_let_it_lapse_once_and_a_run_of_before_does_nothing_twice(committed):
    sellers(committed)
    lead_id = accepted(committed, "turn")
    first = live(committed, lead_id).seat_id
    for _again in range(2):
        at_once(*[partial(fire_due, AT + timedelta(hours=4), vendor_id=committed.acme.pk) for _worker in range(10)])
    states = rows(committed, lead_id)
    assert states[0] == ("lapsed", first)
    assert len(states) == 2
    assert states[1][0] == "open"
    assert states[1][1] != first


def test_leads_accepted_at_once_go_to_different_sellers(committed):
    people = sellers(committed)
    save_seller_rule(values={"way": "turn", "answer_hours": 4}, actor=committed.beta_executive, at=AT)
    offers = []
    for lead_id in captured(committed, len(people)):
        with entering(committed.cam.context):
            lead = Lead.objects.get(pk=lead_id)
        offers.append(offer_lead_to(lead=lead, partner=committed.beta, actor=committed.cam, at=AT))
    results = at_once(*[partial(accept_offer, offer=offer, actor=committed.beta_executive, at=AT) for offer in offers])
    assert not [result for result in results if isinstance(result, (Refused, StateConflict))]
    got = [seen(committed, offer.lead_id).seller_id for offer in offers]
    assert sorted(got) == [seat.pk for seat in people]


def test_many_accepted_beside_one_and_beside_a_change_of_the_rule_never_wait_for_each_other(committed):
    sellers(committed)
    for _again in range(4):
        save_seller_rule(values={"way": "turn", "answer_hours": 4}, actor=committed.beta_executive, at=AT)
        offers = []
        for lead_id in captured(committed, 4):
            with entering(committed.cam.context):
                lead = Lead.objects.get(pk=lead_id)
            offers.append(offer_lead_to(lead=lead, partner=committed.beta, actor=committed.cam, at=AT))
        actor = committed.beta_executive
        results = at_once(
            partial(accept_offers, rows=offers, actor=actor, at=AT),
            *[partial(accept_offer, offer=offer, actor=committed.beta_seller, at=AT) for offer in offers[1:3]],
            partial(save_seller_rule, values={"way": "least", "answer_hours": 4}, actor=actor, at=AT),
        )
        assert not [result for result in results if isinstance(result, OperationalError)], results
        with entering(actor.context):
            assert all(
                SellerAssignment.objects.filter(lead_id=offer.lead_id, ended_at=None).count() == 1 for offer in offers
            )

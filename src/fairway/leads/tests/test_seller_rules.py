"""Who of several sellers is next: generated, and every walk through taking, giving back and handing on."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests import cast as casting
from tests.api import program_of

from fairway.core import clock
from fairway.core.moves import StateConflict
from fairway.core.refusals import Refused
from fairway.core.states import TransitionRefused
from fairway.core.tenancy.acting import acting_for
from fairway.core.tenancy.context import entering
from fairway.core.tenancy.models import Role, Seat
from fairway.leads.actions.offers import accept_offer
from fairway.leads.actions.seller_rules import save_seller_rule
from fairway.leads.actions.sellers import assign_lead, give_back_assignment, take_assignment
from fairway.leads.models import Lead, SellerAssignment
from fairway.leads.rules.sellers import LEAST, TURN, Seller, choose, hours_to_take, why_not
from fairway.leads.tests.makers import accepted, offered
from fairway.workflow.actions.deadlines import fire_due

AT = datetime(2026, 3, 4, 15, tzinfo=UTC)
SELLERS = st.lists(
    st.builds(
        Seller,
        seat_id=st.integers(1, 9),
        open_leads=st.integers(0, 6),
        last_at=st.none() | st.integers(0, 50).map(lambda hours: AT - timedelta(hours=hours)),
        is_away=st.booleans(),
        is_active=st.booleans(),
    ),
    unique_by=lambda seller: seller.seat_id,
    max_size=9,
)


@given(SELLERS, st.sampled_from([TURN, LEAST]), st.none() | st.integers(1, 6), st.sets(st.integers(1, 9)))
def test_only_who_can_is_chosen_and_nobody_who_can_is_behind(sellers, way, most, had):
    chosen = choose(way, sellers, most=most, had=had)
    assert chosen == choose(way, list(reversed(sellers)), most=most, had=had)
    free = [seller for seller in sellers if not why_not(seller, most=most, had=had)]
    assert sum(chosen.passed.values()) == len(sellers) - len(free)
    if not free:
        assert chosen.seat_id is None
        return
    one = next(seller for seller in free if seller.seat_id == chosen.seat_id)
    assert one.is_active
    assert not one.is_away
    if way == LEAST:
        assert one.open_leads == min(seller.open_leads for seller in free)
    elif one.last_at is not None:
        assert all(seller.last_at is not None and seller.last_at >= one.last_at for seller in free)


@given(st.integers(1, 2160), st.none() | st.integers(1, 2160))
def test_the_partners_own_time_never_lengthens_the_vendors(vendors, own):
    assert hours_to_take(vendors, own) == (vendors if own is None else min(own, vendors))


@pytest.fixture
def people(acme):
    users = [casting.person(f"walk{n}@beta.example", f"Walk {n}") for n in range(2)]
    with acting_for(acme.admin):
        made = [casting.seat(acme.acme, user, Role.SELLER, acme.beta) for user in users]
        return [Seat.objects.get(pk=acme.beta_seller.seat_id), *made]


STEPS = st.lists(st.tuples(st.sampled_from(["take", "give", "assign", "rule", "lapse"]), st.integers(0, 2)), max_size=8)


@given(STEPS)
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_after_any_walk_a_lead_has_one_seller_or_waits_with_a_reason(acme, people, steps):
    save_seller_rule(values={"way": "turn", "answer_hours": 4}, actor=acme.beta_executive, at=AT)
    lead_id, at = accepted(acme).pk, AT
    for verb, number in steps:
        at += timedelta(hours=24)
        walk(acme, people, lead_id, verb, number, at)
        with entering(acme.beta_executive.context):
            lead = Lead.objects.get(pk=lead_id)
            (live,) = SellerAssignment.objects.filter(lead=lead, ended_at=None)
        assert lead.seller_id == live.seat_id
        assert (live.state == "waiting") == (live.seat_id is None)
        assert live.seat_id or live.because


def walk(acme, people, lead_id, verb, number, at):
    with entering(acme.beta_executive.context):
        lead = Lead.objects.select_related("partner").get(pk=lead_id)
        live = SellerAssignment.objects.get(lead=lead, ended_at=None)
    seat = people[number]
    with suppress(Refused, StateConflict, TransitionRefused):
        if verb == "take":
            take_assignment(assignment=live, actor=casting.member(seat), at=at)
        elif verb == "give":
            give_back_assignment(assignment=live, actor=casting.member(seat), at=at, code="no_time")
        elif verb == "lapse":
            fire_due(at, vendor_id=acme.acme.pk)
        else:
            to = seat if verb == "assign" else None
            assign_lead(lead=lead, seat=to, actor=acme.beta_executive, at=at, reason="Because")


def test_programs_set_the_rule_hand_on_take_and_give_back(acme, people):
    boss, sal = program_of(acme.beta_executive), program_of(acme.beta_seller)
    line = {
        "name": "Logistics", "seats": [str(people[0].uid)],
        "when": {"field": "lead.industry", "op": "in", "value": ["Logistics"]},
    }  # fmt: skip
    saved = boss.patch("/seller-rule", {"way": "hand", "open_most": 5, "lines": [line]})
    assert saved.status_code == 200, saved.content
    assert saved.json()["lines"][0]["seats"] == [str(people[0].uid)]
    assert boss.patch("/seller-rule", {"way": "hand", "answer_hours": 99}).status_code == 422
    assert sal.patch("/seller-rule", {"way": "hand"}).status_code == 403
    lead = accept_offer(offer=offered(acme), actor=acme.beta_executive, at=clock.now())
    one = sal.get("/seller-assignments?state=open").json()["items"][0]
    assert (one["lead"], one["seller"], one["line"]) == (str(lead.uid), str(people[0].uid), "Logistics")
    assert boss.post(f"/seller-assignments/{one['uid']}/taking").status_code == 422
    assert sal.post(f"/seller-assignments/{one['uid']}/giving-back", {"code": "nothing"}).status_code == 422
    back = sal.post(f"/seller-assignments/{one['uid']}/giving-back", {"code": "no_time"})
    assert back.json()["state"] == "returned"
    waits = boss.get("/seller-assignments?state=waiting").json()["items"][0]
    assert (waits["because"], waits["seller"]) == ("given_back", None)
    given_on = boss.post(f"/leads/{lead.uid}/seller", {"seller": str(people[1].uid)})
    assert (given_on.json()["state"], given_on.json()["seller"]) == ("open", str(people[1].uid))
    days = {"first_on": "2027-03-01", "last_on": "2027-03-05"}
    assert sal.post("/seller-absences", days).json()["seller"] == str(people[0].uid)
    other = sal.post("/seller-absences", {**days, "seller": str(people[1].uid)})
    assert other.status_code == 403

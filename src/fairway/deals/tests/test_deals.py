from datetime import date, timedelta

import pytest

from fairway.core.access import Forbidden
from fairway.core.events.models import Event
from fairway.core.moves import StateConflict
from fairway.core.refusals import Refused
from fairway.core.states import TransitionRefused
from fairway.core.tenancy.context import entering
from fairway.deals.actions.deals import edit_deal, lose_deal, move_deal, set_next_step, win_deal
from fairway.deals.actions.opening import convert_lead
from fairway.deals.actions.protections import extend_protection, release_protection
from fairway.deals.queries.deals import touches_of
from fairway.deals.rules.states import DEAL
from fairway.deals.tests.making import (
    AT,
    LATER,
    accepted_lead,
    customers,
    deals,
    everything,
    fresh,
    line,
    protections,
    sent,
)
from fairway.leads.actions.work import close_lead, log_touch, recall_lead
from fairway.workflow.actions.deadlines import fire_due


def open_deal(cast):
    sent(cast)
    return deals(cast)[0]


def test_an_accepted_lead_is_protected_at_once(acme):
    lead = accepted_lead(acme)
    (protection,) = protections(acme)
    assert (protection.lead_id, protection.partner_id, protection.customer.name) == (
        lead.pk, acme.beta.pk, "Brinkmann Logistics",
    )  # fmt: skip
    assert protection.protected_until == AT + timedelta(days=90)


def test_a_lead_of_a_person_without_company_is_protected_but_never_matched_by_the_name(acme):
    accepted_lead(acme, company="")
    accepted_lead(acme, member=acme.gamma_seller, company="", at=LATER)
    assert customers(acme) == ["Karen Thiele", "Karen Thiele"]
    assert [row.partner_id for row in protections(acme)] == [acme.beta.pk, acme.gamma.pk]


def test_a_lead_of_a_customer_protected_for_another_stays_unprotected_and_staff_see_it(acme):
    accepted_lead(acme)
    lead = accepted_lead(acme, member=acme.gamma_seller, at=LATER)
    assert [row.partner_id for row in protections(acme)] == [acme.beta.pk]
    with entering(acme.admin.context):
        seen = Event.objects.get(verb="left_unprotected")
    assert (seen.subject_id, seen.audience) == (lead.pk, "internal")
    deal = convert_lead(lead=lead, actor=acme.gamma_seller, at=LATER)
    assert deal.protection_id is None


def test_a_project_protected_for_another_leaves_a_lead_for_the_whole_customer_unprotected(acme):
    sent(acme, scope="project", scope_name="Ward Wi-Fi")
    accepted_lead(acme, member=acme.gamma_seller, at=LATER, company="Weserland Kliniken", city="Bremen")
    assert [row.partner_id for row in protections(acme)] == [acme.beta.pk]


def test_a_lead_for_the_own_protected_customer_keeps_that_protection(acme):
    sent(acme)
    accepted_lead(acme, at=LATER, company="Weserland Kliniken", city="Bremen", product_line_id=line(acme).pk)
    assert [(row.registration_id is not None, row.state) for row in protections(acme)] == [(True, "live")]
    with entering(acme.admin.context):
        assert not Event.objects.filter(verb="left_unprotected").exists()


def test_a_lead_taken_back_or_closed_frees_its_customer(acme):
    recall_lead(lead=accepted_lead(acme), actor=acme.cam, at=LATER, reason="No contact", then_route=False)
    lead = accepted_lead(acme, at=LATER, company="Ostheide Clinic")
    close_lead(lead=lead, actor=acme.beta_seller, at=LATER, reason="no_need")
    assert [row.state for row in protections(acme)] == ["released", "released"]


def test_a_lead_becomes_one_deal_however_often_it_is_pressed(acme):
    lead = accepted_lead(acme, amount_minor=3_800_000, currency="USD")
    deal = convert_lead(lead=lead, actor=acme.beta_seller, at=LATER)
    again = convert_lead(lead=lead, actor=acme.beta_executive, at=LATER)
    assert again.pk == deal.pk
    assert len(deals(acme)) == 1
    assert (deal.origin, deal.state, deal.amount_minor, deal.customer_name) == (
        "vendor", "qualified", 3_800_000, "Brinkmann Logistics",
    )  # fmt: skip
    assert (deal.seller_id, deal.protection_id) == (acme.beta_seller.seat_id, protections(acme)[0].pk)
    assert fresh(acme, lead).state == "converted"


@pytest.mark.parametrize("state", DEAL.states)
@pytest.mark.parametrize("verb", DEAL.verbs)
def test_a_deal_moves_only_as_the_table_says(acme, state, verb):
    deal = open_deal(acme)
    reached = {"proposal": "proposal", "negotiation": "negotiation"}.get(state)
    if reached:
        move_deal(deal=deal, to=reached, actor=acme.beta_seller, at=AT)
    elif state == "won":
        win_deal(deal=deal, amount_minor=1, actor=acme.beta_seller, at=AT)
    elif state == "lost":
        lose_deal(deal=deal, reason="price", actor=acme.beta_seller, at=AT)

    def act():
        if verb == "win":
            return win_deal(deal=deal, amount_minor=5, actor=acme.beta_seller, at=LATER)
        if verb == "lose":
            return lose_deal(deal=deal, reason="price", actor=acme.beta_seller, at=LATER)
        return move_deal(deal=deal, to=verb.removeprefix("to_"), actor=acme.beta_seller, at=LATER)

    if DEAL.allows(state, verb):
        act()
        assert fresh(acme, deal).state == DEAL.next(state, verb)
    elif verb == f"to_{state}":
        act()
        assert fresh(acme, deal).version == deal.version
    else:
        with pytest.raises(TransitionRefused):
            act()
        assert fresh(acme, deal).state == state


def test_winning_keeps_amount_and_time_and_clears_the_next_step(acme):
    deal = open_deal(acme)
    set_next_step(deal=deal, text="Call", on=date(2026, 3, 9), actor=acme.beta_seller, at=AT)
    win_deal(deal=deal, amount_minor=4_000_000, actor=acme.beta_seller, at=LATER)
    won = fresh(acme, deal)
    assert (won.state, won.amount_minor, won.closed_at, won.next_step) == ("won", 4_000_000, LATER, "")
    assert [row.state for row in protections(acme)] == ["live"]


@pytest.mark.parametrize("amount", [0, -5])
def test_a_deal_is_not_won_for_nothing(acme, amount):
    deal = open_deal(acme)
    with pytest.raises(Refused) as refusal:
        win_deal(deal=deal, amount_minor=amount, actor=acme.beta_seller, at=LATER)
    assert refusal.value.field == "amount_minor"
    assert fresh(acme, deal).state == "qualified"


def test_losing_needs_a_reason_and_frees_the_customer(acme):
    deal = open_deal(acme)
    for reason, note in (("", ""), ("bored", ""), ("other", " ")):
        with pytest.raises(Refused):
            lose_deal(deal=deal, reason=reason, note=note, actor=acme.beta_seller, at=LATER)
    lose_deal(deal=fresh(acme, deal), reason="price", note="Half of ours", actor=acme.beta_seller, at=LATER)
    lost = fresh(acme, deal)
    assert (lost.state, lost.close_reason, lost.close_note) == ("lost", "price", "Half of ours")
    assert [row.state for row in protections(acme)] == ["released"]


def test_an_edit_of_an_old_version_is_refused(acme):
    deal = open_deal(acme)
    stale = fresh(acme, deal)
    edit_deal(deal=deal, values={"amount_minor": 5}, version=deal.version, actor=acme.beta_seller, at=LATER)
    with pytest.raises(StateConflict):
        edit_deal(deal=stale, values={"amount_minor": 6}, version=stale.version, actor=acme.cam, at=LATER)
    with pytest.raises(StateConflict):
        edit_deal(deal=fresh(acme, deal), values={"amount_minor": 6}, version=stale.version, actor=acme.cam, at=LATER)
    assert fresh(acme, deal).amount_minor == 5


def test_a_closed_deal_says_what_it_said(acme):
    deal = open_deal(acme)
    win_deal(deal=deal, amount_minor=5, actor=acme.beta_seller, at=LATER)
    with pytest.raises(Refused):
        set_next_step(deal=deal, text="Call", on=date(2026, 3, 9), actor=acme.beta_seller, at=LATER)
    assert fresh(acme, deal).next_step == ""


@pytest.mark.parametrize("member", ["beta_marketer", "marketer", "finance", "operations"])
def test_others_do_not_work_deals(acme, member):
    deal = open_deal(acme)
    with pytest.raises(Forbidden):
        move_deal(deal=deal, to="proposal", actor=getattr(acme, member), at=LATER)
    assert fresh(acme, deal).state == "qualified"


def test_a_deal_shows_the_contacts_of_the_lead_it_came_from(acme):
    lead = accepted_lead(acme)
    log_touch(subject=lead, actor=acme.beta_seller, at=LATER, kind="call", outcome="reached", note="Wants two halls")
    deal = convert_lead(lead=lead, actor=acme.beta_seller, at=LATER)
    log_touch(subject=deal, actor=acme.beta_seller, at=LATER, kind="email", outcome="reached", note="Sent a quote")
    with entering(acme.beta_seller.context):
        assert [touch.note for touch in touches_of(deal)] == ["Sent a quote", "Wants two halls"]


def test_a_touch_of_a_deal_is_kept(acme):
    deal = open_deal(acme)
    touch = log_touch(subject=deal, actor=acme.beta_seller, at=LATER, kind="call", outcome="reached", note="Agreed")
    assert (touch.subject_type, touch.subject_id, touch.partner_id) == ("deal", deal.pk, acme.beta.pk)


def test_a_protection_ends_by_its_deadline_and_not_before(acme):
    open_deal(acme)
    (protection,) = protections(acme)
    fire_due(protection.protected_until - timedelta(seconds=1), vendor_id=acme.acme.pk)
    assert fresh(acme, protection).state == "live"
    extend_protection(protection=protection, days=30, actor=acme.deal_desk, at=LATER, reason="Tender postponed")
    fire_due(AT + timedelta(days=121), vendor_id=acme.acme.pk)
    assert fresh(acme, protection).state == "extended"
    fire_due(AT + timedelta(days=150), vendor_id=acme.acme.pk)
    ended = fresh(acme, protection)
    assert (ended.state, ended.ended_at) == ("expired", AT + timedelta(days=150))


def test_an_extension_beyond_the_most_is_refused(acme):
    open_deal(acme)
    (protection,) = protections(acme)
    before = everything(acme)
    with pytest.raises(Refused) as refusal:
        extend_protection(protection=protection, days=246, actor=acme.deal_desk, at=LATER)
    assert refusal.value.field == "days"
    assert (everything(acme), fresh(acme, protection).version) == (before, 1)


def test_a_released_customer_is_free_for_others(acme):
    open_deal(acme)
    (protection,) = protections(acme)
    with pytest.raises(Forbidden):
        release_protection(protection=protection, reason="Not worked", actor=acme.cam, at=LATER)
    release_protection(protection=protection, reason="Not worked", actor=acme.deal_desk, at=LATER)
    lead = accepted_lead(
        acme, member=acme.gamma_seller, at=LATER, company="Weserland Kliniken", city="Bremen",
        product_line_id=line(acme).pk,
    )  # fmt: skip
    assert [(row.partner_id, row.state) for row in protections(acme)] == [
        (acme.beta.pk, "released"), (lead.partner_id, "live"),
    ]  # fmt: skip
    assert customers(acme) == ["Weserland Kliniken gGmbH"]

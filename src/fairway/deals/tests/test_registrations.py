from datetime import date, timedelta

import pytest

from fairway.core.access import Forbidden
from fairway.core.events.models import Event
from fairway.core.moves import StateConflict
from fairway.core.refusals import Refused
from fairway.core.states import TransitionRefused
from fairway.core.tenancy.acting import acting_for
from fairway.core.tenancy.context import OutsideContext, entering
from fairway.customers.models import Customer
from fairway.deals.actions.decisions import (
    MAKE_NEW,
    approve_registration,
    reject_registration,
    return_registration,
    revoke_registration,
)
from fairway.deals.actions.protections import protect_registration
from fairway.deals.actions.receipts import is_genuine
from fairway.deals.actions.registrations import answer_question, save_draft, submit_registration, withdraw_registration
from fairway.deals.models import Conflict, Registration
from fairway.deals.tests.making import (
    AT,
    LARGE,
    LATER,
    approvals,
    conflicts,
    customers,
    deals,
    drafted,
    everything,
    fresh,
    line,
    protections,
    sent,
    to_decide,
    values,
)


def verbs(cast, member, *kinds):
    with entering(member.context):
        rows = Event.objects.filter(subject_type__in=kinds).order_by("id").values_list("subject_type", "verb")
        return [f"{kind}.{verb}" for kind, verb in rows]


def test_a_clear_case_is_protected_and_a_deal_at_once_with_the_reasons_kept(acme):
    registration = sent(acme)
    assert (registration.state, registration.is_automatic) == ("approved", True)
    assert approvals(acme, registration) == [("approved", True)]
    (protection,) = protections(acme)
    assert (protection.partner_id, protection.scope_key, protection.customer.name) == (
        acme.beta.pk, "", "Weserland Kliniken gGmbH",
    )  # fmt: skip
    assert protection.protected_until == AT + timedelta(days=120)
    (deal,) = deals(acme)
    assert (deal.origin, deal.amount_minor, deal.protection_id) == ("partner", 4_200_000, protection.pk)
    assert verbs(acme, acme.beta_seller, "registration", "protection", "deal") == [
        "registration.submitted", "protection.granted", "deal.opened", "registration.approved",
    ]  # fmt: skip


def test_a_large_amount_waits_for_the_deal_desk_sixteen_business_hours(acme):
    registration = to_decide(acme)
    assert registration.state == "submitted"
    assert approvals(acme, registration) == [("waiting", False)]
    # Seven hours today, eight tomorrow, one on Friday: ten in the morning.
    assert registration.due_at == AT + timedelta(days=2)
    assert protections(acme) == []


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"customer_name": ""}, "customer_name"),
        ({"customer_name": "0190f5a2-7c1e-7d3b-9a44-5e0f3c2b1a00"}, "customer_name"),
        ({"product_line": None}, "product_line"),
        ({"amount_minor": None}, "amount_minor"),
        ({"amount_minor": 0}, "amount_minor"),
        ({"closes_on": None}, "closes_on"),
        ({"scope": "project", "scope_name": " "}, "scope_name"),
    ],
)
def test_an_incomplete_draft_is_refused_and_stays_a_draft(acme, given, field):
    draft = drafted(acme, **given)
    before = everything(acme)
    with pytest.raises(Refused) as refusal:
        submit_registration(registration=draft, actor=acme.beta_seller, at=AT)
    assert refusal.value.field == field
    assert everything(acme) == before
    assert (fresh(acme, draft).state, fresh(acme, draft).submitted_at) == ("draft", None)


def test_a_draft_may_be_anything_and_keeps_what_was_written(acme):
    draft = save_draft(values={"customer_name": "Wes"}, actor=acme.beta_seller, at=AT)
    save_draft(values={"city": "Bremen"}, registration=draft, actor=acme.beta_seller, at=LATER)
    kept = fresh(acme, draft)
    assert (kept.customer_name, kept.city, kept.state, kept.version) == ("Wes", "Bremen", "draft", 2)


def test_the_same_number_twice_is_one_draft(acme):
    first = save_draft(values={"customer_name": "Wes"}, actor=acme.beta_seller, at=AT)
    again = save_draft(values={"customer_name": "Weser"}, uid=first.uid, actor=acme.beta_seller, at=AT)
    assert (again.pk, fresh(acme, first).customer_name) == (first.pk, "Weser")
    with pytest.raises(Refused):
        save_draft(values={"customer_name": "x"}, uid=first.uid, actor=acme.gamma_seller, at=AT)


def test_two_who_edit_one_draft_do_not_overwrite_each_other(acme):
    draft = drafted(acme)
    stale = fresh(acme, draft)
    save_draft(values={"city": "Bremerhaven"}, registration=draft, actor=acme.beta_seller, at=LATER)
    with pytest.raises(StateConflict):
        save_draft(values={"city": "Verden"}, registration=stale, actor=acme.beta_executive, at=LATER)
    assert fresh(acme, draft).city == "Bremerhaven"


def test_the_receipt_proves_what_was_sent_and_when(acme):
    registration = to_decide(acme)
    assert "2026-03-04 15:00:00 UTC" in registration.receipt
    assert str(registration.uid) in registration.receipt
    assert is_genuine(registration, registration.receipt)
    assert not is_genuine(registration, registration.receipt[:-1] + "_")
    registration.customer_name = "Another"
    assert not is_genuine(registration, registration.receipt)


def test_a_rival_with_a_similar_name_waits_and_staff_see_why(acme):
    own = sent(acme)
    rival = sent(acme, acme.gamma_seller, LATER, customer_name="Weserland Klinik")
    assert rival.state == "submitted"
    assert rival.customer_id is None
    found = conflicts(acme, rival)
    assert {kind for kind, _, _ in found} == {"protection", "deal"}
    assert {partner for _, _, partner in found} == {own.partner_id}
    with entering(acme.deal_desk.context):
        row = Conflict.objects.filter(registration=rival, kind="protection").get()
    assert 0.85 <= row.similarity < 1
    assert row.why == "a similar name in the same city"
    assert customers(acme) == ["Weserland Kliniken gGmbH"]


def test_the_same_customer_and_line_is_blocked_while_another_line_is_free(acme):
    sent(acme)
    blocked = sent(acme, acme.gamma_seller, LATER, customer_name="Weserland-Kliniken GmbH")
    other_line = sent(acme, acme.gamma_seller, LATER, product_line=line(acme, "switching"))
    assert conflicts(acme, blocked) == [("protection", True, acme.beta.pk), ("deal", False, acme.beta.pk)]
    assert other_line.state == "approved"


def test_first_in_time_holds_its_place_and_later_ones_wait_for_it(acme):
    first = to_decide(acme)
    second = to_decide(acme, acme.gamma_seller, LATER)
    assert conflicts(acme, first) == []
    assert conflicts(acme, second) == [("registration", True, acme.beta.pk)]
    before = everything(acme)
    with pytest.raises(Refused, match="first in time") as refusal:
        approve_registration(registration=second, actor=acme.deal_desk, at=LATER)
    assert "Beta Systems" in str(refusal.value)
    assert everything(acme) == before
    assert fresh(acme, second).state == "submitted"
    approve_registration(registration=fresh(acme, first), actor=acme.deal_desk, at=LATER)
    with pytest.raises(Refused, match="protected already"):
        approve_registration(registration=fresh(acme, second), actor=acme.deal_desk, at=LATER)
    assert [row.partner_id for row in protections(acme)] == [acme.beta.pk]


def test_a_returned_registration_keeps_its_place(acme):
    first = to_decide(acme)
    return_registration(registration=first, question="Which of the four sites?", actor=acme.deal_desk, at=AT)
    second = to_decide(acme, acme.gamma_seller, LATER)
    assert conflicts(acme, second) == [("registration", True, acme.beta.pk)]
    answered = answer_question(
        registration=fresh(acme, first), answer="Only house B.", actor=acme.beta_seller, at=LATER + timedelta(days=1)
    )
    assert (answered.state, answered.submitted_at, answered.answer) == ("submitted", AT, "Only house B.")
    assert conflicts(acme, first) == []
    assert approvals(acme, first) == [("returned", False), ("waiting", False)]


def test_withdrawing_frees_the_place(acme):
    first = to_decide(acme)
    withdraw_registration(registration=first, actor=acme.beta_seller, at=AT)
    assert approvals(acme, first) == [("withdrawn", False)]
    assert sent(acme, acme.gamma_seller, LATER).state == "approved"


def test_what_the_partner_has_already_is_said_to_the_partner(acme):
    sent(acme)
    before = everything(acme)
    draft = drafted(acme, at=LATER)
    with pytest.raises(Refused, match="already has this"):
        submit_registration(registration=draft, actor=acme.beta_seller, at=LATER)
    assert everything(acme) == {**before, "Registration": before["Registration"] + 1}


def test_an_unclear_customer_has_to_be_named_before_approval(acme):
    sent(acme)
    unclear = sent(acme, customer_name="Weserland Klinik", product_line=line(acme, "switching"), at=LATER)
    assert unclear.state == "submitted"
    with pytest.raises(Refused) as refusal:
        approve_registration(registration=unclear, actor=acme.deal_desk, at=LATER)
    assert refusal.value.field == "customer"
    with entering(acme.admin.context):
        known = Customer.objects.get()
    approve_registration(registration=fresh(acme, unclear), actor=acme.deal_desk, at=LATER, customer=known)
    assert {row.customer_id for row in protections(acme)} == {known.pk}


def test_staff_may_say_that_it_is_a_new_customer(acme):
    sent(acme)
    rival = sent(acme, acme.gamma_seller, LATER, customer_name="Weserland Klinik", city="Minden")
    approve_registration(
        registration=rival, actor=acme.deal_desk, at=LATER, customer=MAKE_NEW, days=30, note="As agreed"
    )
    assert customers(acme) == ["Weserland Kliniken gGmbH", "Weserland Klinik"]
    assert protections(acme)[1].protected_until == LATER + timedelta(days=30)
    assert fresh(acme, rival).decision_note == "As agreed"


def test_the_database_refuses_a_second_live_protection_of_one_key(acme):
    registration = sent(acme)
    rival = to_decide(acme, acme.gamma_seller, LATER)
    before = everything(acme)
    with pytest.raises(Refused, match="Beta Systems"), acting_for(acme.deal_desk):
        protect_registration(
            registration=rival, customer=fresh(acme, registration).customer, actor=acme.deal_desk, at=LATER, days=10
        )
    assert everything(acme) == before


def test_rejecting_needs_a_reason_and_tells_nothing_of_others(acme):
    registration = to_decide(acme)
    with pytest.raises(Refused):
        reject_registration(registration=registration, reason="because", actor=acme.deal_desk, at=LATER)
    with pytest.raises(Refused):
        reject_registration(registration=registration, reason="other", actor=acme.deal_desk, at=LATER)
    assert fresh(acme, registration).state == "submitted"
    reject_registration(registration=fresh(acme, registration), reason="not_available", actor=acme.deal_desk, at=LATER)
    assert fresh(acme, registration).decision_reason == "not_available"
    assert approvals(acme, registration) == [("rejected", False)]


def test_revoking_ends_the_protection_and_leaves_the_deal(acme):
    registration = sent(acme)
    revoke_registration(registration=registration, reason="No contact for weeks", actor=acme.chief, at=LATER)
    (protection,) = protections(acme)
    assert (protection.state, protection.end_reason) == ("released", "No contact for weeks")
    assert [deal.state for deal in deals(acme)] == ["qualified"]
    assert sent(acme, acme.gamma_seller, LATER + timedelta(days=1), amount_minor=LARGE).state == "submitted"


@pytest.mark.parametrize("member", ["cam", "other_cam", "marketer", "operations", "finance", "beta_executive"])
def test_only_the_deal_desk_and_those_above_decide(acme, member):
    registration = to_decide(acme)
    before = everything(acme)
    with pytest.raises(Forbidden):
        approve_registration(registration=registration, actor=getattr(acme, member), at=LATER)
    assert everything(acme) == before
    assert fresh(acme, registration).state == "submitted"


def test_a_decided_registration_is_not_decided_again(acme):
    registration = to_decide(acme)
    approve_registration(registration=registration, actor=acme.deal_desk, at=LATER)
    with pytest.raises((TransitionRefused, StateConflict)):
        reject_registration(registration=fresh(acme, registration), reason="no_project", actor=acme.chief, at=LATER)
    assert fresh(acme, registration).state == "approved"


def test_the_rival_reads_nothing_of_the_other_partner(acme):
    sent(acme)
    rival = sent(acme, acme.gamma_seller, LATER)
    with entering(acme.gamma_seller.context):
        assert list(Registration.objects.values_list("pk", flat=True)) == [rival.pk]
        said = [str(event.data) for event in Event.objects.all()]
        assert not any("Beta" in text or "protection" in text for text in said)
        with pytest.raises(OutsideContext):
            Conflict.objects.count()
        with pytest.raises(OutsideContext):
            Customer.objects.count()


def test_a_close_date_in_the_past_is_refused(acme):
    draft = drafted(acme, closes_on=date(2026, 2, 28))
    with pytest.raises(Refused) as refusal:
        submit_registration(registration=draft, actor=acme.beta_seller, at=AT)
    assert refusal.value.field == "closes_on"
    assert values(acme)["closes_on"] > AT.date()

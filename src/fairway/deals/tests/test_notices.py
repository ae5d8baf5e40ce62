from datetime import timedelta

from django.utils import timezone

from fairway.core.tenancy.acting import acting_for
from fairway.core.tenancy.context import entering
from fairway.core.tenancy.models import Seat
from fairway.deals.actions.deals import win_deal
from fairway.deals.actions.decisions import (
    MAKE_NEW,
    approve_registration,
    reject_registration,
    return_registration,
    revoke_registration,
)
from fairway.deals.tests import making
from fairway.deals.tests.making import deals, protections
from fairway.workflow.actions.deadlines import fire_due
from fairway.workflow.models import Mail, Notification

CUSTOMER = "Weserland Kliniken gGmbH"


def sent(cast, actor=None, *, at, **given):
    return making.sent(cast, actor, at, closes_on=(at + timedelta(days=90)).date(), **given)


def to_decide(cast, *, at):
    return sent(cast, at=at, amount_minor=making.LARGE)


def told(member):
    with entering(member.context):
        return list(Notification.objects.order_by("pk").values_list("title", "body", "path"))


def mailed(cast):
    with entering(cast.admin.context):
        return list(Mail.objects.order_by("pk").values_list("to_email", "kind"))


def test_the_deal_desk_hears_of_a_registration_to_decide(acme):
    registration = to_decide(acme, at=timezone.now())
    path = f"console/registrations/{registration.uid}/"
    assert told(acme.deal_desk) == [(f"Beta Systems registers {CUSTOMER}", "A decision waits for you.", path)]
    assert told(acme.gamma_seller) == told(acme.cam) == []
    assert mailed(acme) == [("deal_desk@acme.example", "approval.requested")]


def test_who_registered_hears_of_each_decision_and_nobody_else_of_the_partner(acme):
    at = timezone.now()
    registration = to_decide(acme, at=at)
    path = f"portal/registrations/{registration.uid}/"
    return_registration(registration=registration, question="Which site?", actor=acme.deal_desk, at=at)
    assert told(acme.beta_seller) == [(f"A question about {CUSTOMER}", "Which site?", path)]
    reject_registration(registration=registration, reason="no_project", note="Later.", actor=acme.deal_desk, at=at)
    assert told(acme.beta_seller)[1] == (f"Not approved: {CUSTOMER}", "No concrete need yet\nLater.", path)
    assert told(acme.beta_executive) == told(acme.gamma_seller) == []


def test_an_approval_by_a_person_goes_out_by_mail_one_by_a_rule_stays_in_the_bell(acme):
    at = timezone.now()
    registration = to_decide(acme, at=at)
    approve_registration(registration=registration, customer=MAKE_NEW, actor=acme.deal_desk, at=at, note="Good luck.")
    assert told(acme.beta_seller)[0][:2] == (f"Approved: {CUSTOMER}", "Good luck.")
    assert ("seller@beta.example", "registration.approved") in mailed(acme)
    before = mailed(acme)
    sent(acme, acme.gamma_seller, at=at, customer_name="Harbour Foods AG")
    assert told(acme.gamma_seller)[0][0] == "Approved: Harbour Foods AG"
    assert mailed(acme) == before


def test_when_who_registered_has_left_the_partners_sellers_hear_of_it(acme):
    at = timezone.now()
    registration = to_decide(acme, at=at)
    approve_registration(registration=registration, customer=MAKE_NEW, actor=acme.deal_desk, at=at)
    with acting_for(acme.admin):
        Seat.objects.filter(pk=acme.beta_seller.seat_id).update(is_active=False)
    revoke_registration(registration=registration, reason="Sold twice.", actor=acme.deal_desk, at=at)
    assert [title for title, *_ in told(acme.beta_executive)] == [f"Approval taken back: {CUSTOMER}"]


def test_the_end_of_a_protection_and_a_win_are_told(acme):
    at = timezone.now() - timedelta(days=200)
    sent(acme, at=at)
    fire_due(protections(acme)[0].protected_until)
    assert f"Protection ended: {CUSTOMER}" in [title for title, *_ in told(acme.beta_executive)]
    (deal,) = deals(acme)
    win_deal(deal=deal, amount_minor=4_200_000, actor=acme.beta_seller, at=timezone.now())
    assert told(acme.cam) == [(f"Beta Systems won: {CUSTOMER}", "$42,000", f"console/deals/{deal.uid}/")]

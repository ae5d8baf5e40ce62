"""The vendor's rules for registrations: their limits, their screen, and decisions in several steps."""

from datetime import timedelta

import pytest
from tests import cast
from tests.scene import registered, submitted

from fairway.catalog.models import ProductLine
from fairway.core import clock
from fairway.core.access import Forbidden
from fairway.core.events.models import Event
from fairway.core.refusals import Refused
from fairway.core.tenancy.acting import acting_for
from fairway.core.tenancy.actions.covers import set_cover
from fairway.core.tenancy.context import entering
from fairway.core.tenancy.models import Seat
from fairway.deals.actions.decisions import approve_registration, return_registration, revoke_registration
from fairway.deals.actions.protections import extend_protection
from fairway.deals.actions.registrations import answer_question
from fairway.deals.actions.rules import save_deal_rules
from fairway.deals.models import DealRules, Protection, Registration
from fairway.deals.queries.policies import NUMBERS, deal_policy
from fairway.deals.rules.decision import POLICY, FurtherStep
from fairway.workflow.actions.approvals import AlreadyDecided
from fairway.workflow.actions.deadlines import fire_due
from fairway.workflow.models import Approval
from fairway.workflow.queries.approvals import approvals_of, waiting_for

DEFAULTS = {name: getattr(POLICY, name) for name in NUMBERS}
LARGE = 9_900_000
CHIEF = FurtherStep("chief", 6_000_000, 8)
ADMIN = FurtherStep("admin", 9_000_000, 8)


def ruled(acme, *steps, version=0, **numbers):
    return save_deal_rules(
        numbers={**DEFAULTS, **numbers}, steps=steps, version=version, actor=acme.chief, at=clock.now()
    )


@pytest.fixture
def line(acme) -> ProductLine:
    with acting_for(acme.admin):
        return ProductLine.objects.create(vendor=acme.acme, code="rules", name="Rules")


def sent(acme, line, customer="Havelwerft", amount_minor=LARGE) -> Registration:
    return submitted(acme, registered(acme, line, customer, amount_minor))


def fresh(acme, registration) -> Registration:
    with entering(acme.admin.context):
        return Registration.objects.get(pk=registration.pk)


def waits_for(member) -> list[int]:
    with entering(member.context):
        return [approval.subject_id for approval in waiting_for(member)]


def approve(acme, registration, who):
    return approve_registration(
        registration=fresh(acme, registration), actor=who, at=clock.now(), customer="new"
    )  # fmt: skip


def test_without_a_record_the_rules_are_as_delivered(acme):
    with entering(acme.chief.context):
        assert deal_policy() == POLICY


def test_the_days_of_protection_are_those_of_the_rules(acme, line):
    ruled(acme, registration_days=30, lead_days=30, extensions_most_days=40, automatic_below_minor=20_000_000)
    at = clock.now()
    registration = sent(acme, line)
    assert registration.state == "approved", "the rule for clear cases goes by the vendor's amount"
    with entering(acme.deal_desk.context):
        protection = Protection.objects.get(registration=registration)
    assert timedelta(days=30) <= protection.protected_until - at < timedelta(days=30, minutes=5)
    with pytest.raises(Refused, match="40 days"):
        extend_protection(protection=protection, days=11, actor=acme.deal_desk, at=clock.now())


def test_a_large_one_is_decided_in_steps_and_protected_after_the_last(acme, line):
    ruled(acme, CHIEF, ADMIN)
    registration = sent(acme, line)
    assert waits_for(acme.deal_desk) == [registration.pk]
    approve(acme, registration, acme.deal_desk)
    assert fresh(acme, registration).state == "submitted"
    assert (waits_for(acme.deal_desk), waits_for(acme.chief)) == ([], [registration.pk])
    with pytest.raises(Forbidden, match="Channel chief"):
        approve(acme, registration, acme.deal_desk)
    approve(acme, registration, acme.chief)
    with entering(acme.admin.context):
        assert not Protection.objects.filter(registration=registration).exists()
    approve(acme, registration, acme.admin)
    assert fresh(acme, registration).state == "approved"
    with entering(acme.admin.context):
        assert Protection.objects.filter(registration=registration).count() == 1
        kept = [(row.approver_role, row.state, row.decided_by_id) for row in approvals_of(registration)][::-1]
        verbs = list(Event.objects.filter(subject_type="registration").order_by("id").values_list("verb", flat=True))
    assert kept == [
        ("deal_desk", "approved", acme.deal_desk.seat_id),
        ("chief", "approved", acme.chief.seat_id),
        ("admin", "approved", acme.admin.seat_id),
    ]
    assert verbs[-3:] == ["passed_on", "passed_on", "approved"]


def test_a_step_is_asked_only_from_its_value_on(acme, line):
    ruled(acme, CHIEF, ADMIN)
    middle = sent(acme, line, "Weserland", 7_000_000)
    approve(acme, middle, acme.deal_desk)
    approve(acme, middle, acme.chief)
    assert fresh(acme, middle).state == "approved"
    small = sent(acme, line, "Elbkontor", 5_500_000)
    approve(acme, small, acme.deal_desk)
    assert fresh(acme, small).state == "approved"


def test_nobody_decides_two_steps_of_one_decision(acme, line):
    ruled(acme, ADMIN)
    registration = sent(acme, line)
    approve(acme, registration, acme.admin)  # above the deal desk, so asked there too
    with pytest.raises(Forbidden, match="the step before"):
        approve(acme, registration, acme.admin)
    assert fresh(acme, registration).state == "submitted"


def test_a_later_step_may_ask_back_and_the_answer_begins_again_with_the_deal_desk(acme, line):
    ruled(acme, CHIEF)
    registration = sent(acme, line)
    approve(acme, registration, acme.deal_desk)
    return_registration(registration=fresh(acme, registration), question="Why?", actor=acme.chief, at=clock.now())
    answer_question(registration=fresh(acme, registration), answer="So.", actor=acme.beta_seller, at=clock.now())
    assert waits_for(acme.deal_desk) == [registration.pk]
    approve(acme, registration, acme.deal_desk)
    approve(acme, registration, acme.chief)
    assert fresh(acme, registration).state == "approved"


def test_what_waits_keeps_the_steps_with_which_it_began(acme, line):
    row = ruled(acme, CHIEF)
    registration = sent(acme, line)
    ruled(acme, version=row.version)
    approve(acme, registration, acme.deal_desk)
    assert waits_for(acme.chief) == [registration.pk]


def test_who_decides_too_late_is_joined_by_one_role_after_the_other(acme, line):
    registration = sent(acme, line)
    with entering(acme.admin.context):
        due_at = Approval.objects.get(subject_id=registration.pk, state="waiting").due_at
    fire_due(due_at)
    assert (waits_for(acme.chief), waits_for(acme.admin)) == ([registration.pk], [])
    fire_due(due_at + timedelta(days=7))
    assert waits_for(acme.deal_desk) == waits_for(acme.chief) == waits_for(acme.admin) == [registration.pk]
    assert waits_for(acme.operations) == waits_for(acme.finance) == []
    approve(acme, registration, acme.admin)
    with pytest.raises(AlreadyDecided):
        approve(acme, registration, acme.chief)


@pytest.mark.parametrize(
    ("numbers", "steps"),
    [
        ({"registration_days": 0}, ()),
        ({"registration_days": 400}, ()),
        ({"automatic_below_minor": -1}, ()),
        ({}, (FurtherStep("seller", 0, 8),)),
        ({}, (FurtherStep("chief", 0, 0),)),
        ({}, (CHIEF, CHIEF)),
    ],
)
def test_rules_that_make_no_sense_are_refused(acme, numbers, steps):
    with pytest.raises(Refused):
        ruled(acme, *steps, **numbers)
    with entering(acme.admin.context):
        assert not DealRules.objects.exists()


def test_of_two_who_change_the_rules_the_second_is_told(acme):
    ruled(acme, CHIEF)
    with pytest.raises(Refused, match="meanwhile"):
        ruled(acme, ADMIN)
    with pytest.raises(Forbidden):
        save_deal_rules(numbers=DEFAULTS, steps=(), version=1, actor=acme.deal_desk, at=clock.now())


def test_the_screen_changes_the_rules_and_says_what_is_wrong(acme, client_of):
    client, page = client_of(acme.chief), "/acme/console/registrations/rules/"
    values = {
        **{name: str(value) for name, value in DEFAULTS.items()},
        "automatic_below_minor": "50,000",
        "version": "0",
    }
    wrong = client.post(page, {**values, "registration_days": "900"})
    assert wrong.status_code == 422
    assert "No protection may begin longer" in wrong.content.decode()
    good = {**values, "role_1": "chief", "from_1": "60,000", "hours_1": "8"}
    assert client.post(page, good).status_code == 302
    with entering(acme.admin.context):
        row = DealRules.objects.get()
        changed = Event.objects.get(subject_type="dealrules").data["changed"]
    assert row.steps == [{"role": "chief", "from_minor": 6_000_000, "limit_hours": 8}]
    assert changed["registration_days"] == [None, 120]
    assert "60,000" in client.get(page).content.decode()
    assert client_of(acme.deal_desk).get(page).status_code == 403


def seat_of(acme, member) -> Seat:
    with entering(acme.admin.context):
        return Seat.objects.get(pk=member.seat_id)


def test_a_step_names_the_partners_account_manager_who_decides_after_the_deal_desk(acme, line, client_of):
    ruled(acme, FurtherStep("cam", 0, 8))
    registration = sent(acme, line)
    assert waits_for(acme.cam) == [], "never alone, and never first"
    with pytest.raises(Forbidden):
        approve(acme, registration, acme.cam)
    approve(acme, registration, acme.deal_desk)
    assert (waits_for(acme.cam), waits_for(acme.other_cam)) == ([registration.pk], [])
    page = f"/acme/console/registrations/{registration.uid}/"
    assert 'data-dialog="approve"' in client_of(acme.cam).get(page).content.decode()
    assert 'data-dialog="approve"' not in client_of(acme.other_cam).get(page).content.decode()
    assert registration.customer_name in client_of(acme.cam).get("/acme/console/").content.decode()
    assert client_of(acme.other_cam).post(page + "approval/", {"days": "30"}).status_code == 403
    assert fresh(acme, registration).state == "submitted"
    assert client_of(acme.cam).post(page + "approval/", {"days": "30"}).status_code == 302
    assert fresh(acme, registration).state == "approved"
    with pytest.raises(Forbidden):
        revoke_registration(registration=fresh(acme, registration), reason="No", actor=acme.cam, at=clock.now())


def test_a_step_names_a_person_and_shows_who_decided_in_whose_place(acme, line, client_of):
    page = "/acme/console/registrations/rules/"
    values = {**{name: str(value) for name, value in DEFAULTS.items()}, "version": "0", "role_1": "", "from_1": "0"}
    values |= {"automatic_below_minor": "50,000", "hours_1": "8"}
    finance, chief = seat_of(acme, acme.finance), seat_of(acme, acme.chief)
    assert client_of(acme.admin).post(page, {**values, "role_1": str(finance.uid)}).status_code == 302
    with entering(acme.admin.context):
        assert DealRules.objects.get().steps == [
            {"role": "finance", "from_minor": 0, "limit_hours": 8, "seat_id": finance.pk}
        ]
    assert "Finn Ledger (Finance)" in client_of(acme.admin).get(page).content.decode()
    registration = sent(acme, line)
    approve(acme, registration, acme.deal_desk)
    today = clock.today("America/New_York")
    set_cover(seat=finance, deputy=chief, first_on=today, last_on=today, actor=acme.finance, at=clock.now())
    assert waits_for(acme.finance) == waits_for(cast.member(chief)) == [registration.pk]
    approve_registration(registration=fresh(acme, registration), actor=acme.finance, at=clock.now())
    shown = client_of(acme.admin).get(f"/acme/console/registrations/{registration.uid}/").content.decode()
    assert "Finn Ledger (Finance)" in shown
    other = sent(acme, line, "Weserland")
    approve(acme, other, acme.deal_desk)
    approve(acme, other, acme.chief)
    with entering(acme.admin.context):
        assert approvals_of(other)[0].decided_for_id is None, "the chief is above finance and decides by own right"


def test_a_person_who_left_or_sees_some_territories_cannot_be_named(acme):
    step = FurtherStep("finance", 0, 8, acme.finance.seat_id)
    with acting_for(acme.admin):
        Seat.objects.filter(pk=acme.finance.seat_id).update(territory_ids=[1])
    with pytest.raises(Refused, match="sees a part of the channel only"):
        ruled(acme, step)
    with acting_for(acme.admin):
        Seat.objects.filter(pk=acme.finance.seat_id).update(territory_ids=None, is_active=False)
    with pytest.raises(Refused, match="no open seat"):
        ruled(acme, step)
    with pytest.raises(Refused, match="no open seat"):
        ruled(acme, FurtherStep("seller", 0, 8, acme.beta_seller.seat_id))
    with entering(acme.admin.context):
        assert not DealRules.objects.exists()


def test_a_deputy_of_the_account_manager_decides_the_registration_and_the_page_says_for_whom(acme, line, client_of):
    ruled(acme, FurtherStep("cam", 0, 8))
    registration = sent(acme, line)
    approve(acme, registration, acme.deal_desk)
    today = clock.today("America/New_York")
    set_cover(
        seat=seat_of(acme, acme.cam), deputy=seat_of(acme, acme.other_cam), first_on=today, last_on=today,
        actor=acme.cam, at=clock.now(),
    )  # fmt: skip
    page = f"/acme/console/registrations/{registration.uid}/"
    assert client_of(acme.other_cam).post(page + "approval/", {"days": "30"}).status_code == 302
    assert "Otto Kamp for Cam Miller" in client_of(acme.admin).get(page).content.decode()

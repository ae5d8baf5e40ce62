"""Decisions by person and relation, and in the place of who is away."""

from datetime import timedelta

import pytest

from fairway.core import clock
from fairway.core.access import Forbidden
from fairway.core.events.models import Event
from fairway.core.tenancy.acting import acting_for
from fairway.core.tenancy.actions.seats import close_seat
from fairway.core.tenancy.context import entering
from fairway.core.tenancy.models import Partner
from fairway.core.tenancy.tests.test_covers import again, cover, leave, seat_of
from fairway.workflow.actions.approvals import decide, request_approval
from fairway.workflow.actions.deadlines import fire_due
from fairway.workflow.actions.notifications import notify
from fairway.workflow.models import Approval, Mail, Notification
from fairway.workflow.queries.approvals import waiting_for

WON = {"partner": "Beta", "customer": "Kite", "amount": ""}
READ_IN = {"file": "a.csv", "new": 1, "changed": 0, "refused": 0}


def asked(acme, by=None, **extra) -> Approval:
    by = by or acme.beta_seller
    values = {"role": "deal_desk", "limit_hours": 4, "title": "Kite Labs", "path": "console/r/1/", **extra}
    with acting_for(by):
        return request_approval(subject=acme.beta, partner=acme.beta, actor=by, at=clock.now(), **values)


def take(acme, who, outcome="approved") -> Approval:
    with acting_for(who):
        return decide(subject=acme.beta, outcome=outcome, actor=who, at=clock.now())


def waits_for(member) -> bool:
    member = again(member)
    with entering(member.context):
        return waiting_for(member).exists()


def told(member) -> list[tuple[str, str]]:
    with entering(member.context):
        return list(Notification.objects.order_by("id").values_list("kind", "title"))


def mailed(acme, email: str) -> list[str]:
    with entering(acme.admin.context):
        return list(Mail.objects.filter(to_email=email).order_by("id").values_list("subject", flat=True))


def test_a_named_person_alone_is_asked_and_those_above_may_always(acme):
    asked(acme, role="finance", seat_id=acme.finance.seat_id)
    assert waits_for(acme.finance)
    assert not waits_for(acme.operations)
    assert not waits_for(acme.deal_desk)
    assert told(acme.finance) == [("approval.requested", "Kite Labs")]
    with pytest.raises(Forbidden, match=r"Finn Ledger \(Finance\)"):
        take(acme, acme.deal_desk)
    decided = take(acme, acme.finance)
    assert (decided.decided_by_id, decided.decided_for_id) == (acme.finance.seat_id, None)


def test_only_the_partners_own_account_manager_is_the_one_named_by_relation(acme):
    asked(acme, role="cam")
    assert waits_for(acme.cam)
    assert not waits_for(acme.other_cam)
    with pytest.raises(Forbidden):
        take(acme, acme.other_cam)
    assert waits_for(acme.cam)
    take(acme, acme.cam)


def test_without_an_account_manager_or_a_named_person_the_role_above_is_asked(acme):
    with acting_for(acme.admin):
        Partner.objects.filter(pk=acme.beta.pk).update(cam=None)
    acme.beta.cam = None
    assert asked(acme, role="cam").approver_role == "chief"
    take(acme, acme.chief)
    close_seat(seat=seat_of(acme.finance), actor=acme.admin, at=clock.now())
    again_asked = asked(acme, role="finance", seat_id=acme.finance.seat_id)
    assert (again_asked.approver_role, again_asked.approver_id) == ("chief", None)


def test_a_deputy_sees_and_decides_what_waits_and_it_is_kept_for_whom(acme):
    cover(acme.cam, acme.other_cam)
    asked(acme, role="cam")
    assert waits_for(acme.other_cam)
    decided = take(acme, acme.other_cam)
    assert (decided.decided_by_id, decided.decided_for_id) == (acme.other_cam.seat_id, acme.cam.seat_id)
    with entering(acme.admin.context):
        event = Event.objects.get(subject_type="approval", verb="approved")
    assert event.data["in_place_of"] == acme.cam.seat_id
    assert event.actor_seat_id == acme.other_cam.seat_id


def test_after_the_last_day_a_deputy_decides_nothing(acme):
    row = cover(acme.cam, acme.other_cam)
    asked(acme, role="cam")
    with pytest.raises(Forbidden), acting_for(acme.other_cam):
        decide(subject=acme.beta, outcome="approved", actor=acme.other_cam, at=row.ends_until)
    with entering(acme.admin.context):
        assert Approval.objects.get().state == "waiting"


def test_a_deputy_decides_nothing_that_the_deputy_asked_for(acme):
    cover(acme.cam, acme.other_cam)
    asked(acme, by=acme.other_cam, role="cam")
    assert not waits_for(acme.other_cam)
    with pytest.raises(Forbidden, match="asked for this decision yourself"):
        take(acme, acme.other_cam)
    with entering(acme.admin.context):
        assert Approval.objects.get().state == "waiting"


def test_nobody_decides_two_steps_not_even_in_the_place_of_another(acme):
    cover(acme.chief, acme.deal_desk)
    asked(acme, steps=[{"role": "chief", "limit_hours": 8}])
    assert take(acme, acme.deal_desk).follower is not None
    assert not waits_for(acme.deal_desk)
    with pytest.raises(Forbidden, match="the step before"):
        take(acme, acme.deal_desk)
    take(acme, acme.admin)


def test_in_whose_place_one_step_was_decided_does_not_decide_the_next(acme):
    cover(acme.cam, acme.other_cam)
    asked(acme, role="cam", steps=[{"role": "cam", "limit_hours": 8}])
    assert take(acme, acme.other_cam).decided_for_id == acme.cam.seat_id
    with pytest.raises(Forbidden, match="step before"):
        take(acme, acme.cam)
    take(acme, acme.chief)


def test_the_deputy_is_told_beside_who_is_away_and_written_to(acme):
    cover(acme.deal_desk, acme.chief)
    asked(acme)
    assert told(acme.deal_desk) == [("approval.requested", "Kite Labs")]
    assert told(acme.chief) == [
        ("cover", "You stand in for Dana Desk"),
        ("approval.requested", "For Dana Desk: Kite Labs"),
    ]
    assert "For Dana Desk: Kite Labs" in mailed(acme, acme.chief.seat.email)


def test_one_who_is_told_anyway_is_not_told_twice_and_the_own_things_stay_ones_own(acme):
    cover(acme.cam, acme.chief)
    with acting_for(acme.admin):
        notify([acme.cam.seat_id, acme.chief.seat_id], "deal.won", WON, path="console/", at=clock.now())
        notify([acme.cam.seat_id], "import", READ_IN, at=clock.now())
    assert told(acme.chief) == [("cover", "You stand in for Cam Miller"), ("deal.won", "Beta won: Kite")]


def test_an_escalation_of_who_is_away_reaches_the_deputy_of_the_role_above(acme):
    cover(acme.chief, acme.admin, last=30)
    due_at = asked(acme).due_at
    fire_due(due_at)
    assert told(acme.admin)[-1] == ("approval.escalated", "For Chris Chief: Kite Labs")
    assert waits_for(acme.admin)


def test_who_loses_a_deputy_is_told(acme):
    cover(acme.cam, acme.other_cam)
    leave(acme, acme.other_cam)
    assert told(acme.cam)[-1] == ("cover", "Otto Kamp has left: nobody stands in for you")


def test_what_was_told_long_ago_goes_to_no_deputy_of_today(acme):
    cover(acme.deal_desk, acme.chief)
    with acting_for(acme.admin):
        notify([acme.deal_desk.seat_id], "deal.won", WON, at=clock.now() - timedelta(days=60))
    assert ("deal.won", "For Dana Desk: Beta won: Kite") not in told(acme.chief)


def test_the_home_page_says_for_whom_one_stands_in(acme, client_of):
    assert "You stand in for" not in client_of(acme.other_cam).get("/acme/console/").content.decode()
    cover(acme.cam, acme.other_cam)
    assert "You stand in for Cam Miller" in client_of(acme.other_cam).get("/acme/console/").content.decode()
    assert "You stand in for" not in client_of(acme.cam).get("/acme/console/").content.decode()

from datetime import UTC, datetime, timedelta
from threading import Barrier, Thread

import pytest
from django.db import connection

from fairway.core.access import Forbidden, system_member
from fairway.core.events.models import Event
from fairway.core.tenancy.acting import acting_for
from fairway.core.tenancy.context import entering
from fairway.workflow.actions.approvals import AlreadyDecided, decide, request_approval, withdraw_approval
from fairway.workflow.actions.deadlines import fire_due
from fairway.workflow.models import Approval, Deadline, Notification
from fairway.workflow.queries.approvals import approvals_of, waiting_for

# A Wednesday, 10:00 in New York, where Acme sits.
MORNING = datetime(2026, 3, 4, 15, tzinfo=UTC)


def asked(cast, **extra):
    values = {"role": "deal_desk", "limit_hours": 4, "title": "Register Kite Labs", "path": "console/r/1/", **extra}
    with acting_for(cast.beta_seller):
        return request_approval(subject=cast.beta, partner=cast.beta, actor=cast.beta_seller, at=MORNING, **values)


def verbs(cast):
    with entering(cast.admin.context):
        return list(Event.objects.filter(subject_type="approval").order_by("id").values_list("verb", flat=True))


def told(member):
    with entering(member.context):
        return list(Notification.objects.values_list("kind", "title", "path"))


def waits_for(member):
    with entering(member.context):
        return [approval.title for approval in waiting_for(member)]


def test_those_who_are_asked_see_it_and_are_told(acme):
    approval = asked(acme)
    assert approval.due_at == MORNING + timedelta(hours=4)
    assert approval.requested_by_id == acme.beta_seller.seat_id
    assert waits_for(acme.deal_desk) == ["Register Kite Labs"]
    assert waits_for(acme.chief) == waits_for(acme.cam) == waits_for(acme.zeta_admin) == []
    assert told(acme.deal_desk) == [("approval.requested", "Register Kite Labs", "console/r/1/")]
    assert verbs(acme) == ["requested"]


def test_the_limit_counts_the_vendors_business_hours(acme):
    # Seven hours are left on that day: until 17:00 in New York; the eighth is on the next morning.
    assert asked(acme, limit_hours=8).due_at == datetime(2026, 3, 5, 15, tzinfo=UTC)


@pytest.mark.parametrize("outcome", ["approved", "returned", "rejected"])
def test_a_decision_is_kept_with_its_decider_and_ends_the_deadline(acme, outcome):
    asked(acme)
    with acting_for(acme.deal_desk):
        decided = decide(subject=acme.beta, outcome=outcome, actor=acme.deal_desk, at=MORNING, note="As agreed.")
    assert (decided.state, decided.decided_by_id, decided.note) == (outcome, acme.deal_desk.seat_id, "As agreed.")
    assert not decided.automatic
    with entering(acme.admin.context):
        assert Deadline.objects.get().outcome == "cancelled"
        assert approvals_of(acme.beta).count() == 1
    assert waits_for(acme.deal_desk) == []
    assert verbs(acme) == ["requested", outcome]


def test_the_second_decider_learns_who_was_first(acme):
    asked(acme)
    with acting_for(acme.deal_desk):
        decide(subject=acme.beta, outcome="approved", actor=acme.deal_desk, at=MORNING)
    with pytest.raises(AlreadyDecided) as refused, acting_for(acme.chief):
        decide(subject=acme.beta, outcome="rejected", actor=acme.chief, at=MORNING)
    assert str(refused.value) == "Already decided by Dana Desk: approved."
    assert verbs(acme) == ["requested", "approved"]


def test_a_role_that_is_not_asked_cannot_decide(acme):
    asked(acme)
    for member in (acme.cam, acme.finance, acme.beta_seller):
        with pytest.raises(Forbidden, match="Deal desk"), acting_for(member):
            decide(subject=acme.beta, outcome="approved", actor=member, at=MORNING)
    assert waits_for(acme.deal_desk) == ["Register Kite Labs"]
    assert verbs(acme) == ["requested"]


def test_a_rule_decides_with_its_reasons_before_anybody_is_asked(acme):
    rule = system_member(acme.acme.pk, "Clear cases", kind="rule")
    with acting_for(rule):
        decided = decide(
            subject=acme.beta, outcome="approved", actor=rule, at=MORNING, automatic=True, reasons=["No conflict"]
        )
    assert (decided.state, decided.automatic, decided.reasons) == ("approved", True, ["No conflict"])
    with pytest.raises(AlreadyDecided) as refused, acting_for(acme.deal_desk):
        decide(subject=acme.beta, outcome="rejected", actor=acme.deal_desk, at=MORNING)
    assert str(refused.value) == "Already decided by a rule: approved."


def test_a_question_can_be_taken_back_and_asked_again(acme):
    asked(acme)
    with acting_for(acme.beta_seller):
        assert withdraw_approval(subject=acme.beta, actor=acme.beta_seller, at=MORNING) is not None
        assert withdraw_approval(subject=acme.beta, actor=acme.beta_seller, at=MORNING) is None
    with pytest.raises(AlreadyDecided, match="withdrawn"), acting_for(acme.deal_desk):
        decide(subject=acme.beta, outcome="approved", actor=acme.deal_desk, at=MORNING)
    asked(acme)
    assert waits_for(acme.deal_desk) == ["Register Kite Labs"]


def test_nothing_waits_where_nobody_asked(acme):
    with pytest.raises(AlreadyDecided, match="Nothing waits"), acting_for(acme.deal_desk):
        decide(subject=acme.gamma, outcome="approved", actor=acme.deal_desk, at=MORNING)


def test_the_role_above_is_asked_when_nobody_decides_in_time(acme):
    due_at = asked(acme).due_at
    fire_due(due_at - timedelta(seconds=1))
    assert waits_for(acme.chief) == []
    assert fire_due(due_at) == 1
    assert waits_for(acme.chief) == waits_for(acme.deal_desk) == ["Register Kite Labs"]
    assert told(acme.chief) == [("approval.escalated", "Register Kite Labs", "console/r/1/")]
    assert verbs(acme) == ["requested", "escalated"]
    with acting_for(acme.chief):
        decide(subject=acme.beta, outcome="approved", actor=acme.chief, at=due_at)
    assert waits_for(acme.chief) == waits_for(acme.deal_desk) == []


def test_an_account_manager_is_asked_about_the_own_partners_only(acme):
    asked(acme, role="cam")
    assert waits_for(acme.cam) == ["Register Kite Labs"]
    assert waits_for(acme.other_cam) == []
    assert [kind for kind, *_ in told(acme.cam)] == ["approval.requested"]
    assert told(acme.other_cam) == []


@pytest.mark.race
def test_of_two_deciders_at_once_exactly_one_decides(committed):
    asked(committed)
    start, results = Barrier(2), []

    def work(member, outcome):
        try:
            start.wait()
            with acting_for(member):
                decide(subject=committed.beta, outcome=outcome, actor=member, at=MORNING)
            results.append(outcome)
        except AlreadyDecided as error:
            results.append(str(error))
        finally:
            connection.close()

    threads = [
        Thread(target=work, args=(committed.deal_desk, "approved")),
        Thread(target=work, args=(committed.chief, "rejected")),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with entering(committed.admin.context):
        decided = Approval.objects.select_related("decided_by").get()
    assert decided.state in results
    assert sorted(results) == sorted([decided.state, f"Already decided by {decided.decided_by.name}: {decided.state}."])
    assert verbs(committed) == ["requested", decided.state]

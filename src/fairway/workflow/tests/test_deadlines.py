from datetime import UTC, datetime, timedelta
from threading import Barrier, Event, Thread

import pytest
from django.db import connection

from fairway.core.states import TransitionRefused
from fairway.core.tenancy.acting import acting_for
from fairway.core.tenancy.context import entering
from fairway.core.tenancy.models import Partner
from fairway.workflow.actions import deadlines
from fairway.workflow.actions.deadlines import cancel_deadlines, cancel_deadlines_of, fire_due, set_deadline
from fairway.workflow.models import Deadline
from fairway.workflow.rules.states import APPROVAL

NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)
LATER = NOON + timedelta(hours=2)


@pytest.fixture
def fired(monkeypatch):
    """What was fired, as (kind, subject id); the kind "fails" raises, "refused" finds another state."""
    calls = []

    def handler(kind, error=None):
        def handle(*, vendor_id, subject_id, at):
            if error:
                raise error
            Partner.objects.get(pk=subject_id)
            calls.append((kind, subject_id))

        return handle

    refused = TransitionRefused(APPROVAL, "approved", "approve")
    table = {
        ("partner", "remind"): handler("remind"),
        ("partner", "lapse"): handler("lapse"),
        ("partner", "fails"): handler("fails", ZeroDivisionError("broken")),
        ("partner", "refused"): handler("refused", refused),
    }
    monkeypatch.setattr(deadlines, "handlers", lambda: table)
    return calls


def open_ones(cast):
    with entering(cast.admin.context):
        return list(Deadline.objects.filter(settled_at=None).order_by("kind").values_list("kind", "due_at"))


def test_a_deadline_fires_once_and_not_before_its_time(acme, fired):
    with acting_for(acme.cam):
        set_deadline(acme.beta, "remind", LATER)
    assert fire_due(NOON) == 0
    assert fire_due(LATER) == 1
    assert fire_due(LATER) == 0
    assert fired == [("remind", acme.beta.pk)]
    with entering(acme.admin.context):
        settled = Deadline.objects.get()
    assert (settled.outcome, settled.settled_at) == ("fired", LATER)


def test_setting_it_again_moves_the_open_one(acme, fired):
    with acting_for(acme.cam):
        set_deadline(acme.beta, "remind", NOON)
        set_deadline(acme.beta, "remind", LATER)
    assert open_ones(acme) == [("remind", LATER)]
    assert fire_due(NOON) == 0


def test_a_cancelled_deadline_does_not_fire(acme, fired):
    with acting_for(acme.cam):
        for kind in ("remind", "lapse"):
            set_deadline(acme.beta, kind, NOON)
        set_deadline(acme.gamma, "lapse", NOON)
        assert cancel_deadlines(acme.beta, ["lapse"]) == 1
        assert cancel_deadlines_of(Partner, [acme.gamma.pk, 0]) == 1
    assert fire_due(LATER) == 1
    assert fired == [("remind", acme.beta.pk)]


def test_a_failing_handler_stays_open_and_holds_up_nobody(acme, fired):
    with acting_for(acme.cam):
        set_deadline(acme.beta, "fails", NOON)
        set_deadline(acme.beta, "remind", LATER)
    assert fire_due(LATER) == 1
    assert fired == [("remind", acme.beta.pk)]
    assert open_ones(acme) == [("fails", NOON)]
    with entering(acme.admin.context):
        failed = Deadline.objects.get(kind="fails")
    assert (failed.attempts, failed.error) == (1, "ZeroDivisionError: broken")
    assert failed.wake_at == LATER + timedelta(minutes=1)


def test_a_failed_deadline_is_tried_again_later(acme, fired, monkeypatch):
    with acting_for(acme.cam):
        set_deadline(acme.beta, "fails", NOON)
    fire_due(NOON)
    mended = {**deadlines.handlers(), ("partner", "fails"): deadlines.handlers()["partner", "remind"]}
    monkeypatch.setattr(deadlines, "handlers", lambda: mended)
    assert fire_due(NOON) == 0
    assert fire_due(LATER) == 1
    assert fired == [("remind", acme.beta.pk)]


def test_a_deadline_whose_subject_moved_on_is_overtaken(acme, fired):
    with acting_for(acme.cam):
        set_deadline(acme.beta, "refused", NOON)
    assert fire_due(NOON) == 1
    with entering(acme.admin.context):
        assert Deadline.objects.get().outcome == "overtaken"


def test_a_kind_that_nothing_handles_cannot_be_set(acme, fired):
    with pytest.raises(KeyError), acting_for(acme.cam):
        set_deadline(acme.beta, "unheard_of", NOON)
    assert open_ones(acme) == []


def test_a_reader_cannot_set_a_deadline(acme, fired):
    with entering(acme.cam.context), pytest.raises(RuntimeError, match="acting_for"):
        set_deadline(acme.beta, "remind", NOON)


def test_one_vendors_deadlines_are_fired_in_that_vendors_context(acme, fired):
    with acting_for(acme.zeta_admin):
        set_deadline(acme.beta_at_zeta, "remind", NOON)
    assert fire_due(NOON, vendor_id=acme.acme.pk) == 0
    assert fire_due(NOON, vendor_id=acme.zeta.pk) == 1
    assert fired == [("remind", acme.beta_at_zeta.pk)]


@pytest.mark.race
def test_ten_workers_fire_each_deadline_exactly_once(committed, fired):
    with acting_for(committed.cam):
        for kind in ("remind", "lapse"):
            set_deadline(committed.beta, kind, NOON)
            set_deadline(committed.gamma, kind, NOON)
    start, counts = Barrier(10), []

    def work():
        try:
            start.wait()
            counts.append(fire_due(LATER, vendor_id=committed.acme.pk))
        finally:
            connection.close()

    threads = [Thread(target=work) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    beta, gamma = committed.beta.pk, committed.gamma.pk
    assert sorted(fired) == sorted([("remind", beta), ("remind", gamma), ("lapse", beta), ("lapse", gamma)])
    assert (len(counts), sum(counts)) == (10, 4)


@pytest.mark.race
def test_a_deadline_gives_way_to_a_person_who_holds_its_subject(committed, monkeypatch):
    def rename(*, vendor_id, subject_id, at):
        Partner.objects.filter(pk=subject_id).update(external_id="renamed")

    monkeypatch.setattr(deadlines, "handlers", lambda: {("partner", "rename"): rename})
    with acting_for(committed.cam):
        set_deadline(committed.beta, "rename", NOON)
    held, let_go = Event(), Event()

    def person():
        try:
            with acting_for(committed.cam):
                Partner.objects.select_for_update().get(pk=committed.beta.pk)
                held.set()
                let_go.wait(20)
                cancelled.append(cancel_deadlines(committed.beta))
        finally:
            connection.close()

    cancelled: list[int] = []
    thread = Thread(target=person)
    thread.start()
    assert held.wait(20)
    assert fire_due(LATER, vendor_id=committed.acme.pk) == 0
    let_go.set()
    thread.join()
    assert cancelled == [1]
    with entering(committed.admin.context):
        deadline = Deadline.objects.get()
        assert (deadline.outcome, deadline.attempts) == ("cancelled", 1)
        assert "lock timeout" in deadline.error
        assert Partner.objects.get(pk=committed.beta.pk).external_id == "B-1"

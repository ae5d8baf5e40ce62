"""Taking back what was handed on: a job, line by line, that goes on where it stopped."""

from datetime import timedelta

import pytest

from fairway.core import clock, jobs
from fairway.core.access import system_member
from fairway.core.tenancy.context import entering
from fairway.leads.actions import line_by_line, taking_back
from fairway.leads.actions.reassigning import (
    carry_out_reassignment,
)
from fairway.leads.actions.taking_back import give_back_lines, undo_reassignment
from fairway.leads.models import Offer
from fairway.leads.tests.makers import offered
from fairway.leads.tests.test_reassigning import (
    ask_to_undo,
    begun,
    carry,
    has,
    lines,
    lost,
    owners,
    state_of,
    to_gamma,
)


def test_taking_back_asks_for_a_job_and_is_taken_up_again_when_that_was_lost(acme):
    has(acme)
    whole = begun(acme)
    to_gamma(acme, whole)
    carry(acme, whole)
    before = owners(acme)
    ask_to_undo(acme, whole)
    assert (state_of(acme), owners(acme)) == ("undoing", before), "the request gives nothing back itself"
    actor = system_member(acme.acme.pk, "Handing on", kind="rule")
    assert line_by_line.take_up_left(actor=actor) == 0, "its job waits"
    lost("leads.undo_reassignment")
    assert line_by_line.take_up_left(actor=actor) == 1
    jobs.run_pending()
    assert (state_of(acme), line_by_line.take_up_left(actor=actor)) == ("undone", 0)
    assert [line.state for line in lines(acme, whole)] == ["undone", "undone"]


def test_asking_to_take_back_costs_the_same_however_many_lines_there_are(acme, django_assert_max_num_queries):
    for _number in range(4):
        offered(acme)
    whole = begun(acme)
    to_gamma(acme, whole)
    carry(acme, whole)
    with entering(acme.admin.context):
        whole.refresh_from_db()
    with django_assert_max_num_queries(25):
        undo_reassignment(reassignment=whole, actor=acme.cam, at=clock.now())


def test_taking_back_that_died_goes_on_where_it_stopped_and_gives_nothing_back_twice(acme, monkeypatch):
    has(acme)
    whole = begun(acme)
    to_gamma(acme, whole)
    carry(acme, whole)
    ask_to_undo(acme, whole)
    real, calls = taking_back._give_back, []

    def dies(*args):
        calls.append(1)
        if len(calls) == 2:
            raise MemoryError
        real(*args)

    monkeypatch.setattr(taking_back, "_give_back", dies)
    job = {"reassignment_id": whole.pk, "actor": system_member(acme.acme.pk, "Handing on"), "now": clock.now}
    with pytest.raises(MemoryError):
        give_back_lines(**job)
    assert [line.state for line in lines(acme, whole)] == ["undone", "giving"]
    assert state_of(acme) == "undoing"
    assert give_back_lines(**job) == {"undone": 2}
    assert give_back_lines(**job) == {}
    assert len(calls) == 3
    assert sorted(owners(acme), key=str) == sorted(
        [("accepted", acme.beta.pk, []), ("offered", None, [acme.beta.pk])], key=str
    )


def test_a_line_that_breaks_as_it_is_taken_back_is_told_after_its_last_try_and_can_be_taken_back_again(
    acme, monkeypatch, client_of
):
    lead, _offer = has(acme)
    whole = begun(acme)
    to_gamma(acme, whole)
    carry(acme, whole)
    ask_to_undo(acme, whole)
    real, broken = taking_back._give_back, [lead.pk]

    def breaks(whole, line, *args):
        if line.lead_id in broken:
            raise ZeroDivisionError
        real(whole, line, *args)

    monkeypatch.setattr(taking_back, "_give_back", breaks)
    job = {"reassignment_id": whole.pk, "actor": system_member(acme.acme.pk, "Handing on"), "now": clock.now}
    client, path = client_of(acme.cam), f"/acme/console/distribution/handing-on/{whole.uid}/"
    for _try in range(line_by_line.TRIES_MOST - 1):
        with pytest.raises(ZeroDivisionError):
            give_back_lines(**job)
    assert "try 5 of 5" in client.get(path).content.decode()
    assert give_back_lines(**job) == {"undone": 1, "stuck": 1}
    assert state_of(acme) == "stuck"
    page = client.get(path).content.decode()
    assert "1 line could not be taken back" in page
    assert "Taking it back went wrong each time, 5 times" in page
    broken.clear()
    assert client.post(f"{path}undoing/").status_code == 302
    jobs.run_pending()
    assert state_of(acme) == "undone"
    assert [line.state for line in lines(acme, whole)] == ["undone", "undone"]


def test_each_line_has_an_instant_of_its_own_so_that_late_offers_keep_their_whole_limit(acme, monkeypatch):
    for _number in range(2):
        offered(acme)
    whole = begun(acme)
    to_gamma(acme, whole)
    carry_out_reassignment(reassignment=whole, actor=acme.cam, at=clock.now())
    real, asked = clock.now, []

    def days_later():
        asked.append(1)
        return real() + timedelta(days=4 * len(asked))

    monkeypatch.setattr(clock, "now", days_later)
    jobs.run_pending()
    with entering(acme.admin.context):
        first, second = Offer.objects.filter(state="open").order_by("pk")
    assert second.offered_at - first.offered_at >= timedelta(days=4)
    assert second.lapses_at > first.lapses_at

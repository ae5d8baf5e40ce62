"""All that a partner has goes to others when it leaves: previewed, chosen, carried out, taken back."""

from collections import Counter
from contextlib import suppress
from datetime import timedelta

import pytest
from django.db import connection
from tests.api import program_of

from fairway.core import clock, jobs
from fairway.core.access import Forbidden, system_member
from fairway.core.events.models import Event
from fairway.core.refusals import Refused
from fairway.core.states import TransitionRefused
from fairway.core.tenancy.context import entering
from fairway.leads.actions import line_by_line, reassigning
from fairway.leads.actions.offers import accept_offer
from fairway.leads.actions.reassigning import (
    begin_reassignment,
    carry_out_reassignment,
    choose_lines,
    reassign_lines,
)
from fairway.leads.actions.taking_back import undo_reassignment
from fairway.leads.models import Lead, LeadPerson, LeadRecall, Offer, Reassignment, ReassignmentLine
from fairway.leads.queries.waiting import leads_to_route_again
from fairway.leads.tests.makers import accepted, offered
from fairway.leads.tests.test_routing import profile, publish
from fairway.partners.actions.partners import change_state
from fairway.partners.actions.pauses import pause_partner


def has(cast):
    """An accepted lead and an open offer of Beta."""
    return accepted(cast), offered(cast)


def begun(cast):
    return begin_reassignment(partner=cast.beta, actor=cast.cam, at=clock.now())


def lines(cast, whole):
    with entering(cast.admin.context):
        return list(ReassignmentLine.objects.filter(reassignment=whole).select_related("lead").order_by("place"))


def to_gamma(cast, whole):
    chosen = {str(line.uid): ("partner", cast.gamma) for line in lines(cast, whole)}
    choose_lines(reassignment=whole, choices=chosen, actor=cast.cam, at=clock.now())


def carry(cast, whole):
    carry_out_reassignment(reassignment=whole, actor=cast.cam, at=clock.now())
    jobs.run_pending()


def owners(cast):
    """Of each lead: its state, who has it, and to whom it is open."""
    with entering(cast.admin.context):
        found = []
        for lead in Lead.objects.order_by("pk"):
            open_to = list(Offer.objects.filter(lead=lead, state="open").values_list("partner_id", flat=True))
            found.append((lead.state, lead.partner_id, open_to))
        return found


def test_a_preview_changes_nothing_and_everything_goes_where_a_person_says(acme):
    has(acme)
    before = owners(acme)
    whole = begun(acme)
    assert [bool(line.offer_id) for line in lines(acme, whole)] == [True, False]
    assert owners(acme) == before
    to_gamma(acme, whole)
    carry(acme, whole)
    assert owners(acme) == [("offered", None, [acme.gamma.pk])] * 2
    assert [line.state for line in lines(acme, whole)] == ["done", "done"]
    with entering(acme.admin.context):
        assert set(LeadRecall.objects.values_list("code", flat=True)) == {"partner_left"}
        assert Reassignment.objects.get().state == "carried"
        assert not LeadPerson.objects.exclude(partner=None).exists()


def test_some_stay_and_some_are_kept_here(acme):
    has(acme)
    whole = begun(acme)
    first, second = lines(acme, whole)
    chosen = {str(first.uid): ("stay", None), str(second.uid): ("here", None)}
    choose_lines(reassignment=whole, choices=chosen, actor=acme.cam, at=clock.now())
    carry(acme, whole)
    assert sorted(owners(acme), key=str) == sorted([("waiting", None, []), ("offered", None, [acme.beta.pk])], key=str)
    with entering(acme.admin.context.acting(acme.acme.pk)):
        assert leads_to_route_again(clock.now() + timedelta(days=2)) == [], "no rule takes up what was kept here"
    undo(acme, whole)
    assert sorted(owners(acme), key=str) == sorted(
        [("accepted", acme.beta.pk, []), ("offered", None, [acme.beta.pk])], key=str
    )


def undo(cast, whole):
    """Taken back to the end; the lines by state."""
    ask_to_undo(cast, whole)
    jobs.run_pending()
    return Counter(line.state for line in lines(cast, whole))


def ask_to_undo(cast, whole):
    with entering(cast.admin.context):
        whole.refresh_from_db()
    undo_reassignment(reassignment=whole, actor=cast.cam, at=clock.now())


def state_of(cast):
    with entering(cast.admin.context):
        return Reassignment.objects.get().state


def test_what_the_rules_offered_since_goes_back_too(acme):
    has(acme)
    profile(acme, acme.gamma, lead_capacity=9)
    publish(acme, {"action": {"kind": "best", "weights": {"record": 1}, "max_km": None}, "match": []})
    whole = begun(acme)
    chosen = {str(line.uid): ("route", None) for line in lines(acme, whole)}
    choose_lines(reassignment=whole, choices=chosen, actor=acme.cam, at=clock.now())
    carry(acme, whole)
    assert owners(acme) == [("offered", None, [acme.gamma.pk])] * 2
    assert undo(acme, whole)["undone"] == 2
    assert sorted(owners(acme), key=str) == sorted(
        [("accepted", acme.beta.pk, []), ("offered", None, [acme.beta.pk])], key=str
    )


def test_a_paused_partner_gets_no_offer_back(acme):
    offered(acme)
    whole = begun(acme)
    to_gamma(acme, whole)
    carry(acme, whole)
    change_state(partner=acme.beta, verb="pause", actor=acme.cam, at=clock.now(), reason="x")
    assert undo(acme, whole) == {"done": 1}
    assert "is paused" in lines(acme, whole)[0].because
    assert owners(acme) == [("offered", None, [acme.gamma.pk])], "it stays where it was handed on"


def test_a_job_that_died_goes_on_where_it_stopped_and_offers_nothing_twice(acme, monkeypatch):
    has(acme)
    whole = begun(acme)
    to_gamma(acme, whole)
    carry_out_reassignment(reassignment=whole, actor=acme.cam, at=clock.now())
    real, calls = reassigning._carry, []

    def dies(*args):
        calls.append(1)
        if len(calls) == 2:
            raise MemoryError
        real(*args)

    monkeypatch.setattr(reassigning, "_carry", dies)
    actor = system_member(acme.acme.pk, "Handing on", kind="rule")
    with pytest.raises(MemoryError):
        reassign_lines(reassignment_id=whole.pk, actor=actor, now=clock.now)
    assert [line.state for line in lines(acme, whole)] == ["done", "planned"]
    counts = reassign_lines(reassignment_id=whole.pk, actor=actor, now=clock.now)
    assert counts["done"] == 2
    assert owners(acme) == [("offered", None, [acme.gamma.pk])] * 2


def test_what_changed_meanwhile_is_skipped_with_the_reason(acme):
    _lead, offer = has(acme)
    whole = begun(acme)
    to_gamma(acme, whole)
    accept_offer(offer=offer, actor=acme.beta_seller, at=clock.now())
    carry(acme, whole)
    states = {line.because: line.state for line in lines(acme, whole)}
    assert states == {"": "done", "This offer was already accepted by Sal Seller.": "skipped"}


def test_taking_back_gives_the_partner_what_nobody_has_answered(acme):
    lead, _offer = has(acme)
    whole = begun(acme)
    to_gamma(acme, whole)
    carry(acme, whole)
    with entering(acme.gamma_seller.context):
        mine = Offer.objects.filter(state="open").order_by("pk").first()
    taken = mine.lead_id
    accept_offer(offer=mine, actor=acme.gamma_seller, at=clock.now())
    assert undo(acme, whole) == {"undone": 1, "done": 1}
    with entering(acme.admin.context):
        assert Lead.objects.get(pk=taken).partner_id == acme.gamma.pk
        back = Lead.objects.get(pk=lead.pk)
        if back.pk != taken:
            assert (back.state, back.partner_id, back.seller_id) == ("accepted", acme.beta.pk, acme.beta_seller.seat_id)
    with pytest.raises(TransitionRefused):
        undo_reassignment(reassignment=whole, actor=acme.cam, at=clock.now())


def test_wrong_targets_choices_and_people_are_refused(acme):
    with pytest.raises(Refused, match="no open offers"):
        begun(acme)
    has(acme)
    with pytest.raises(Forbidden):
        begin_reassignment(partner=acme.beta, actor=acme.marketer, at=clock.now())
    whole = begun(acme)
    line = str(lines(acme, whole)[0].uid)
    for wrong in [("partner", acme.beta), ("partner", None), ("away", None)]:
        with pytest.raises(Refused):
            choose_lines(reassignment=whole, choices={line: wrong}, actor=acme.cam, at=clock.now())
    carry(acme, whole)
    with entering(acme.admin.context):
        whole.refresh_from_db()
    with pytest.raises(TransitionRefused):
        carry_out_reassignment(reassignment=whole, actor=acme.cam, at=clock.now())
    with pytest.raises(Refused, match="no preview"):
        choose_lines(reassignment=whole, choices={line: ("stay", None)}, actor=acme.cam, at=clock.now())


def test_the_pages_lead_from_the_partner_to_the_end(acme, client_of):
    has(acme)
    client, path = client_of(acme.cam), f"/acme/console/partners/{acme.beta.uid}/"
    assert "Hand on its leads" in client.get(path).content.decode()
    assert client.get(f"{path}leads/handing-on/").status_code == 200
    made = client.post(f"{path}leads/handing-on/new/").url
    assert "Open offer" in client.get(made).content.decode()
    assert client.post(f"{made}choices/", {"all": "partner", "all_partner": "nobody of this name"}).status_code == 422
    assert client.post(f"{made}choices/", {"all": "partner", "all_partner": acme.gamma.name}).status_code == 302
    assert client.post(f"{made}carrying-out/", {"code": "other", "reason": ""}).status_code == 422
    assert client.post(f"{made}carrying-out/", {"code": "partner_left"}).status_code == 302
    jobs.run_pending()
    assert owners(acme) == [("offered", None, [acme.gamma.pk])] * 2
    assert client.post(f"{made}undoing/").status_code == 302
    going = client.get(made).content.decode()
    assert "Being taken back" in going
    assert "Gone through to take back: 0 of 2." in going
    jobs.run_pending()
    assert client.get(f"{made}progress/")["HX-Refresh"] == "true"
    assert {row[0] for row in owners(acme)} == {"accepted", "offered"}


def test_programs_hand_on_line_by_line(acme):
    has(acme)
    program = program_of(acme.operations)
    made = program.post(f"partners/{acme.beta.uid}/reassignment").json()
    rows = program.get(f"reassignments/{made['uid']}/lines").json()["items"]
    assert len(rows) == 2
    for row in rows:
        answer = program.patch(f"reassignments/{made['uid']}/lines/{row['uid']}", {"choice": "here"})
        assert answer.json()["choice"] == "here"
    assert program.post(f"reassignments/{made['uid']}/carrying-out", {"code": "wrong_partner"}).status_code == 200
    jobs.run_pending()
    assert owners(acme) == [("waiting", None, [])] * 2
    assert program.get(f"reassignments/{made['uid']}").json()["state"] == "carried"
    asked = program.post(f"reassignments/{made['uid']}/undoing").json()
    assert (asked["state"], asked["undone_at"]) == ("undoing", None)
    assert program.post(f"reassignments/{made['uid']}/undoing").status_code == 409
    jobs.run_pending()
    ended = program.get(f"reassignments/{made['uid']}").json()
    assert (ended["state"], bool(ended["undone_at"])) == ("undone", True)
    rows = program.get(f"reassignments/{made['uid']}/lines").json()["items"]
    assert [row["state"] for row in rows] == ["undone", "undone"]


def test_more_than_fits_one_request_is_gathered_by_a_job_that_goes_on_where_it_stopped(acme, monkeypatch, client_of):
    monkeypatch.setattr(reassigning, "MOST", 3)
    monkeypatch.setattr(reassigning, "CHUNK", 2)
    leads = [accepted(acme) for _ in range(3)] + [offered(acme) for _ in range(2)]
    whole = begun(acme)
    assert (whole.state, lines(acme, whole)) == ("preparing", [])
    client, address = client_of(acme.cam), f"/acme/console/distribution/handing-on/{whole.uid}/"
    assert "Gathered so far: 0" in client.get(address).content.decode()
    real, calls = reassigning._add_lines, []

    def dies(*given, **named):
        calls.append(1)
        if len(calls) == 2:
            raise RuntimeError("killed")
        real(*given, **named)

    monkeypatch.setattr(reassigning, "_add_lines", dies)
    job = {"reassignment_id": whole.pk, "actor": system_member(acme.acme.pk, "Handing on"), "at": clock.now()}
    with pytest.raises(RuntimeError):
        reassigning.prepare_reassignment(**job)
    assert [bool(line.offer_id) for line in lines(acme, whole)] == [True, True]
    assert "Gathered so far: 2" in client.get(f"{address}progress/").content.decode()
    assert reassigning.prepare_reassignment(**job) == len(leads)
    assert reassigning.prepare_reassignment(**job) == len(leads)
    found = lines(acme, whole)
    assert [line.place for line in found] == [1, 2, 3, 4, 5]
    assert {line.lead_id for line in found} == {each.lead_id if hasattr(each, "lead_id") else each.pk for each in leads}
    ready = client.get(f"{address}progress/")
    assert ready["HX-Refresh"] == "true"
    client.post(f"{address}choices/", {"all": "here"})
    assert {line.choice for line in lines(acme, whole)} == {"here"}
    with entering(acme.admin.context):
        again = Reassignment.objects.get(pk=whole.pk)
    carry(acme, again)
    assert [state for state, _partner, _open in owners(acme)] == ["waiting"] * 5


def test_a_paused_partner_says_so_wherever_it_could_be_chosen_or_has_something(acme, client_of):
    offer = offered(acme)
    today = clock.today()
    pause_partner(
        partner=acme.beta, actor=acme.cam, at=clock.now(), reason="Stocktaking", last_on=today + timedelta(days=3)
    )
    client = client_of(acme.admin)
    listed = client.get("/acme/console/partners/?state=paused").content.decode()
    assert "until" in listed
    assert "Beta Systems, paused" in client.get("/acme/console/leads/").content.decode()
    with entering(acme.admin.context):
        lead = Lead.objects.get(pk=offer.lead_id)
    chosen = client.get(f"/acme/console/leads/{lead.uid}/partners/?q=Beta").content.decode()
    assert "paused now" in chosen
    assert "disabled" in chosen


def breaking(monkeypatch, lead_ids):
    """Handing these leads on breaks in a way that nobody foresaw, until the list is emptied."""
    real = reassigning._hand_on

    def hand_on(whole, line, *args):
        if line.lead_id in lead_ids:
            raise ZeroDivisionError
        real(whole, line, *args)

    monkeypatch.setattr(reassigning, "_hand_on", hand_on)


def test_a_line_that_breaks_holds_up_no_other_and_is_told_after_its_last_try(acme, monkeypatch, client_of):
    lead, _offer = has(acme)
    whole = begun(acme)
    to_gamma(acme, whole)
    broken = [lead.pk]
    breaking(monkeypatch, broken)
    carry_out_reassignment(reassignment=whole, actor=acme.cam, at=clock.now())
    actor = system_member(acme.acme.pk, "Handing on", kind="rule")
    client, path = client_of(acme.cam), f"/acme/console/distribution/handing-on/{whole.uid}/"
    for _try in range(line_by_line.TRIES_MOST - 1):
        with pytest.raises(ZeroDivisionError):
            reassign_lines(reassignment_id=whole.pk, actor=actor, now=clock.now)
    assert "try 5 of 5" in client.get(path).content.decode()
    counts = reassign_lines(reassignment_id=whole.pk, actor=actor, now=clock.now)
    assert counts == {"done": 1, "failed": 1}
    with entering(acme.admin.context):
        assert Reassignment.objects.get().state == "stuck"
        assert Lead.objects.get(pk=lead.pk).partner_id == acme.beta.pk
        verbs = list(Event.objects.filter(subject_type="reassignment").order_by("id").values_list("verb", flat=True))
        assert verbs[-1] == "stuck"
    page = client.get(path).content.decode()
    assert "1 line could not be carried out" in page
    assert "Something went wrong each time, 5 times" in page
    broken.clear()
    assert client.post(f"{path}carrying-on/").status_code == 302
    jobs.run_pending()
    with entering(acme.admin.context):
        assert Reassignment.objects.get().state == "carried"
    assert owners(acme) == [("offered", None, [acme.gamma.pk])] * 2


def test_programs_try_again_what_broke_and_nothing_else(acme, monkeypatch):
    lead, _offer = has(acme)
    whole = begun(acme)
    program = program_of(acme.operations)
    assert program.post(f"reassignments/{whole.uid}/carrying-on").status_code == 409
    broken = [lead.pk]
    breaking(monkeypatch, broken)
    carry_out_reassignment(reassignment=whole, actor=acme.cam, at=clock.now())
    actor = system_member(acme.acme.pk, "Handing on", kind="rule")
    for _try in range(line_by_line.TRIES_MOST):
        with suppress(ZeroDivisionError):
            reassign_lines(reassignment_id=whole.pk, actor=actor, now=clock.now)
    assert program.get(f"reassignments/{whole.uid}").json()["state"] == "stuck"
    broken.clear()
    assert program.post(f"reassignments/{whole.uid}/carrying-on").json()["state"] == "carrying"
    jobs.run_pending()
    assert program.get(f"reassignments/{whole.uid}").json()["state"] == "carried"


def test_one_whose_job_was_lost_is_taken_up_again(acme):
    has(acme)
    whole = begun(acme)
    to_gamma(acme, whole)
    carry_out_reassignment(reassignment=whole, actor=acme.cam, at=clock.now())
    actor = system_member(acme.acme.pk, "Handing on", kind="rule")
    assert line_by_line.take_up_left(actor=actor) == 0, "its job waits"
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET status = 'failed' WHERE task_name = 'leads.reassign'")
    assert line_by_line.take_up_left(actor=actor) == 1
    jobs.run_pending()
    with entering(acme.admin.context):
        assert Reassignment.objects.get().state == "carried"
    assert line_by_line.take_up_left(actor=actor) == 0


def lost(job):
    """The queue gave these jobs up."""
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET status = 'failed' WHERE task_name = %s", [job])


def test_one_that_is_prepared_is_taken_up_again_when_its_job_was_lost(acme, monkeypatch):
    monkeypatch.setattr(reassigning, "MOST", 1)
    has(acme)
    begun(acme)
    actor = system_member(acme.acme.pk, "Handing on", kind="rule")
    assert line_by_line.take_up_left(actor=actor) == 0, "its job waits"
    lost("leads.prepare_reassignment")
    assert (state_of(acme), line_by_line.take_up_left(actor=actor)) == ("preparing", 1)
    jobs.run_pending()
    assert (state_of(acme), line_by_line.take_up_left(actor=actor)) == ("preview", 0)

"""An import of leads that somebody stops in the middle: what is in is whole, and the rest is told."""

import pytest
from django.test import Client
from tests.api import program_of

from fairway.connect import jobs
from fairway.connect.actions.runs import start_import
from fairway.connect.jobs import run_import
from fairway.connect.tests.files import AT, csv_file, fresh, upload
from fairway.core.events.models import Event
from fairway.core.tenancy.context import entering
from fairway.core.tenancy.models import User
from fairway.leads.models import Lead, LeadPerson

ROWS, CHUNK = 600, 50


def table() -> str:
    head = "Id,Need,Company,Last name,E-mail,Country\n"
    return head + "".join(f"M{n},Switches {n},Tarn {n} Works,Person{n},p{n}@tarn{n}.example,US\n" for n in range(ROWS))


def in_place(cast):
    with entering(cast.admin.context):
        leads = Lead.objects.filter(external_id__startswith="M")
        events = Event.objects.filter(subject_type="lead", verb="captured", subject_id__in=leads.values("pk"))
        return leads.count(), LeadPerson.objects.filter(lead__in=leads).count(), events.count()


def stopped(cast, monkeypatch, after):
    """The run, stopped in the browser while its chunk number `after` is being read."""
    made = upload(cast.operations, "leads", csv_file(table()))
    start_import(run=made, actor=cast.operations, at=AT, is_deferred=False)
    browser, real, calls = Client(), jobs.take_chunk, []
    browser.force_login(User.objects.get(pk=cast.operations.user_id))

    def take_chunk(**arguments):
        calls.append(1)
        if len(calls) == after + 1:
            path = f"/{cast.acme.slug}/console/imports/{made.uid}/cancellation/"
            assert browser.post(path).status_code == 302
        return real(**arguments)

    monkeypatch.setattr(jobs, "CHUNK_ROWS", CHUNK)
    monkeypatch.setattr(jobs, "take_chunk", take_chunk)
    run_import(vendor_id=made.vendor_id, run_id=made.pk)
    return fresh(cast.operations, made), browser


@pytest.mark.race
def test_what_came_before_the_stop_is_whole_and_the_page_says_where_it_stopped(committed, monkeypatch):
    run, browser = stopped(committed, monkeypatch, after=5)
    assert (run.state, run.rows_read, run.rows_created, run.next_line) == ("cancelled", 250, 250, 252)
    assert in_place(committed) == (250, 250, 250)
    page = browser.get(f"/{committed.acme.slug}/console/imports/{run.uid}/").content.decode()
    assert "Stopped before line 252, after 41" in page
    assert "no line from there on was read" in page
    told = program_of(committed.operations).get(f"imports/{run.uid}").json()
    assert (told["state"], told["rows_created"], told["next_line"]) == ("cancelled", 250, 252)
    run_import(vendor_id=run.vendor_id, run_id=run.pk)
    assert in_place(committed) == (250, 250, 250)


@pytest.mark.race
def test_running_it_again_takes_in_the_rest_and_nothing_twice(committed, monkeypatch):
    run, browser = stopped(committed, monkeypatch, after=3)
    monkeypatch.undo()
    again = browser.post(f"/{committed.acme.slug}/console/imports/{run.uid}/again/")["Location"].split("/")[4]
    program = program_of(committed.operations)
    assert program.post(f"imports/{again}/start").status_code == 200
    jobs_of = program.get(f"imports/{again}").json()
    assert jobs_of["state"] == "waiting"
    with entering(committed.operations.context):
        pk = type(run).objects.get(uid=again).pk
    run_import(vendor_id=run.vendor_id, run_id=pk)
    told = program.get(f"imports/{again}").json()
    assert (told["state"], told["rows_read"], told["rows_created"]) == ("done", ROWS, ROWS - 150)
    assert in_place(committed) == (ROWS, ROWS, ROWS)


@pytest.mark.race
def test_one_that_is_stopped_before_it_began_leaves_nothing(committed, monkeypatch):
    run, browser = stopped(committed, monkeypatch, after=0)
    assert (run.state, run.rows_read, in_place(committed)) == ("cancelled", 0, (0, 0, 0))
    page = browser.get(f"/{committed.acme.slug}/console/imports/{run.uid}/").content.decode()
    assert "Stopped before line 2, after 0" in page

"""A worker that dies in the middle, two workers on one run, two imports of one file: no doubles, no losses."""

import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import OperationalError, connection

from fairway.connect import jobs
from fairway.connect.actions.runs import cancel_import, start_import
from fairway.connect.jobs import run_import
from fairway.connect.models import ImportIssue, ImportRun
from fairway.connect.tests.files import AT, counts, csv_file, fresh, upload
from fairway.core.tenancy.acting import acting_for
from fairway.core.tenancy.context import entering
from fairway.core.tenancy.models import Partner, Seat

pytestmark = [pytest.mark.race, pytest.mark.usefixtures("small_chunks")]
ROWS = 95


class Killed(BaseException):
    """Stands for a signal: nothing catches it."""


@pytest.fixture
def small_chunks(monkeypatch):
    monkeypatch.setattr(jobs, "CHUNK_ROWS", 10)


def table(rows: int = ROWS) -> str:
    lines = [f"{n},Werft {n},Kiel,{'Atlantis' if n % 30 == 0 else 'DE'}\n" for n in range(1, rows + 1)]
    return "Id,Name,City,Country\n" + "".join(lines)


def started(cast, text=None) -> ImportRun:
    made = upload(cast.operations, "partners", csv_file(text or table()))
    start_import(run=made, actor=cast.operations, at=AT, is_deferred=False)
    return made


def known(cast) -> int:
    with entering(cast.chief.context):
        return Partner.objects.filter(name__startswith="Werft ").count()


def assert_complete(cast, made: ImportRun) -> None:
    """95 rows, of which 3 name a country that does not exist."""
    made = fresh(cast.operations, made)
    assert (made.state, made.error, counts(made), made.rows_read) == ("done", "", (92, 0, 0, 3), ROWS)
    assert known(cast) == 92
    with entering(cast.operations.context):
        lines = ImportIssue.objects.filter(run=made).order_by("line").values_list("line", flat=True)
        assert list(lines) == [31, 61, 91]


@pytest.mark.parametrize("before_write", [True, False], ids=["before the chunk", "after the chunk"])
def test_a_worker_killed_between_chunks_is_resumed_without_doubles(committed, monkeypatch, before_write):
    made = started(committed)
    real, calls = jobs.take_chunk, []

    def dies(**arguments):
        calls.append(arguments["chunk"].first)
        if len(calls) == 4 and before_write:
            raise Killed
        result = real(**arguments)
        if len(calls) == 4:
            raise Killed
        return result

    monkeypatch.setattr(jobs, "take_chunk", dies)
    with pytest.raises(Killed):
        run_import(vendor_id=made.vendor_id, run_id=made.pk)
    half = fresh(committed.operations, made)
    assert (half.state, half.rows_read) == ("running", 30 if before_write else 40)
    monkeypatch.setattr(jobs, "take_chunk", real)
    run_import(vendor_id=made.vendor_id, run_id=made.pk)
    assert_complete(committed, made)


def test_a_chunk_that_breaks_leaves_nothing_of_itself(committed, monkeypatch):
    made = started(committed)
    real, calls = ImportIssue.objects.bulk_create, []

    def away(*args, **kwargs):
        calls.append(1)
        if len(calls) == 4:
            raise OperationalError("the connection is lost")
        return real(*args, **kwargs)

    monkeypatch.setattr(type(ImportIssue.objects), "bulk_create", lambda self, *a, **k: away(*a, **k))
    with pytest.raises(OperationalError):
        run_import(vendor_id=made.vendor_id, run_id=made.pk)
    monkeypatch.undo()
    assert fresh(committed.operations, made).rows_read == 30
    assert known(committed) == 29
    monkeypatch.setattr(jobs, "CHUNK_ROWS", 10)
    run_import(vendor_id=made.vendor_id, run_id=made.pk)
    assert_complete(committed, made)


CODE = """
import django; django.setup()
from fairway.connect import jobs
jobs.CHUNK_ROWS = 10
jobs.run_import(vendor_id={vendor}, run_id={run})
"""


def test_a_process_killed_in_the_middle_is_resumed_without_doubles(committed):
    made = started(committed, table())
    parameters = connection.get_connection_params()
    user, password, database = (parameters[name] for name in ("user", "password", "dbname"))
    address = f"postgresql://{user}:{password}@{parameters['host'].replace('/', '%2F')}:{parameters['port']}/{database}"
    environment = {**os.environ, "DATABASE_URL": address, "DJANGO_SETTINGS_MODULE": "fairway.config.settings"}
    environment["PYTHONPATH"] = os.pathsep.join(sys.path)
    code = CODE.format(vendor=made.vendor_id, run=made.pk)
    process = subprocess.Popen([sys.executable, "-c", code], env=environment)
    try:
        deadline = time.monotonic() + 90
        while fresh(committed.operations, made).rows_read == 0 and process.poll() is None:
            assert time.monotonic() < deadline
            time.sleep(0.005)
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()
    half = fresh(committed.operations, made)
    assert (half.state, 0 < half.rows_read < ROWS) == ("running", True)
    run_import(vendor_id=made.vendor_id, run_id=made.pk)
    assert_complete(committed, made)


def at_once(*runs: ImportRun) -> None:
    def work(made: ImportRun) -> None:
        try:
            run_import(vendor_id=made.vendor_id, run_id=made.pk)
        finally:
            connection.close()

    with ThreadPoolExecutor(len(runs)) as pool:
        list(pool.map(work, runs))


def test_two_workers_on_one_run_take_every_row_once(committed):
    made = started(committed)
    at_once(made, made)
    assert_complete(committed, made)


def test_two_imports_of_one_file_at_once_make_every_partner_once(committed):
    one, other = started(committed), started(committed)
    at_once(one, other)
    one, other = fresh(committed.operations, one), fresh(committed.operations, other)
    assert (one.state, other.state) == ("done", "done")
    assert one.rows_created + other.rows_created == 92
    assert one.rows_unchanged + other.rows_unchanged == 92
    assert known(committed) == 92


def test_a_cancelled_run_stops_before_the_next_chunk_and_keeps_what_it_took(committed, monkeypatch):
    made = started(committed)
    real, calls = jobs.take_chunk, []

    def cancelling(**arguments):
        calls.append(1)
        if len(calls) == 3:
            cancel_import(run=made, actor=committed.operations, at=AT)
        return real(**arguments)

    monkeypatch.setattr(jobs, "take_chunk", cancelling)
    run_import(vendor_id=made.vendor_id, run_id=made.pk)
    stopped = fresh(committed.operations, made)
    assert (stopped.state, stopped.rows_read, known(committed)) == ("cancelled", 20, 20)
    run_import(vendor_id=made.vendor_id, run_id=made.pk)
    assert known(committed) == 20


def test_a_run_of_someone_who_left_or_lost_the_right_fails_in_words(committed):
    made = started(committed)
    with acting_for(committed.admin):
        Seat.objects.filter(pk=committed.operations.seat_id).update(role="cam")
    run_import(vendor_id=made.vendor_id, run_id=made.pk)
    failed = fresh(committed.admin, made)
    assert (failed.state, failed.rows_read) == ("failed", 0)
    assert "partner.import" in failed.error
    other = upload(committed.admin, "partners", csv_file(table(3)))
    start_import(run=other, actor=committed.admin, at=AT, is_deferred=False)
    with acting_for(committed.admin):
        Seat.objects.filter(pk=committed.admin.seat_id).update(is_active=False)
    run_import(vendor_id=other.vendor_id, run_id=other.pk)
    assert "no longer works here" in fresh(committed.chief, other).error
    assert known(committed) == 0

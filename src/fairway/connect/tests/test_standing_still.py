"""An import that stands still: seen on its page, set going by hand or by itself, ended in words when nothing helps."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import OperationalError, connection
from django.db.models import Sum

from fairway.connect import jobs
from fairway.connect.actions.runs import PUSHES_MAX, push_stuck_imports, resume_import, start_import
from fairway.connect.jobs import run_import
from fairway.connect.tests.files import AT, counts, csv_file, fresh, issues, run, sample_file, upload
from fairway.core import clock
from fairway.core import jobs as queue
from fairway.core.access import Forbidden, system_member
from fairway.core.refusals import Refused
from fairway.core.tenancy.acting import acting_for
from fairway.core.tenancy.context import entering
from fairway.core.tenancy.models import Partner
from fairway.sales.models import SalesLine
from fairway.workflow.models import Notification

pytestmark = pytest.mark.django_db
TABLE = "Id,Name,City,Country\n" + "".join(f"{n},Werft {n},Kiel,DE\n" for n in range(1, 31))


def given_up(acme, monkeypatch):
    """A run whose job met a failing database after its first chunk, and was given up by the queue."""
    made = upload(acme.operations, "partners", csv_file(TABLE))
    start_import(run=made, actor=acme.operations, at=clock.now(), is_deferred=False)
    monkeypatch.setattr(jobs, "CHUNK_ROWS", 10)
    real, calls = jobs.take_chunk, []

    def failing(**arguments):
        calls.append(1)
        if len(calls) > 1:
            raise OperationalError("the database is away")
        return real(**arguments)

    monkeypatch.setattr(jobs, "take_chunk", failing)
    with pytest.raises(OperationalError):
        run_import(vendor_id=made.vendor_id, run_id=made.pk)
    monkeypatch.setattr(jobs, "take_chunk", real)
    return fresh(acme.operations, made)


def aged(acme, made, minutes: int) -> None:
    with acting_for(acme.admin):
        type(made).objects.filter(pk=made.pk).update(moved_at=clock.now() - timedelta(minutes=minutes))


def test_the_page_says_that_it_stands_still_and_a_person_sets_it_going(acme, client_of, monkeypatch):
    made = given_up(acme, monkeypatch)
    assert (made.state, made.rows_read) == ("running", 10)
    client = client_of(acme.operations)
    page = f"/acme/console/imports/{made.uid}/"
    assert "Nothing has come in since" not in client.get(page).content.decode()
    client.post(page + "resumption/")
    assert "This import goes on by itself." in client.get(page).content.decode()
    queue.run_pending()
    assert fresh(acme.operations, made).rows_read == 10
    aged(acme, made, 3)
    assert "Nothing has come in since" in client.get(page).content.decode()
    client.post(page + "resumption/")
    queue.run_pending()
    ended = fresh(acme.operations, made)
    assert (ended.state, counts(ended), ended.rows_read) == ("done", (30, 0, 0, 0), 30)
    with entering(acme.chief.context):
        assert Partner.objects.filter(name__startswith="Werft ").count() == 30


def test_one_that_is_over_or_of_another_right_is_not_set_going(acme, monkeypatch):
    made = run(acme.operations, "partners", csv_file(TABLE))
    with pytest.raises(Refused):
        resume_import(run=made, actor=acme.operations, at=clock.now())
    other = given_up(acme, monkeypatch)
    aged(acme, other, 60)
    with pytest.raises(Forbidden):
        resume_import(run=other, actor=acme.finance, at=clock.now())
    queue.run_pending()
    assert fresh(acme.operations, other).rows_read == 10


def test_it_goes_on_by_itself_after_a_while_and_once_only(acme, monkeypatch):
    made = given_up(acme, monkeypatch)
    system = system_member(made.vendor_id, "Import")
    assert push_stuck_imports(at=clock.now(), actor=system) == 0
    aged(acme, made, 11)
    assert push_stuck_imports(at=clock.now(), actor=system) == 1
    assert push_stuck_imports(at=clock.now(), actor=system) == 0
    queue.run_pending()
    ended = fresh(acme.operations, made)
    assert (ended.state, ended.pushes, ended.rows_created) == ("done", 0, 30)


def test_one_that_never_comes_further_ends_with_a_sentence_in_the_bell(acme, monkeypatch):
    made = given_up(acme, monkeypatch)
    system = system_member(made.vendor_id, "Import")
    for _push in range(PUSHES_MAX + 1):
        with connection.cursor() as cursor:
            cursor.execute("UPDATE procrastinate_jobs SET status = 'failed' WHERE status = 'todo'")
        aged(acme, made, 11)
        push_stuck_imports(at=clock.now(), actor=system)
    ended = fresh(acme.operations, made)
    assert (ended.state, ended.rows_created) == ("failed", 10)
    assert ended.error.startswith("The database refused again and again.")
    with entering(acme.operations.context):
        assert Notification.objects.filter(kind="import").count() == 1
    run_import(vendor_id=made.vendor_id, run_id=made.pk)
    assert fresh(acme.operations, made).rows_created == 10


SALES = (
    "Order,Line,Partner,Date,Amount,Currency\n"
    "A,1,B-1,2026-01-05,10.10,USD\n"
    "A,2,B-1,2026-01-05,-3.5,USD\n"
    "A,3,nobody,2026-01-05,7.25,USD\n"
    "A,4,B-1,2026-01-05,1000,EUR\n"
    "A,5,B-1,2026-01-05,many,EUR\n"
    "A,1,B-1,2026-01-05,10.10,USD\n"
)


def test_the_result_holds_the_amounts_against_the_file_by_currency(acme, client_of, monkeypatch):
    monkeypatch.setattr(jobs, "CHUNK_ROWS", 2)
    made = run(acme.finance, "sales_lines", csv_file(SALES))
    assert made.totals == {
        "USD": {"file": "23.9500", "taken": "6.6000"}, "EUR": {"file": "1000.0000", "taken": "1000.0000"},
    }  # fmt: skip
    with entering(acme.chief.context):
        sums = SalesLine.objects.values_list("currency").annotate(total=Sum("amount"))
        assert dict(sums) == {each: Decimal(said["taken"]) for each, said in made.totals.items()}
    page = client_of(acme.finance).get(f"/acme/console/imports/{made.uid}/").content.decode()
    for text in ("Amounts", "23.95", "6.60", "17.35", "1,000.00"):
        assert text in page
    again = run(acme.finance, "sales_lines", csv_file(SALES))
    assert again.totals == made.totals
    assert len(issues(acme.finance, again)) > 0


@pytest.mark.data
def test_the_amounts_of_a_real_file_are_those_of_the_file(acme):
    resellers = sample_file("adventureworks/DimReseller.csv")
    run(acme.operations, "partners", resellers, sample_file("adventureworks/DimGeography.csv"))
    file = sample_file("adventureworks/FactResellerSales.csv.gz")
    made = upload(acme.finance, "sales_lines", file)
    with acting_for(acme.finance):
        made.options["defaults"] |= {"currency": "USD"}
        made.mapping.pop("product", None)
        made.save()
    start_import(run=made, actor=acme.finance, at=AT, is_deferred=False)
    run_import(vendor_id=made.vendor_id, run_id=made.pk)
    made = fresh(acme.finance, made)
    assert set(made.totals) == {"USD"}
    assert made.totals["USD"]["file"] == made.totals["USD"]["taken"]
    assert Decimal(made.totals["USD"]["taken"]).quantize(Decimal("0.01")) == Decimal("80450596.98")

"""A file of 200,000 rows costs no more memory than one of 20,000, and a worker killed in it is taken over."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import xlsxwriter
from django.core.files.base import File
from django.db import connection

from fairway.connect.actions.runs import start_import
from fairway.connect.jobs import run_import
from fairway.connect.models import ImportRun
from fairway.connect.tests.files import AT, counts, fresh, upload
from fairway.core.tenancy.context import entering
from fairway.sales.models import SalesLine

pytestmark = [pytest.mark.race, pytest.mark.long]
FEW, MANY = 20_000, 200_000
# What a worker may need more for ten times the rows: noise of the allocator, not the rows.
GROWTH_MAX_KB = 24_000
HEAD = ["Order", "Line", "Partner", "Date", "Amount", "Currency", "Note"]

CODE = """
import sys
import django; django.setup()
from fairway.connect import jobs
jobs.run_import(vendor_id=int(sys.argv[1]), run_id=int(sys.argv[2]))
# Not ru_maxrss, which begins with what the parent had.
print(next(line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM")))
"""


def rows(count: int) -> Iterator[list[object]]:
    yield HEAD
    for n in range(count):
        yield [f"L{count}-{n // 10}", n % 10 + 1, "B-1", "2026-01-05", f"{n % 997}.25", "USD", f"a text of its own {n}"]


def as_csv(path: Path, count: int) -> Path:
    with path.open("w") as file:
        file.writelines(",".join(map(str, row)) + "\n" for row in rows(count))
    return path


def as_workbook(path: Path, count: int) -> Path:
    """Every text in the table of shared texts, as spreadsheets write it: the hard case for memory."""
    book = xlsxwriter.Workbook(str(path), {"strings_to_numbers": False})
    sheet = book.add_worksheet()
    for place, row in enumerate(rows(count)):
        sheet.write_row(place, 0, row)
    book.close()
    return path


def worker(made: ImportRun) -> subprocess.Popen[str]:
    parameters = connection.get_connection_params()
    user, password, database = (parameters[name] for name in ("user", "password", "dbname"))
    address = f"postgresql://{user}:{password}@{parameters['host'].replace('/', '%2F')}:{parameters['port']}/{database}"
    environment = {**os.environ, "DATABASE_URL": address, "DJANGO_SETTINGS_MODULE": "fairway.config.settings"}
    environment["PYTHONPATH"] = os.pathsep.join(sys.path)
    command = [sys.executable, "-c", CODE, str(made.vendor_id), str(made.pk)]
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)


def begun(cast, path: Path) -> ImportRun:
    with path.open("rb") as file:
        made = upload(cast.finance, "sales_lines", File(file, path.name))
    start_import(run=made, actor=cast.finance, at=AT, is_deferred=False)
    return made


def peak_kb(cast, path: Path, count: int) -> int:
    made = begun(cast, path)
    output, _nothing = worker(made).communicate(timeout=600)
    made = fresh(cast.finance, made)
    assert (made.state, made.error, counts(made)) == ("done", "", (count, 0, 0, 0))
    return int(output)


@pytest.mark.parametrize("write", [as_csv, as_workbook])
def test_memory_does_not_grow_with_the_rows(committed, tmp_path, write):
    few = peak_kb(committed, write(tmp_path / "few", FEW), FEW)
    many = peak_kb(committed, write(tmp_path / "many", MANY), MANY)
    assert many - few < GROWTH_MAX_KB, f"{few} kB for {FEW} rows, {many} kB for {MANY}"


@pytest.mark.parametrize("write", [as_csv, as_workbook])
def test_a_worker_killed_in_the_middle_is_taken_over_without_doubles(committed, tmp_path, write):
    count = 30_000
    made = begun(committed, write(tmp_path / "file", count))
    process = worker(made)
    deadline = time.monotonic() + 120
    while fresh(committed.finance, made).rows_read < 8_000:
        assert process.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.02)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    half = fresh(committed.finance, made)
    assert (half.state, 8_000 <= half.rows_read < count) == ("running", True)
    run_import(vendor_id=made.vendor_id, run_id=made.pk)
    made = fresh(committed.finance, made)
    assert (made.state, counts(made), made.rows_read) == ("done", (count, 0, 0, 0), count)
    assert made.totals["USD"]["file"] == made.totals["USD"]["taken"]
    with entering(committed.chief.context):
        assert SalesLine.objects.filter(order_number__startswith=f"L{count}-").count() == count

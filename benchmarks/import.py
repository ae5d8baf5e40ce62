"""Rows of a file taken in a second, from the first byte read to the last commit.

The file is uploaded before; measured is the job itself, as the worker runs it: reading, checking, writing under row
security, events, progress. The floor is a bare COPY, by the owner, of the very rows that it wrote into tables made
alike without indexes.
"""

import csv
import io
import os
import time
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from functools import partial
from typing import Any

import numpy as np
from django.core.files.base import ContentFile

from benchmarks._harness import as_web, bench_vendor, copy_floor, main, say, timed
from fairway.connect.actions.files import remove
from fairway.connect.actions.runs import start_import
from fairway.connect.actions.uploads import upload_import
from fairway.connect.jobs import run_import
from fairway.connect.models import ImportRun
from fairway.core import clock
from fairway.core.access import Member, system_member
from fairway.core.tenancy.context import entering

ROWS = {"partners": 20_000, "leads": 20_000, "sales_lines": 60_000}
QUICK = 20
TARGETS = {"leads": 5_000}
CITIES = [("Seattle", "WA"), ("Chicago", "IL"), ("Austin", "TX"), ("Denver", "CO"), ("Boston", "MA"), ("Miami", "FL")]
TABLES = {
    "partners": ["core_partner", "partners_profile"],
    "leads": ["leads_lead", "leads_leadperson"],
    "sales_lines": ["sales_salesline"],
}


def partner_rows(count: int, start: int = 0) -> Iterator[list[object]]:
    yield [
        "Id",
        "Name",
        "Type",
        "Address",
        "City",
        "State",
        "PostalCode",
        "Country",
        "Phone",
        "Employees",
        "AnnualSales",
    ]
    kinds = ("Value Added Reseller", "Warehouse", "Specialty Shop")
    for n in range(start, start + count):
        city, state = CITIES[n % len(CITIES)]
        yield [n, f"Bench Partner {n}", kinds[n % 3], f"{n} Elm Street", city, state, f"{n % 99999:05}", "US",
               f"206-555-{n % 10_000:04}", n % 500, f"{n % 900}000.00"]  # fmt: skip


def lead_rows(count: int, start: int = 0) -> Iterator[list[object]]:
    yield ["Id", "FirstName", "LastName", "Email", "Phone", "Title", "Company", "Website", "Industry", "Employees",
           "City", "State", "PostalCode", "Country", "Subject", "Description", "LeadSource"]  # fmt: skip
    for n in range(start, start + count):
        city, state = CITIES[n % len(CITIES)]
        yield [n, "Sam", f"Sample {n}", f"s{n}@customer{n}.example", f"206-555-{n % 10_000:04}", "Head of IT",
               f"Customer {n} Inc.", f"www.customer{n}.example", "Retail", n % 900, city, state,
               f"{n % 99999:05}", "US", f"New network for site {n}", "As asked in the form.", "Web"]  # fmt: skip


def sales_rows(count: int, start: int = 0) -> Iterator[list[object]]:
    yield ["SalesOrderNumber", "SalesOrderLineNumber", "ResellerKey", "OrderDate", "OrderQuantity", "SalesAmount",
           "TotalProductCost", "CurrencyKey", "CurrencyCode"]  # fmt: skip
    rng = np.random.default_rng(3)
    cents = rng.integers(100, 9_000_000, start + count)
    for n in range(start, start + count):
        day = date(2025, 1, 1) + timedelta(days=n % 365)
        yield [f"SO{n // 20}", n % 20 + 1, n // 20 % 500, day.isoformat(), n % 9 + 1, f"{cents[n] / 10_000:.4f}",
               f"{cents[n] / 20_000:.4f}", 100, "USD"]  # fmt: skip


MADE: dict[str, Callable[[int, int], Iterator[list[object]]]] = {
    "partners": partner_rows,
    "leads": lead_rows,
    "sales_lines": sales_rows,
}


def file_of(kind: str, count: int, start: int) -> ContentFile:
    text = io.StringIO(newline="")
    csv.writer(text).writerows(MADE[kind](count, start))
    return ContentFile(text.getvalue().encode(), f"{kind}.csv")


def bring(kind: str, count: int, actor: Member, start: int = 0) -> tuple[float, ImportRun]:
    """Upload and take in; the seconds are those of taking in."""
    file = file_of(kind, count, start)
    run = upload_import(kind=kind, file=file, file_name=file.name or "", actor=actor, at=clock.now())
    start_import(run=run, actor=actor, at=clock.now(), is_deferred=False)
    seconds, _nothing = timed(lambda: run_import(vendor_id=actor.vendor_id, run_id=run.pk))
    with entering(actor.context):
        run = ImportRun.objects.get(pk=run.pk)
    for key in (run.stored_as, run.summary.get("file", "")):
        remove(key)
    if (run.state, run.rows_created) != ("done", count):
        raise RuntimeError(f"{kind}: {run.state}, {run.rows_created} of {count} made: {run.error}")
    return seconds, run


def case(kind: str, quick: bool) -> None:
    count = ROWS[kind] // (QUICK if quick else 1)
    with bench_vendor() as vendor:
        actor = system_member(vendor.pk, "Bench")
        with as_web():
            if kind == "sales_lines":
                bring("partners", 500, actor)
            bring(kind, 100, actor, start=1_000_000)  # the first import of a worker reads the names of the world
            before = time.process_time()
            seconds, run = bring(kind, count, actor)
            cpu = time.process_time() - before
        of_vendor = f"vendor_id = {vendor.pk}"
        floor_seconds, _blocks = copy_floor(dict.fromkeys(TABLES[kind], of_vendor), including="")
    # Beside the wall clock, what the machine was busy with: a shared one tells little by the wall clock alone.
    detail: dict[str, Any] = {
        "seconds": round(seconds, 2),
        "cpu_seconds": round(cpu, 2),
        "load": round(os.getloadavg()[0], 1),
    }
    detail |= {"bytes": run.size_bytes, "tables": TABLES[kind]}
    if kind in TARGETS:
        detail["target"] = TARGETS[kind]
    say(
        kind, count / seconds, "rows/s", floor=count / floor_seconds, n=count,
        floor_is="bare COPY of the same rows into tables without indexes", **detail,
    )  # fmt: skip


CASES: dict[str, Callable[[bool], None]] = {kind: partial(case, kind) for kind in ROWS}

if __name__ == "__main__":
    main(CASES)

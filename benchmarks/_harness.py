"""What every bench needs: two log-ins, a vendor of its own that is swept away, and the line it prints.

`./fairway bench NAME` starts a bench as the owner, who seeds; what is measured runs as the web does, under row
security, and is committed.
"""

import argparse
import json
import os
import platform
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "fairway.config.settings")
os.environ.setdefault("FAIRWAY_API_REQUESTS_A_MINUTE", "1000000000")  # counted as always, and never too many
django.setup()

from django.apps import apps  # noqa: E402
from django.db import connection, transaction  # noqa: E402

from fairway.config.settings import database_from_url  # noqa: E402
from fairway.core.tenancy.models import Organization  # noqa: E402
from fairway.core.tenancy.policies import tenant_models  # noqa: E402

LOGIN = ("USER", "PASSWORD", "HOST", "PORT")
_owner = {key: connection.settings_dict[key] for key in LOGIN}


@contextmanager
def as_web() -> Iterator[None]:
    """Log in as the web does for a block, outside any transaction."""
    web = database_from_url(os.environ["FAIRWAY_WEB_DATABASE_URL"])
    connection.close()
    connection.settings_dict.update({key: web[key] for key in LOGIN})
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict.update(_owner)


@contextmanager
def bench_vendor(**values: Any) -> Iterator[Organization]:
    """A vendor of this run alone; everything it has is deleted afterwards. As the owner."""
    slug = f"bench-{uuid4().hex[:12]}"
    given = {"country": "US", "time_zone": "America/New_York", "currency": "USD", **values}
    vendor = Organization.objects.create(name="Bench", slug=slug, is_vendor=True, **given)
    try:
        yield vendor
    finally:
        sweep(vendor.pk)


def sweep(vendor_id: int) -> None:
    """Delete every row of a vendor, its jobs, and the organizations and people made for it."""
    tables = [model._meta.db_table for model in tenant_models() if model._meta.get_field("vendor")]
    # Keys are deferred to the commit, so that the order of the tables does not matter.
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs WHERE args->>'vendor_id' = %s", [str(vendor_id)])
        cursor.execute("SELECT array_agg(DISTINCT user_id) FROM core_seat WHERE vendor_id = %s", [vendor_id])
        users = cursor.fetchone()[0] or []
        cursor.execute("SELECT array_agg(organization_id) FROM core_partner WHERE vendor_id = %s", [vendor_id])
        organizations = [*(cursor.fetchone()[0] or []), vendor_id]
        for table in tables:
            cursor.execute(f"DELETE FROM {table} WHERE vendor_id = %s", [vendor_id])
        for table, column in _of_people(cursor):
            cursor.execute(f"DELETE FROM {table} WHERE {column} = ANY(%s)", [users])
        cursor.execute("DELETE FROM core_user WHERE id = ANY(%s) AND email LIKE %s", [users, "%@bench.invalid"])
        cursor.execute("DELETE FROM core_organization WHERE id = ANY(%s) AND name LIKE %s", [organizations, "Bench%"])


def _of_people(cursor: Any) -> list[tuple[str, str]]:
    """(table, column) of what hangs on a person directly and not on a seat at a vendor."""
    cursor.execute(
        "SELECT c.conrelid::regclass::text, a.attname FROM pg_constraint c"
        " JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]"
        " WHERE c.contype = 'f' AND c.confrelid = 'core_user'::regclass AND c.conrelid <> 'core_seat'::regclass"
    )
    return cursor.fetchall()


def timed(work: Callable[[], Any]) -> tuple[float, Any]:
    """Seconds and result."""
    begin = time.perf_counter()
    result = work()
    return time.perf_counter() - begin, result


def copy_floor(rows: Mapping[str, str], *, including: str = "INCLUDING ALL") -> tuple[float, int]:
    """Seconds to COPY rows the tables hold already into tables made alike, and how many rows that is.

    `rows` maps a table to the condition that selects them; `including=""` makes tables without indexes. As the
    owner; committed, then dropped.
    """
    held: dict[str, list[bytes]] = {}
    with connection.cursor() as cursor:
        for table, condition in rows.items():
            with cursor.copy(f"COPY (SELECT * FROM {table} WHERE {condition}) TO STDOUT") as copy:
                held[table] = [bytes(block) for block in copy]
            cursor.execute(f"CREATE TABLE floor_{table} (LIKE {table} {including})")
        begin = time.perf_counter()
        cursor.execute("BEGIN")
        for table, blocks in held.items():
            with cursor.copy(f"COPY floor_{table} FROM STDIN") as copy:
                for block in blocks:
                    copy.write(block)
        cursor.execute("COMMIT")
        seconds = time.perf_counter() - begin
        for table in rows:
            cursor.execute(f"DROP TABLE floor_{table}")
    return seconds, sum(len(blocks) for blocks in held.values())


def say(case: str, figure: float, unit: str, *, floor: float, floor_is: str, n: int, **detail: Any) -> None:
    """One JSON line. `ratio` is how many times the floor the figure needs (both in `unit`)."""
    per_second = unit.endswith("/s")
    ratio = floor / figure if per_second else figure / floor
    line = {
        "case": case,
        "figure": round(figure, 1 if per_second else 3),
        "unit": unit,
        "floor": round(floor, 1 if per_second else 3),
        "floor_is": floor_is,
        "ratio": round(ratio, 2),
        "n": n,
        "detail": {**detail, "cores": os.cpu_count(), "python": platform.python_version()},
    }
    print(json.dumps(line), flush=True)


def main(cases: Mapping[str, Callable[[bool], None]]) -> None:
    """Run one case or all; each takes `quick`."""
    parser = argparse.ArgumentParser()
    parser.add_argument("case", nargs="?", choices=list(cases))
    parser.add_argument("--quick", action="store_true")
    options = parser.parse_args()
    assert apps.ready
    for name, run in cases.items():
        if options.case in (None, name):
            run(options.quick)

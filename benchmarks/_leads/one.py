"""One lead, from the request to the API to its committed offer: a web server and a worker of their own, over HTTP.

Milliseconds until another connection sees the offer, p50 with p95 beside it, in a channel of 2,750 partners and in one
of 27,500, 200 rules each. The floor is a request that does nothing, by the same client. The first leads, for which the
worker reads the channel, are counted apart (`first_ms`).
"""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from json import loads
from statistics import median, quantiles
from typing import Any

import psycopg
from django.db import connection

from benchmarks._harness import bench_vendor, say
from benchmarks._leads._growth import exponent
from benchmarks._leads.route import INDUSTRIES, LINES, seed
from benchmarks.api import Program, timed, token
from benchmarks.pages import server
from fairway.config.commands.programs import worker_command
from fairway.core.access import system_member
from fairway.core.tenancy.models import Organization, Role, Seat, User

SIZES, QUICK = ((2_750, 850), (27_500, 8_500)), ((2_750, 850),)
LEADS, LEADS_QUICK = 200, 30
BEFORE = 5_000  # leads that were offered and answered in the year before
SECONDS_MOST = 20.0
_SEEN = """SELECT 1 FROM leads_offer o JOIN leads_lead l ON l.id = o.lead_id
 WHERE l.vendor_id = %s AND l.uid = %s"""
# What partners did before: an offer for each earlier lead, three of four taken.
_OFFERS = """INSERT INTO leads_offer (uid, vendor_id, partner_id, lead_id, state, title, brief, place, currency,
  offered_at, lapses_at, answered_at, limit_minutes, quality, answer_note, recall_reason, version)
 SELECT gen_random_uuid(), %(vendor)s, p.ids[1 + (l.n * 7919) %% array_length(p.ids, 1)], l.id,
  CASE WHEN l.n %% 4 = 0 THEN 'declined' ELSE 'accepted' END, 'Need', '{}', '', 'USD',
  now() - make_interval(days => (l.n %% 360)::int + 1), now() - make_interval(days => (l.n %% 360)::int),
  now() - make_interval(days => (l.n %% 360)::int), 480, '{}', '', '', 1
 FROM (SELECT id, row_number() OVER (ORDER BY id) AS n FROM leads_lead WHERE vendor_id = %(vendor)s) l,
  (SELECT array_agg(id ORDER BY id) AS ids FROM core_partner WHERE vendor_id = %(vendor)s AND state = 'active') p"""
_CLOSED = "UPDATE leads_lead SET state = 'closed' WHERE vendor_id = %(vendor)s"


@contextmanager
def worker() -> Iterator[None]:
    """A worker as `./fairway serve` starts it."""
    environment = os.environ | {"DATABASE_URL": os.environ["FAIRWAY_WEB_DATABASE_URL"], "FAIRWAY_LOG_LEVEL": "ERROR"}
    process = subprocess.Popen(
        [sys.executable, *worker_command(concurrency=1)],
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield
    finally:
        process.terminate()
        process.wait(60)


def operations(vendor: Organization) -> None:
    user = User.objects.create(email=f"operations-{vendor.pk}@bench.invalid", name="Bench operations", password="!")
    Seat.objects.create(
        vendor=vendor, user=user, organization=vendor, role=Role.OPERATIONS, name=user.name, email=user.email
    )


def lead(number: int) -> dict[str, Any]:
    """By one of the hundred rules that set no distance: the bench's partners lie anywhere."""
    countries = ("US", "DE", "FR", "GB", "IT", "ES", "NL", "PL", "SE", "CA")
    return {
        "external_id": f"one-{number}", "need": f"Wi-Fi for hall {number}", "company": f"Orchard {number} Foods",
        "website": f"orchard-{number}.example", "country": countries[number % 10],
        "industry": f"Industry {(2 * number + 1) % INDUSTRIES}", "product_line": f"P{number // 10 % LINES}",
        "amount": {"amount_minor": number * 100 + 100, "currency": "USD"}, "timeframe_days": 60,
        "person": {"first_name": "Ann", "last_name": f"Sample {number}", "email": f"ann@orchard-{number}.example"},
    }  # fmt: skip


def until_offered(program: Program, other: psycopg.Connection[Any], vendor_id: int, number: int) -> float:
    """Milliseconds from the request to the offer that another connection sees. Raises when there is none in time."""
    begin = time.perf_counter()
    _spent, raw = program.ask("POST", "/api/v1/leads", lead(number))
    uid = loads(raw)["uid"]
    while other.execute(_SEEN, [vendor_id, uid]).fetchone() is None:
        if time.perf_counter() - begin > SECONDS_MOST:
            state = other.execute("SELECT state, waiting_because FROM leads_lead WHERE uid = %s", [uid]).fetchone()
            raise RuntimeError(f"Lead {number} was not offered within {SECONDS_MOST:.0f} seconds: {state}")
        time.sleep(0.001)
    return (time.perf_counter() - begin) * 1000


def one_size(partners: int, active: int, count: int) -> float:
    with bench_vendor() as vendor:
        actor = system_member(vendor.pk, "Bench", kind="rule")
        seed(vendor, BEFORE, actor, partners=partners, active=active)
        operations(vendor)
        with connection.cursor() as cursor:
            cursor.execute(_OFFERS, {"vendor": vendor.pk})
            cursor.execute(_CLOSED, {"vendor": vendor.pk})
            cursor.execute("ANALYZE leads_offer, leads_lead")
        secret = token(vendor)
        with server() as port, worker(), psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as other:
            program = Program(port, secret)
            empty = timed(program, count, "/healthz")
            first = [until_offered(program, other, vendor.pk, number) for number in range(5)]
            taken = [until_offered(program, other, vendor.pk, 5 + number) for number in range(count)]
    say(
        "one", median(taken), "ms", floor=median(empty), floor_is="an empty request, same client", n=count,
        p95=round(quantiles(taken, n=20)[-1], 1), partners=partners, active=active, first_ms=round(max(first)),
        load=round(os.getloadavg()[0], 1),
    )  # fmt: skip
    return median(taken)


def run(quick: bool) -> None:
    taken = {
        partners: one_size(partners, active, LEADS_QUICK if quick else LEADS)
        for partners, active in (QUICK if quick else SIZES)
    }
    if len(taken) > 1:
        (small, fast), (large, slow) = taken.items()
        growth = exponent((small, fast), (large, slow))
        say("one_growth", growth, "exponent", floor=1.0, floor_is="time proportional to partners", n=large)

"""How long the ten busiest pages take (benchmarks/pages.toml), one client, over HTTP from a server of its own.

Figures are milliseconds at the client, p50 with p95 beside it; the floor is the same client asking an address that
does nothing (/healthz, a view without a database). `queries` counts what each page asks the database with 3 rows of
everything and with 3,000.
"""

import http.client
import os
import socket
import subprocess
import sys
import time
import tomllib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from importlib import import_module
from pathlib import Path
from statistics import median, quantiles

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from benchmarks._harness import as_web, bench_vendor, main, say
from benchmarks.route import made_places, seed_partners
from fairway.catalog.models import ProductLine
from fairway.core import clock
from fairway.core.tenancy.context import Context, Surface, entering
from fairway.core.tenancy.models import Organization, Partner, Seat, User
from fairway.customers.models import Customer
from fairway.deals.models import Deal, Registration
from fairway.leads.models import Lead, LeadPerson, Offer

PAGES = tomllib.loads((Path(__file__).parent / "pages.toml").read_text())["page"]
ROWS_SMALL, ROWS_LARGE = 3, 3_000
PARTNERS = 300
CLIENTS = 8
UNCOUNTED = 10  # requests of each client before its figures count
TARGET_MS = {"portal_leads_200": 13.0}


@dataclass
class Seeded:
    """The sessions of the people, and uids for addresses."""

    vendor: Organization
    sessions: dict[str, str]
    uids: dict[str, str]


def seed(vendor: Organization, rows: int) -> Seeded:
    """Partners, and `rows` leads, offers, registrations and deals of the first one. As the owner."""
    seed_partners(vendor, made_places(PARTNERS), room=10)
    staff = {role: _user(f"{role}-{vendor.pk}@bench.invalid") for role in ("operations", "deal_desk")}
    with entering(Context(Surface.ACTING, vendor_id=vendor.pk)):
        for role, user in staff.items():
            Seat.objects.create(
                vendor=vendor, user=user, organization=vendor, role=role, name=user.name, email=user.email
            )
        partner = Partner.objects.order_by("pk").first()
        assert partner is not None
        seller = Seat.objects.get(partner=partner)
        leads = _leads(vendor, partner, seller, rows)
        _deals(vendor, partner, seller, rows)
        uids = {"lead": str(leads[0].uid), "partner": str(partner.uid)}
        seller_id = seller.user_id
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    users = {**{role: user.pk for role, user in staff.items()}, "seller": seller_id}
    return Seeded(vendor, {role: session_of(pk) for role, pk in users.items()}, uids)


def _user(email: str) -> User:
    user = User(email=email, name="Bench person", password="!")
    user.save()
    return user


def _leads(vendor: Organization, partner: Partner, seller: Seat, rows: int) -> list[Lead]:
    now = clock.now()
    made = Lead.objects.bulk_create(
        Lead(
            vendor=vendor, partner=partner, state="accepted", source="web form", title=f"Wi-Fi for site {n}",
            company=f"Harbour {n} Logistics", country="US", state_code="NY", city="New York", amount_minor=n * 1000,
            currency="USD", captured_at=now - timedelta(hours=n), accepted_at=now - timedelta(hours=n), seller=seller,
            stage="contacted", touches=n % 4, next_step="Call back", next_step_on=now.date() + timedelta(days=n % 30),
        )
        for n in range(rows)
    )  # fmt: skip
    LeadPerson.objects.bulk_create(
        LeadPerson(vendor=vendor, partner=partner, lead=lead, first_name="Ann", last_name=f"Sample {n}")
        for n, lead in enumerate(made)
    )
    free = Lead.objects.bulk_create(
        Lead(vendor=vendor, state="offered", title=f"Firewall {n}", captured_at=now - timedelta(minutes=n))
        for n in range(rows)
    )
    Offer.objects.bulk_create(
        Offer(
            vendor=vendor, partner=partner, lead=lead, title=lead.title, state=state, offered_at=now,
            lapses_at=now + timedelta(hours=8), limit_minutes=480, answered_at=now if state == "accepted" else None,
        )
        for state, group in (("accepted", made), ("open", free))
        for lead in group
    )  # fmt: skip
    return made


def _deals(vendor: Organization, partner: Partner, seller: Seat, rows: int) -> None:
    now = clock.now()
    line = ProductLine.objects.create(vendor=vendor, code="wireless", name="Wireless")
    customers = Customer.objects.bulk_create(
        Customer(
            vendor=vendor, name=f"Orchard {n} Foods", sort_name=f"orchard {n} foods", name_key=f"orchard {n} foods",
            created_at=now,
        )
        for n in range(rows)
    )  # fmt: skip
    Registration.objects.bulk_create(
        Registration(
            vendor=vendor, partner=partner, state="submitted", customer=customer, customer_name=customer.name,
            product_line=line, amount_minor=n * 1000, currency="USD", created_at=now, submitted_at=now,
            due_at=now + timedelta(hours=16),
        )
        for n, customer in enumerate(customers)
    )  # fmt: skip
    Deal.objects.bulk_create(
        Deal(
            vendor=vendor, partner=partner, customer=customer, customer_name=customer.name, title="Campus switches",
            origin="partner", product_line=line, amount_minor=n * 1000, currency="USD", closes_on=date(2030, 1, 1),
            next_step="Send the quote", next_step_on=now.date() + timedelta(days=n % 30), seller=seller,
            created_at=now, stage_since=now,
        )
        for n, customer in enumerate(customers)
    )  # fmt: skip


def session_of(user_id: int) -> str:
    """A session as log-in makes it, without the slow hash of a password."""
    user = User.objects.get(pk=user_id)
    store = import_module(settings.SESSION_ENGINE).SessionStore()
    store[SESSION_KEY] = str(user.pk)
    store[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    store[HASH_SESSION_KEY] = user.get_session_auth_hash()
    store.create()
    return store.session_key


@contextmanager
def server(processes: int = 1) -> Iterator[int]:
    """Web processes as `./fairway serve` starts them, on a free port of the loopback."""
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = os.environ | {"DATABASE_URL": os.environ["FAIRWAY_WEB_DATABASE_URL"], "FAIRWAY_LOG_LEVEL": "ERROR"}
    command = ["-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port)]
    process = subprocess.Popen(
        [
            sys.executable, *command, "--workers", str(processes), "--blocking-threads", "2", "--no-ws",
            "fairway.config.wsgi:application",
        ],
        env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        _wait_for(port)
        yield port
    finally:
        process.terminate()
        process.wait(20)


def _wait_for(port: int) -> None:
    for _ in range(300):
        try:
            if _get(http.client.HTTPConnection("127.0.0.1", port, timeout=5), "/healthz", "")[0] == 200:
                return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError("The server did not start.")


def _get(to: http.client.HTTPConnection, path: str, session: str) -> tuple[int, bytes]:
    to.request("GET", path, headers={"Cookie": f"{settings.SESSION_COOKIE_NAME}={session}", "Accept": "text/html"})
    answer = to.getresponse()
    return answer.status, answer.read()


def latencies(port: int, path: str, session: str, count: int) -> tuple[list[float], int]:
    """Milliseconds of `count` requests over one kept connection, after UNCOUNTED of them; and the bytes."""
    to = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    taken, size = [], 0
    for number in range(count + UNCOUNTED):
        begin = time.perf_counter()
        status, body = _get(to, path, session)
        spent = (time.perf_counter() - begin) * 1000
        if status != 200:
            raise RuntimeError(f"{path} answers {status}.")
        if number >= UNCOUNTED:
            taken.append(spent)
            size = len(body)
    return taken, size


def clients(quick: bool) -> None:
    """The portal's list of leads with eight clients at once, two web processes."""
    count = 20 if quick else 100
    with bench_vendor() as vendor:
        seeded = seed(vendor, ROWS_LARGE)
        page = next(page for page in PAGES if page["case"] == "portal_leads_200")
        path = f"/{vendor.slug}/" + page["path"].format(**seeded.uids)
        with server(processes=2) as port:
            empty, _ = together(port, "/healthz", "", count)
            taken, seconds = together(port, path, seeded.sessions[page["who"]], count)
    say(
        "portal_leads_200_by_8", median(taken), "ms", floor=median(empty), floor_is="an empty view, the same clients",
        n=len(taken), p95=round(quantiles(taken, n=20)[-1], 2), target=80.0,
        pages_a_second=round((len(taken) + CLIENTS * UNCOUNTED) / seconds),
    )  # fmt: skip


def together(port: int, path: str, session: str, count: int) -> tuple[list[float], float]:
    """Milliseconds of all requests of CLIENTS clients, `count` each, and the seconds in which all were done."""
    with ThreadPoolExecutor(CLIENTS) as pool:
        begin = time.perf_counter()
        runs = [pool.submit(latencies, port, path, session, count) for _ in range(CLIENTS)]
        taken = [spent for run in runs for spent in run.result()[0]]
    return taken, time.perf_counter() - begin


def times(quick: bool) -> None:
    count = 30 if quick else 200
    with bench_vendor() as vendor:
        seeded = seed(vendor, ROWS_LARGE)
        with server() as port:
            empty, _ = latencies(port, "/healthz", "", count)
            for page in PAGES:
                path = f"/{vendor.slug}/" + page["path"].format(**seeded.uids)
                taken, size = latencies(port, path, seeded.sessions[page["who"]], count)
                target = {"target": TARGET_MS[page["case"]]} if page["case"] in TARGET_MS else {}
                say(
                    page["case"], median(taken), "ms", floor=median(empty), floor_is="an empty view, same client",
                    n=count, p95=round(quantiles(taken, n=20)[-1], 2), kilobytes=round(size / 1024, 1), **target,
                )  # fmt: skip


def queries(quick: bool) -> None:
    """The same number of queries at 3 rows and at 3,000: the figure is the large one, the floor the small one."""
    counted: list[dict[str, int]] = []
    for rows in (ROWS_SMALL, ROWS_LARGE):
        with bench_vendor() as vendor:
            seeded = seed(vendor, rows)
            with as_web():
                counted.append({page["case"]: _queries(vendor, page, seeded) for page in PAGES})
    small, large = counted
    for case, number in large.items():
        say(
            f"queries_{case}", number, "queries", floor=small[case], floor_is=f"the page at {ROWS_SMALL} rows",
            n=ROWS_LARGE,
        )  # fmt: skip


def _queries(vendor: Organization, page: dict[str, str], seeded: Seeded) -> int:
    client = Client(headers={"host": "localhost"})
    client.cookies[settings.SESSION_COOKIE_NAME] = seeded.sessions[page["who"]]
    path = f"/{vendor.slug}/" + page["path"].format(**seeded.uids)
    client.get(path)
    with CaptureQueriesContext(connection) as captured:
        status = client.get(path).status_code
    if status != 200:
        raise RuntimeError(f"{path} answers {status}.")
    return len(captured)


if __name__ == "__main__":
    main({"times": times, "clients": clients, "queries": queries})

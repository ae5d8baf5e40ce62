"""Every page and list of the world that lies in this database (`./fairway demo --scale large`), as five people.

`sweep` opens each GET address in this process and counts what it asks; `busiest` asks the ten busiest pages over HTTP,
as the bench `pages` does with 3,000 rows beside a small world: p95 ÷ p95 of that run is what a large world costs.

    FAIRWAY_VAR=var/large ./fairway bench world sweep
"""

import os
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from statistics import median, quantiles
from typing import Any
from urllib.parse import urlencode

from django.apps import apps
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import URLPattern, URLResolver, get_resolver

from benchmarks._harness import as_web, bench_vendor, main, say
from benchmarks.pages import PAGES, ROWS_LARGE, latencies, seed, server, session_of
from fairway.core import clock
from fairway.core.access import PERMISSIONS
from fairway.core.tenancy.context import Context, Surface, entering
from fairway.core.tenancy.middleware import hash_token
from fairway.core.tenancy.models import Organization, Partner, Seat
from fairway.core.tenancy.policies import tenant_models
from fairway.core.tenancy.tokens import ApiToken

SLUG = "halvorsen"
LIMIT_MS = 300
PEOPLE = ("chief", "cam", "operations", "executive", "seller")
# Addresses that are slower than their bare form: filters, orders, late pages. {…} are uids, days and names.
VARIANTS = {
    "lead-list": ["state=waiting", "state=closed", "page=150", "sort=-points", "sort=-amount_minor", "sort=company",
                  "source=referral", "band=Hot", "partner={partner}", "territory={territory}", "q={company}",
                  "q={email}", "line={productline}"],
    "partner-list": ["q={name}", "page=150", "territory={territory}", "state=inactive"],
    "deal-list": ["state=won", "page=100", "sort=-amount_minor", "partner={partner}"],
    "registration-list": ["state=approved", "state=rejected", "page=20"],
    "customer-list": ["q={company}", "page=150"],
    "protection-list": ["page=50"],
    "person-list": ["q=anna"],
    "review-list": ["sort=name", "page=100", "as_of={day}"],
    "review-channel": ["by=tier", "by=territory", "as_of={day}"],
    "review-rows": ["what=revenue&from={start}&to={day}", "what=offered&from={start}&to={day}",
                    "what=touched&from={start}&to={day}"],
    "portal-review-rows": ["what=revenue&from={start}&to={day}"],
    "portal-lead-list": ["state=all", "state=closed", "state=all&page=10"],
    "portal-deal-list": ["state=won", "state=all"],
    "portal-offer-answered": ["page=10"],
    "api-lead-list": ["state=accepted", "partner={partner}"],
    "api-salesline-list": ["partner={partner}", "ordered_since={start}"],
    "api-deal-list": ["state=won"],
    "api-partner-list": ["q={name}"],
}  # fmt: skip


@dataclass
class Person:
    role: str
    seat: Seat
    context: Context
    session: str
    token: str


def addresses(patterns: Any = None, prefix: str = "") -> Iterator[tuple[str, str]]:
    """(name, route) of everything in the URL table."""
    for entry in get_resolver().url_patterns if patterns is None else patterns:
        route = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from addresses(entry.url_patterns, route)
        elif isinstance(entry, URLPattern):
            yield entry.name or route, route


@contextmanager
def people() -> Iterator[dict[str, Person]]:
    """One person of each role, logged in and with a key; sessions and keys are taken away afterwards. As the owner."""
    vendor = Organization.objects.get(slug=SLUG)
    acting = Context(Surface.ACTING, vendor_id=vendor.pk)
    found: dict[str, Person] = {}
    with entering(acting):
        first = Partner.objects.order_by("external_id").first()
        assert first is not None
        seats = [_seat(role, first) for role in PEOPLE]
    for role, seat in zip(PEOPLE, seats, strict=True):
        token = f"bench-{role}-{seat.pk}"
        with entering(acting):
            scopes = [name for name, roles in PERMISSIONS.items() if role in roles]
            ApiToken.objects.create(
                vendor=vendor, partner_id=seat.partner_id, seat=seat, name="bench", scopes=scopes, hint="",
                token_hash=hash_token(token), created_at=clock.now(),
            )  # fmt: skip
        surface = Surface.PORTAL if seat.partner_id else Surface.CONSOLE
        partners = (seat.partner_id,) if seat.partner_id else ()
        context = Context(surface, vendor_id=vendor.pk, partner_ids=partners, seat_id=seat.pk)
        found[role] = Person(role, seat, context, session_of(seat.user_id), token)
    try:
        yield found
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM core_apitoken WHERE vendor_id = %s AND name = 'bench'", [vendor.pk])
            keys = [person.session for person in found.values()]
            cursor.execute("DELETE FROM django_session WHERE session_key = ANY (%s)", [keys])


def _seat(role: str, first: Partner) -> Seat:
    rows = Seat.objects.filter(role=role)
    if role in {"executive", "seller"}:
        rows = rows.filter(partner=first)
    if role == "cam":
        rows = rows.filter(pk=first.cam_id)
    seat = rows.order_by("pk").first()
    assert seat is not None, role
    return seat


def sweep(quick: bool) -> None:
    """One line for each address that needs more than LIMIT_MS, and one over all."""
    times = 1 if quick else 3
    taken: list[tuple[float, str, str]] = []
    with people() as found, as_web():
        for person in found.values():
            for name, path in _visits(person):
                one = _visit(person, name, path, times)
                if one is not None:
                    taken.append((one["ms"], person.role, path))
                    if one["ms"] > LIMIT_MS:
                        say(f"{name} as {person.role}", one.pop("ms"), "ms", floor=LIMIT_MS, floor_is="the limit",
                            n=times, path=path, **one)  # fmt: skip
    slow = sum(ms > LIMIT_MS for ms, _role, _path in taken)
    all_ms = [ms for ms, _role, _path in taken]
    say("sweep", slow, f"addresses over {LIMIT_MS} ms", floor=1, floor_is="one", n=len(taken),
        p50=round(median(all_ms)), p95=round(quantiles(all_ms, n=20)[-1]), most=round(max(all_ms)))  # fmt: skip


def _visits(person: Person) -> Iterator[tuple[str, str]]:
    surface = "portal/" if person.seat.partner_id else "console/"
    with entering(person.context):
        words = _words(person)
        uids = {name: _uid(name, route) for name, route in addresses() if "<uuid:" in route}
    for name, route in addresses():
        if not route.startswith((surface, "api/v1/")):
            continue
        path = re.sub(r"<uuid:\w+>", str(uids.get(name)), route)
        path = re.sub(r"<(?:\w+:)?\w+>", "leads", path)
        for variant in ["", *VARIANTS.get(name, [])]:
            yield name, f"/{path if path.startswith('api/') else f'{SLUG}/{path}'}" + _query(variant, words)


def _query(variant: str, words: dict[str, str]) -> str:
    if not variant:
        return ""
    pairs = [pair.partition("=") for pair in variant.split("&")]
    return "?" + urlencode([(key, value.format(**words)) for key, _, value in pairs])


def _words(person: Person) -> dict[str, str]:
    """What variants speak of: the first partner, a company and an e-mail address, and days."""
    from fairway.catalog.models import ProductLine
    from fairway.leads.models import Lead, LeadPerson

    today = clock.now().date()
    first = Partner.objects.order_by("external_id").first()
    lead = Lead.objects.order_by("-captured_at", "-id").first()
    someone = LeadPerson.objects.order_by("-id").first()
    territory = _first("territory")
    return {
        "partner": str(first.uid if first else ""), "name": (first.name if first else "")[:6],
        "company": lead.company if lead else "", "email": someone.email if someone else "",
        "territory": str(territory or ""), "productline": str(ProductLine.objects.values_list("uid", flat=True)[0]),
        "day": (today - timedelta(days=90)).isoformat(), "start": (today - timedelta(days=455)).isoformat(),
    }  # fmt: skip


def _first(model_name: str) -> Any:
    model = next(model for model in apps.get_models() if model._meta.model_name == model_name)
    try:
        return model._default_manager.order_by("pk").values_list("uid", flat=True).first()
    except Exception:  # not for this surface
        return None


def _uid(name: str, route: str) -> Any:
    """The newest row of the table that the name of the address speaks of, as this person sees it."""
    spoken = [*name.split("-"), *re.findall(r"(\w+?)s/<uuid", route)]
    for model in tenant_models():
        if model._meta.model_name in spoken:
            try:
                return model._default_manager.order_by("-pk").values_list("uid", flat=True).first()
            except Exception:  # not for this surface
                return None
    return None


def _visit(person: Person, name: str, path: str, times: int) -> dict[str, Any] | None:
    """Milliseconds (the median), queries and what the slowest asks; None where there is no page to get."""
    client = Client(headers={"host": "localhost"})
    if path.startswith("/api/"):
        client.defaults["HTTP_AUTHORIZATION"] = f"Bearer {person.token}"
    else:
        client.cookies[settings.SESSION_COOKIE_NAME] = person.session
    spent: list[float] = []
    for _ in range(times):
        with CaptureQueriesContext(connection) as captured:
            begin, cpu = time.perf_counter(), time.process_time()
            answer = client.get(path)
            spent.append(1000 * (time.perf_counter() - begin))
            cpu = 1000 * (time.process_time() - cpu)
        if answer.status_code >= 500:
            raise RuntimeError(f"{path} answers {answer.status_code} to {person.role}.")
        if answer.status_code != 200:
            return None
        if spent[-1] > 5000:
            break
    queries = sorted(captured.captured_queries, key=lambda query: -float(query["time"]))
    return {
        "ms": median(spent), "cpu_ms": round(cpu, 1), "queries": len(captured),
        "database_ms": round(1000 * sum(float(query["time"]) for query in queries)),
        "slowest_ms": round(1000 * float(queries[0]["time"])) if queries else 0,
        "slowest": queries[0]["sql"][:1500] if queries else "",
    }  # fmt: skip


def busiest(quick: bool) -> None:
    """The ten pages of benchmarks/pages.toml, as people of the large vendor see them, over HTTP."""
    count = 30 if quick else 200
    with people() as found:
        sessions = {role: person.session for role, person in found.items()} | {"deal_desk": found["chief"].session}
        uids = _uids_of_pages(found)
        with server() as port:
            empty, _ = latencies(port, "/healthz", "", count)
            for page in PAGES:
                path = f"/{SLUG}/" + page.get("in_world", page["path"]).format(**uids)
                taken, size = latencies(port, path, sessions[page["who"]], count)
                say(page["case"], median(taken), "ms", floor=median(empty), floor_is="an empty view, same client",
                    n=count, p95=round(quantiles(taken, n=20)[-1], 2), kilobytes=round(size / 1024, 1))  # fmt: skip


def _uids_of_pages(found: dict[str, Person]) -> dict[str, str]:
    from fairway.leads.models import Lead

    with entering(found["seller"].context):
        lead = Lead.objects.filter(state="accepted").order_by("-accepted_at").values_list("uid", flat=True).first()
        partner = Partner.objects.values_list("uid", flat=True).first()
    return {"lead": str(lead), "partner": str(partner)}


def cpu(quick: bool) -> None:
    """What the ten pages cost in processor time, of web and database together; load of others changes that little."""
    with people() as found:
        sessions = {role: person.session for role, person in found.items()} | {"deal_desk": found["chief"].session}
        _cpu_of_pages(SLUG, sessions, _uids_of_pages(found), 20 if quick else 60)


def cpu_beside(quick: bool) -> None:
    """The same for a vendor with 3,000 rows of everything, made for this run: run it beside a small world."""
    with bench_vendor() as vendor:
        seeded = seed(vendor, ROWS_LARGE)
        _cpu_of_pages(vendor.slug or "", seeded.sessions, seeded.uids, 20 if quick else 60)


def _cpu_of_pages(slug: str, sessions: dict[str, str], uids: dict[str, str], count: int) -> None:
    with as_web():
        for page in PAGES:
            path = f"/{slug}/" + (page.get("in_world", page["path"]) if slug == SLUG else page["path"]).format(**uids)
            client = Client(headers={"host": "localhost"})
            client.cookies[settings.SESSION_COOKIE_NAME] = sessions[page["who"]]
            for _ in range(3):
                answer = client.get(path)
            if answer.status_code != 200:
                raise RuntimeError(f"{path} answers {answer.status_code}.")
            web, database = time.process_time(), _database_seconds()
            for _ in range(count):
                answer = client.get(path)
            database = 1000 * (_database_seconds() - database) / count
            web = 1000 * (time.process_time() - web) / count
            say(f"cpu_{page['case']}", web + database, "ms of CPU", floor=web, floor_is="of it the web's own", n=count,
                database_ms=round(database, 1), kilobytes=round(len(answer.content) / 1024, 1))  # fmt: skip


def _database_seconds() -> float:
    """Processor time of the connection's server process, which must run on this machine."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        pid = cursor.fetchone()[0]
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    main({"sweep": sweep, "busiest": busiest, "cpu": cpu, "cpu_beside": cpu_beside})

"""How long the API takes for programs: a list of 80 leads, one lead read, one sent in, and many sent in at once.

Over HTTP with one token, from a web server of its own. Figures of `list` and `read` are milliseconds at the client,
p50 with p95 beside it; of `create` and `bulk` leads a second, committed. The floor is the same client asking an
address that does nothing.
"""

import http.client
import json
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from statistics import median, quantiles
from typing import Any
from uuid import uuid4

from benchmarks._harness import bench_vendor, main, say
from benchmarks.pages import ROWS_LARGE, Seeded, seed, server
from fairway.core import clock
from fairway.core.access import PERMISSIONS
from fairway.core.tenancy.context import Context, Surface, entering
from fairway.core.tenancy.middleware import hash_token
from fairway.core.tenancy.models import Organization, Seat
from fairway.core.tenancy.tokens import ApiToken

LIST = 80
LINES, LINES_QUICK = 5_000, 500
CLIENTS = 4
UNCOUNTED = 10
TARGETS = {"list": 11.0, "create": 200.0, "bulk": 5_000.0}


def token(vendor: Organization) -> str:
    """A key of channel operations. As the owner."""
    secret = f"fw_{uuid4().hex}"
    with entering(Context(Surface.ACTING, vendor_id=vendor.pk)):
        ApiToken.objects.create(
            vendor=vendor, seat=Seat.objects.get(role="operations"), name="Bench", created_at=clock.now(),
            scopes=sorted(name for name, roles in PERMISSIONS.items() if "operations" in roles),
            token_hash=hash_token(secret), hint=secret[-4:],
        )  # fmt: skip
    return secret


class Program:
    """One kept connection with the token."""

    def __init__(self, port: int, secret: str) -> None:
        self.to = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
        self.headers = {"Authorization": f"Bearer {secret}", "Content-Type": "application/json"}

    def ask(self, method: str, path: str, body: Any = None) -> tuple[float, Any]:
        """Milliseconds and the answer; raises on anything but success."""
        text = None if body is None else json.dumps(body)
        begin = time.perf_counter()
        self.to.request(method, path, body=text, headers=self.headers)
        answer = self.to.getresponse()
        raw = answer.read()
        spent = (time.perf_counter() - begin) * 1000
        if answer.status >= 300:
            raise RuntimeError(f"{method} {path} answers {answer.status}: {raw[:300]!r}")
        return spent, raw


def timed(program: Program, count: int, path: str) -> list[float]:
    return [program.ask("GET", path)[0] for _ in range(count + UNCOUNTED)][UNCOUNTED:]


def lead(number: int) -> dict[str, Any]:
    return {
        "external_id": f"bench-{number}", "need": f"Wi-Fi for hall {number}", "company": f"Orchard {number} Foods",
        "website": f"orchard-{number}.example", "country": "US", "state_code": "NY", "city": "New York",
        "amount": {"amount_minor": number * 100, "currency": "USD"}, "timeframe_days": 60,
        "person": {"first_name": "Ann", "last_name": f"Sample {number}", "email": f"ann@orchard-{number}.example"},
    }  # fmt: skip


def with_server(run: Callable[[int, str, Seeded], None], processes: int = 1) -> None:
    with bench_vendor() as vendor:
        seeded = seed(vendor, ROWS_LARGE)
        secret = token(vendor)
        with server(processes) as port:
            run(port, secret, seeded)


def _read(case: str, path: str, quick: bool) -> None:
    count = 30 if quick else 200

    def run(port: int, secret: str, seeded: Seeded) -> None:
        program = Program(port, secret)
        empty = timed(program, count, "/healthz")
        taken = timed(program, count, path.format(**seeded.uids))
        target = {"target": TARGETS[case]} if case in TARGETS else {}
        say(
            f"api_{case}", median(taken), "ms", floor=median(empty), floor_is="an empty view, same client", n=count,
            p95=round(quantiles(taken, n=20)[-1], 2), **target,
        )  # fmt: skip

    with_server(run)


def listed(quick: bool) -> None:
    _read("list", f"/api/v1/leads?limit={LIST}", quick)


def read(quick: bool) -> None:
    _read("read", "/api/v1/leads/{lead}", quick)


def create(quick: bool) -> None:
    """One lead a request, by four clients at once, two web processes."""
    count = 20 if quick else 200

    def run(port: int, secret: str, seeded: Seeded) -> None:
        def send(client: int) -> list[float]:
            program = Program(port, secret)
            numbers = range(client * count, (client + 1) * count)
            return [program.ask("POST", "/api/v1/leads", lead(number))[0] for number in numbers]

        empty = timed(Program(port, secret), count, "/healthz")
        with ThreadPoolExecutor(CLIENTS) as pool:
            begin = time.perf_counter()
            taken = [spent for each in pool.map(send, range(CLIENTS)) for spent in each]
            seconds = time.perf_counter() - begin
        say(
            "api_create", len(taken) / seconds, "leads/s", floor=1000 / median(empty), n=len(taken),
            floor_is="an empty view, one client", p50_ms=round(median(taken), 2),
            p95_ms=round(quantiles(taken, n=20)[-1], 2), target=TARGETS["create"],
        )  # fmt: skip

    with_server(run, processes=2)


def bulk(quick: bool) -> None:
    """All lines of one request, scored and routed by jobs afterwards, as everywhere."""
    count = LINES_QUICK if quick else LINES

    def run(port: int, secret: str, seeded: Seeded) -> None:
        program = Program(port, secret)
        empty = timed(program, 30, "/healthz")
        program.ask("POST", "/api/v1/leads/bulk", {"lines": [lead(10**6 + number) for number in range(100)]})
        spent, raw = program.ask("POST", "/api/v1/leads/bulk", {"lines": [lead(number) for number in range(count)]})
        created = json.loads(raw)["created"]
        if created != count:
            raise RuntimeError(f"{created} of {count} were created.")
        say(
            "api_bulk", count / (spent / 1000), "leads/s", floor=1000 / median(empty),
            floor_is="an empty view, one client", n=count, seconds=round(spent / 1000, 2), target=TARGETS["bulk"],
        )  # fmt: skip

    with_server(run)


if __name__ == "__main__":
    main({"list": listed, "read": read, "create": create, "bulk": bulk})

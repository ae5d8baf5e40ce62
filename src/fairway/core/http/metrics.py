"""Figures for Prometheus: what the web processes count together, and what the database knows (`core.health`).

Each process of a web server writes its counters to files in a folder of that server's own, so any of them can answer
for all. `./fairway serve` makes the folder and names it in PROMETHEUS_MULTIPROC_DIR; without it a process counts for
itself.
"""

import os
from collections.abc import Iterator
from hmac import compare_digest

from django.conf import settings
from django.db import Error, connection
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET
from prometheus_client import REGISTRY, CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from fairway.core import health

SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})

REQUESTS = Counter("fairway_requests", "Requests answered.", ["method", "route", "status"])
REQUEST_SECONDS = Histogram("fairway_request_seconds", "Time to answer a request.", ["route"], buckets=SECONDS)

# Figure of the database -> (help, name of its label).
FIGURES: dict[str, tuple[str, str]] = {
    "jobs": ("Jobs in the queue, by state.", "state"),
    "jobs_due": ("Jobs that could run now.", ""),
    "jobs_oldest_due_seconds": ("How long the oldest of them has waited.", ""),
    "jobs_failed": ("Jobs that were given up, by task, until they are cleaned away.", "task"),
    "workers": ("Workers that gave a sign of life in the last minute.", ""),
    "deadlines_overdue": ("Deadlines that should have fired two minutes ago.", ""),
    "deadlines_oldest_overdue_seconds": ("How late the oldest of them is.", ""),
    "mails_waiting": ("Mails that the mail server has not taken yet.", ""),
    "mails_oldest_waiting_seconds": ("How long the oldest of them has waited.", ""),
    "db_connections": ("Connections to the database that this log-in may see, by state.", "state"),
}


def count_request(method: str, route: str, status: int, seconds: float) -> None:
    """Note one answer. `route` is the address's pattern, so that there are few of them and no names in them."""
    REQUESTS.labels(method if method in METHODS else "other", route, str(status)).inc()
    REQUEST_SECONDS.labels(route).observe(seconds)


class DatabaseFigures(Collector):
    """`fairway_up` says whether the database answered; the other figures are left out when it did not."""

    def collect(self) -> Iterator[GaugeMetricFamily]:
        try:
            rows = health.figures()
        except Error:
            connection.close()
            rows = None
        yield GaugeMetricFamily("fairway_database_up", "1 when the database answers.", value=rows is not None)
        for figure, (about, label) in FIGURES.items():
            family = GaugeMetricFamily(f"fairway_{figure}", about, labels=[label] if label else None)
            for name, value, amount in rows or ():
                if name == figure:
                    family.add_metric([value] if label else [], amount)
            if rows is not None:
                yield family
        yield from self._pool()

    def _pool(self) -> Iterator[GaugeMetricFamily]:
        """Of this process alone, when a pool is set."""
        if not connection.settings_dict["OPTIONS"].get("pool"):
            return
        stats = connection.pool.get_stats()  # type: ignore[attr-defined]
        family = GaugeMetricFamily("fairway_db_pool", "The pool of the process that answered.", labels=["what"])
        for name in ("pool_size", "pool_available", "requests_waiting", "requests_errors"):
            family.add_metric([name], stats.get(name, 0))
        yield family


def exposition() -> bytes:
    """Everything, in the text form of Prometheus."""
    registry = CollectorRegistry()
    if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        MultiProcessCollector(registry)
        text = generate_latest(registry)
    else:
        text = generate_latest(REGISTRY)
    own = CollectorRegistry()
    own.register(DatabaseFigures())
    return text + generate_latest(own)


@require_GET
@never_cache
def metrics(request: HttpRequest) -> HttpResponse:
    """For Prometheus, which knows the token; for everybody else this page does not exist."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    wanted = settings.METRICS_TOKEN
    if not wanted or scheme.lower() != "bearer" or not compare_digest(token.strip().encode(), wanted.encode()):
        raise Http404
    return HttpResponse(exposition(), content_type="text/plain; version=0.0.4; charset=utf-8")

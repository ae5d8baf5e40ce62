"""Health, readiness and figures."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.db import Error, connection
from django.test import Client
from prometheus_client.parser import text_string_to_metric_families

from fairway.core import clock, health
from fairway.core.http import metrics
from fairway.core.jobs import defer
from fairway.core.tenancy.acting import acting_for
from fairway.workflow.models import Deadline, Mail

pytestmark = pytest.mark.django_db
TOKEN = "a-token-of-prometheus"


@pytest.fixture
def scrape(settings: Any) -> Any:
    """What Prometheus reads: figure -> {labels: value}."""
    settings.METRICS_TOKEN = TOKEN

    def read() -> dict[str, dict[tuple[str, ...], float]]:
        answer = Client().get("/metrics", headers={"authorization": f"Bearer {TOKEN}"})
        assert answer.status_code == 200
        found: dict[str, dict[tuple[str, ...], float]] = {}
        for family in text_string_to_metric_families(answer.content.decode()):
            for sample in family.samples:
                found.setdefault(sample.name, {})[tuple(sample.labels.values())] = sample.value
        return found

    return read


def beat(seconds_ago: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_workers")
        cursor.execute(
            "INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - make_interval(secs => %s))",
            [seconds_ago],
        )


def test_ready_says_when_a_migration_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    known = health._known_migrations()
    monkeypatch.setattr(health, "_known_migrations", lambda: known | {"leads.0999_not_applied"})
    assert health.missing_migrations() == ["leads.0999_not_applied"]
    answer = Client().get("/readyz")
    assert (answer.status_code, answer.content) == (503, b"migrations missing")


def test_tables_of_a_newer_version_are_no_reason_to_stop(monkeypatch: pytest.MonkeyPatch) -> None:
    known = health._known_migrations()
    assert len(known) > 20
    monkeypatch.setattr(health, "_known_migrations", lambda: known - {"workflow.0002_mail_waiting"})
    assert Client().get("/readyz").status_code == 200


def test_ready_says_when_the_database_is_away(monkeypatch: pytest.MonkeyPatch) -> None:
    def away() -> None:
        raise Error("connection refused")

    monkeypatch.setattr(health, "missing_migrations", away)
    monkeypatch.setattr(connection, "close", lambda: None)
    answer = Client().get("/readyz")
    assert (answer.status_code, answer.content) == (503, b"database away")


def test_a_silent_worker_is_told_only_to_those_who_ask() -> None:
    beat(seconds_ago=90)
    assert Client().get("/readyz").status_code == 200
    answer = Client().get("/readyz?worker")
    assert (answer.status_code, answer.content) == (503, b"no worker")
    beat(seconds_ago=20)
    assert Client().get("/readyz?worker").status_code == 200


def test_without_the_token_there_are_no_figures(settings: Any) -> None:
    settings.METRICS_TOKEN = TOKEN
    for header in (
        {},
        {"authorization": "Bearer wrong"},
        {"authorization": f"Basic {TOKEN}"},
        {"authorization": TOKEN},
    ):
        assert Client().get("/metrics", headers=header).status_code == 404, header
    settings.METRICS_TOKEN = ""
    assert Client().get("/metrics", headers={"authorization": "Bearer "}).status_code == 404


def test_requests_are_counted_by_pattern_and_status(acme: Any, client_of: Any, scrape: Any) -> None:
    before = scrape()["fairway_requests_total"]
    browser = client_of(acme.admin)
    browser.get("/acme/console/people/")
    browser.get("/acme/console/people/01890000-0000-7000-8000-000000000000/")
    browser.get("/acme/nowhere/karl.brinkmann@beta.example/")
    after = scrape()
    added = {
        labels: after["fairway_requests_total"][labels] - before.get(labels, 0)
        for labels in after["fairway_requests_total"]
        if labels[1] not in {"metrics"} and after["fairway_requests_total"][labels] != before.get(labels, 0)
    }
    assert added == {
        ("GET", "console/people/", "200"): 1,
        ("GET", "console/people/<uuid:uid>/", "404"): 1,
        ("GET", "not-here/", "404"): 1,
    }
    assert after["fairway_request_seconds_count"][("console/people/",)] >= 1
    assert "brinkmann" not in json.dumps(list(map(str, after)))


def test_a_method_that_a_visitor_invents_makes_no_figure_of_its_own(scrape: Any) -> None:
    Client().generic("INVENTED", "/healthz")
    assert not [labels for labels in scrape()["fairway_requests_total"] if "INVENTED" in labels]


def test_the_queue_is_counted_over_all_vendors(acme: Any, scrape: Any) -> None:
    before = scrape()
    defer("workflow.send_mail", vendor_id=acme.acme.pk, mail_ids=[])
    defer("workflow.send_mail", vendor_id=acme.zeta.pk, mail_ids=[], at=clock.now() + timedelta(hours=1))
    defer("workflow.send_mail", vendor_id=acme.zeta.pk, mail_ids=[], at=clock.now() - timedelta(seconds=90))
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO procrastinate_jobs (queue_name, task_name, status) VALUES ('default', 'leads.route', 'failed')"
        )
    after = scrape()
    for figure, label, added in (("jobs", ("todo",), 3), ("jobs_due", (), 2), ("jobs_failed", ("leads.route",), 1)):
        name = f"fairway_{figure}"
        assert after[name][label] - before.get(name, {}).get(label, 0) == added, figure
    assert 90 <= after["fairway_jobs_oldest_due_seconds"][()] < 120


def test_late_deadlines_and_waiting_mails_are_counted_and_workers_that_live(acme: Any, scrape: Any) -> None:
    now = clock.now()
    beat(seconds_ago=20)
    before = scrape()
    with acting_for(acme.admin):
        for number, minutes in enumerate((5, 1, -5)):
            due = now - timedelta(minutes=minutes)
            Deadline.objects.create(
                vendor_id=acme.acme.pk, subject_type="test", subject_id=number, kind="x", due_at=due, wake_at=due
            )
        for state in ("waiting", "sent"):
            Mail.objects.create(
                vendor_id=acme.acme.pk, kind="x", to_email="x@beta.example", subject="x", state=state,
                created_at=now - timedelta(minutes=3),
            )  # fmt: skip
    after = scrape()
    assert after["fairway_deadlines_overdue"][()] - before["fairway_deadlines_overdue"][()] == 1
    assert 300 <= after["fairway_deadlines_oldest_overdue_seconds"][()] < 330
    assert after["fairway_mails_waiting"][()] - before["fairway_mails_waiting"][()] == 1
    assert after["fairway_mails_oldest_waiting_seconds"][()] >= 180
    assert after["fairway_workers"][()] == 1
    assert after["fairway_db_connections"][("active",)] >= 1
    assert set(metrics.FIGURES) <= {name.removeprefix("fairway_") for name in after} | {"jobs_failed"}


def test_figures_of_the_web_are_still_there_when_the_database_is_not(
    scrape: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away() -> None:
        raise Error("connection refused")

    monkeypatch.setattr(health, "figures", away)
    monkeypatch.setattr(connection, "close", lambda: None)
    Client().get("/healthz")
    found = scrape()
    assert found["fairway_database_up"] == {(): 0}
    assert found["fairway_requests_total"][("GET", "healthz", "200")] >= 1
    assert "fairway_jobs" not in found


def test_the_web_reads_the_figures_but_not_the_rows_behind_them(acme: Any) -> None:
    assert health.figures()
    with connection.cursor() as cursor:
        cursor.execute("SELECT has_table_privilege('fw_web', 'workflow_mail', 'SELECT')")
        assert cursor.fetchone() == (False,)
        for role in ("fw_console", "fw_portal", "fw_public", "fw_desk"):
            cursor.execute("SELECT has_function_privilege(%s, 'fw_figures()', 'EXECUTE')", [role])
            assert cursor.fetchone() == (False,), role

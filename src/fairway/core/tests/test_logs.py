"""Logs: one object a line, found by the request's id, without people in them."""

import json
import logging
from collections.abc import Iterator
from io import StringIO
from typing import Any

import pytest
from django.db import IntegrityError, connection
from django.test import Client
from tests.cast import PASSWORD

from fairway.core.events.models import Event
from fairway.core.jobs import app, job
from fairway.core.logs import JsonFormatter, TextFormatter, request_id, without_people
from fairway.core.tenancy.context import entering

ADMIN, CAM = "admin@acme.example", "cam@acme.example"
pytestmark = pytest.mark.django_db


@pytest.fixture
def logged() -> Iterator[Any]:
    """Everything logged from here on, as it would be written: text, and one dict a line."""
    stream = StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonFormatter())
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)

    class Written:
        @property
        def text(self) -> str:
            return stream.getvalue()

        @property
        def lines(self) -> list[dict[str, Any]]:
            return [json.loads(line) for line in stream.getvalue().splitlines()]

    yield Written()
    root.removeHandler(handler)
    root.setLevel(level)


def test_every_answer_is_one_line_with_the_id_that_the_answer_carries(acme: Any, client_of: Any, logged: Any) -> None:
    answer = client_of(acme.admin).get("/acme/console/people/")
    (line,) = [line for line in logged.lines if line["logger"] == "fairway.access"]
    assert line.pop("at").endswith("+00:00")
    assert 0 < line.pop("ms") < 60_000
    assert line.pop("message").startswith("GET console/people/ 200 in ")
    assert line == {
        "level": "info", "logger": "fairway.access", "request_id": answer["X-Request-Id"],
        "method": "GET", "route": "console/people/", "status": 200, "vendor": "acme",
    }  # fmt: skip


def test_events_carry_the_id_of_the_request_that_made_them(acme: Any, client_of: Any, logged: Any) -> None:
    answer = client_of(acme.admin).post(
        "/acme/console/people/invite/", {"name": "Vera Lind", "email": "vera.lind@acme.example", "role": "cam"}
    )
    assert answer.status_code == 302
    with entering(acme.admin.context):
        assert Event.objects.filter(request_id=answer["X-Request-Id"]).exists()
    assert answer["X-Request-Id"] in {line.get("request_id") for line in logged.lines}


def test_health_and_files_are_not_logged(logged: Any) -> None:
    for path in ("/healthz", "/readyz", "/metrics"):
        Client().get(path)
    assert [line for line in logged.lines if line["logger"] == "fairway.access"] == []


def test_no_person_gets_into_the_log(acme: Any, client_of: Any, logged: Any) -> None:
    """Log-in, invitations, searches, addresses that do not exist, and errors, by names and e-mails of people."""
    visitor = Client()
    visitor.post("/accounts/login/", {"login": ADMIN, "password": "wrong-" + PASSWORD})
    visitor.post("/accounts/login/", {"login": ADMIN, "password": PASSWORD})
    visitor.post("/accounts/password/reset/", {"email": CAM})
    visitor.get("/invite/secret-token-of-vera/")
    browser = client_of(acme.admin)
    browser.get("/acme/console/people/?q=Vera+Lind")
    browser.get("/acme/console/vera.lind@beta.example/")
    browser.get("/acme/console/Vera%20Lind/")
    browser.post("/acme/console/people/invite/", {"name": "Vera Lind", "email": "vera.lind@x.example", "role": "cam"})
    assert len(logged.lines) >= 8
    text = logged.text.lower()
    for secret in (ADMIN, CAM, "vera", "lind", "secret-token", PASSWORD.lower()):
        assert secret.lower() not in text, secret


def test_values_of_rows_are_cut_from_errors_of_the_database(acme: Any, logged: Any) -> None:
    log = logging.getLogger("fairway.test")
    people = [("vera.lind@x.example", "Vera"), ("vera.lind@x.example", "Lind")]
    try:
        with connection.cursor() as cursor:
            cursor.execute("CREATE TEMPORARY TABLE held (email text UNIQUE, name text)")
            cursor.executemany("INSERT INTO held VALUES (%s, %s)", people)
    except IntegrityError:
        log.exception("a row could not be written")
    (line,) = [line for line in logged.lines if line["logger"] == "fairway.test"]
    assert "UniqueViolation" in line["trace"]
    assert "vera" not in logged.text.lower()


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("mail to Vera.Lind+x@sub.beta.example refused", "mail to [e-mail] refused"),
        ("next=/invite/vera%40beta.example", "next=/invite/[e-mail]"),
        ("Key (vendor_id, email)=(1, a (b) c) already exists.", "Key (vendor_id, email)=([left out]) already exists."),
        ("broken\nDETAIL:  Failing row contains (1, Vera).", "broken\nDETAIL: [left out]"),
        ("12 jobs, 3 @ once", "12 jobs, 3 @ once"),
    ],
)
def test_what_is_struck_out(said: str, kept: str) -> None:
    assert without_people(said) == kept


def test_text_for_people_at_a_terminal_is_cleaned_too() -> None:
    record = logging.LogRecord("fairway.test", logging.WARNING, "", 1, "to %s", ("vera@x.example",), None)
    token = request_id.set("abc")
    line = TextFormatter().format(record)
    request_id.reset(token)
    assert line.endswith(" WARNING fairway.test [abc] to [e-mail]")


def test_a_job_has_a_name_in_the_log_as_a_request_has() -> None:
    seen = []
    job("test.names_itself")(lambda *, vendor_id: seen.append((vendor_id, request_id.get())))

    class Context:
        class job:
            id = 71

    app.tasks["test.names_itself"].func(Context, vendor_id=4)
    app.tasks["test.names_itself"].func(vendor_id=5)
    assert seen == [(4, "job-71"), (5, "")]
    assert request_id.get() == ""

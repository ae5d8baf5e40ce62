"""The doors of the product, tried as somebody would who means no good. THREAT_MODEL.md names these tests."""

import csv
import errno
import re
import socket

import pytest
from django.contrib.auth.hashers import MD5PasswordHasher
from django.core import mail as outbox
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from fairway.connect.actions.uploads import upload_import
from fairway.connect.models import ImportRun
from fairway.core import clock, jobs
from fairway.core.access import system_member
from fairway.core.refusals import Refused
from fairway.core.tenancy.acting import acting_for
from fairway.core.tenancy.context import entering
from fairway.insight.actions.exports import _cell
from fairway.workflow.actions import notifications
from fairway.workflow.models import Mail
from tests.cast import PASSWORD
from tests.rows import make_rows
from tests.test_sweep_urls import SURFACES, answering_uid, filled, of_surface

NOBODYS = "0198f2aa-0000-7000-8000-00000000dead"


def email_of(acme, member):
    return acme.users[member.user_id].email


# --- requests


def test_no_post_is_taken_without_a_token_of_the_page(acme):
    """CSRF: every address of the product, with a log-in and nothing else."""
    client = Client(enforce_csrf_checks=True)
    client.force_login(acme.users[acme.admin.user_id])
    taken = {}
    for name, route in [pair for surface in SURFACES for pair in of_surface(surface)]:
        status = client.post(filled(route, NOBODYS)).status_code
        if status != 403:
            taken[name] = status
    assert taken == {}
    for path in ("/accounts/login/", "/accounts/logout/", "/accounts/password/reset/", f"/go/{NOBODYS}/"):
        assert client.post(path).status_code == 403, path


def test_the_api_takes_no_session_for_a_token(acme, client_of):
    client = client_of(acme.admin)
    for method in ("get", "post"):
        assert getattr(client, method)("/api/v1/leads").status_code == 401


@pytest.mark.parametrize("surface", SURFACES)
def test_looking_changes_nothing(acme, client_of, surface):
    """Also from a link in a mail or a page elsewhere: no GET writes, but for what the bell and the session keep."""
    with acting_for(acme.admin):
        rows = make_rows(acme)
    client = client_of(acme.admin if surface == "console" else acme.beta_executive)
    wrote = {}
    for name, route in of_surface(surface):
        uid = answering_uid(client, name, route, rows) if "<uuid:" in route else ""
        with CaptureQueriesContext(connection) as asked:
            client.get(filled(route, uid or NOBODYS))
        changes = [q["sql"] for q in asked.captured_queries if re.match(r"\s*(INSERT|UPDATE|DELETE)", q["sql"])]
        changes = [sql for sql in changes if not re.search(r"django_session|core_signin", sql)]
        if changes:
            wrote[name] = changes[0][:120]
    assert set(wrote) <= {"notification-open", "portal-notification-open"}


@pytest.mark.parametrize("path", ["/acme/console/", "/accounts/login/", "/nothing/", "/api/v1/me", "/healthz"])
def test_no_page_may_be_framed_and_none_runs_foreign_script(acme, client_of, path):
    answer = client_of(acme.admin).get(path)
    assert answer["X-Frame-Options"] == "DENY"
    rules = dict(part.strip().split(" ", 1) for part in answer["Content-Security-Policy"].split(";") if part.strip())
    assert (rules["frame-ancestors"], rules["script-src"], rules["object-src"]) == ("'none'", "'self'", "'none'")
    assert rules["form-action"] == "'self'"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Referrer-Policy"] == "same-origin"


@pytest.mark.parametrize("host", ["evil.example", "testserver.evil.example", "testserver@evil.example", "a b"])
def test_another_host_name_is_refused_and_never_comes_into_a_mail(acme, host, settings):
    email = email_of(acme, acme.beta_seller)
    answer = Client(raise_request_exception=False).post(
        "/accounts/password/reset/", {"email": email}, headers={"Host": host}
    )
    assert answer.status_code == 400
    Client().post("/accounts/password/reset/", {"email": email}, headers={"X-Forwarded-Host": "evil.example"})
    jobs.run_pending()
    (letter,) = outbox.outbox
    assert settings.BASE_URL in letter.body
    assert "evil.example" not in letter.body


@pytest.mark.parametrize(
    "wanted",
    ["https://evil.example/", "//evil.example/", "/\\evil.example", "https:evil.example", "javascript:alert(1)"],
)
def test_log_in_leads_to_no_other_site(acme, wanted):
    answer = Client().post(
        f"/accounts/login/?next={wanted}", {"login": email_of(acme, acme.admin), "password": PASSWORD, "next": wanted}
    )
    assert answer.status_code == 302
    assert answer["Location"].startswith("/")
    assert "evil" not in answer["Location"]
    assert "javascript" not in answer["Location"]


# --- log-in


def test_log_in_makes_a_new_session_and_log_out_ends_it(acme):
    client = Client()
    client.cookies["sessionid"] = "x" * 32
    client.post("/accounts/login/", {"login": email_of(acme, acme.admin), "password": PASSWORD})
    key = client.cookies["sessionid"].value
    assert key != "x" * 32
    assert client.cookies["sessionid"]["httponly"]
    assert client.cookies["sessionid"]["samesite"] == "Lax"
    assert client.get("/acme/console/").status_code == 200
    client.post("/accounts/logout/")
    stale = Client()
    stale.cookies["sessionid"] = key
    assert stale.get("/acme/console/").status_code == 302


def test_an_unknown_email_costs_as_much_as_a_wrong_password(acme, monkeypatch):
    """What takes the time is the hash: it is computed once, whether or not anybody has the address."""
    hashed, real = [], MD5PasswordHasher.encode
    monkeypatch.setattr(MD5PasswordHasher, "encode", lambda self, *a, **k: hashed.append(1) or real(self, *a, **k))
    told = []
    for email in (email_of(acme, acme.beta_seller), "nobody@nowhere.example"):
        hashed.clear()
        answer = Client().post("/accounts/login/", {"login": email, "password": "wrong"})
        text = re.sub(r'(value|data-csrf)="[^"]*"', "", answer.content.decode())
        told.append((answer.status_code, len(hashed), text))
    assert told[0] == told[1]
    assert told[0][:2] == (200, 1)


def test_a_reset_is_answered_alike_for_known_and_unknown(acme):
    told = []
    for email in (email_of(acme, acme.beta_seller), "nobody@nowhere.example"):
        with CaptureQueriesContext(connection) as asked:
            answer = Client().post("/accounts/password/reset/", {"email": email})
        told.append((answer.status_code, answer["Location"], len(asked)))
    assert told[0] == told[1]


# --- files


def csv_of(text="Id,Name,City,Country\n1,Werft,Kiel,DE\n"):
    return ContentFile(text.encode(), "partners.csv")


def uploaded(acme, file):
    return upload_import(kind="partners", file=file, file_name="partners.csv", actor=acme.operations, at=clock.now())


def runs(acme):
    with entering(acme.operations.context):
        return ImportRun.objects.count()


@pytest.fixture
def kept_in(tmp_path, monkeypatch):
    storage = FileSystemStorage(location=tmp_path)
    monkeypatch.setattr("fairway.connect.actions.files.default_storage", storage)
    return tmp_path


def test_a_full_disk_is_said_and_nothing_half_is_kept(acme, kept_in, monkeypatch):
    real = FileSystemStorage._save

    def full(self, name, content):
        real(self, name, ContentFile(b"half"))
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(FileSystemStorage, "_save", full)
    with pytest.raises(Refused, match="no room left"):
        uploaded(acme, csv_of())
    assert runs(acme) == 0
    assert [path for path in kept_in.rglob("*") if path.is_file()] == []


def test_a_file_that_is_too_large_is_refused_and_nothing_is_kept(acme, kept_in, monkeypatch):
    monkeypatch.setattr("fairway.connect.actions.files.SIZE_MAX", 10)
    with pytest.raises(Refused, match="larger than"):
        uploaded(acme, csv_of())
    assert runs(acme) == 0
    assert list(kept_in.rglob("*.csv")) == []


@pytest.mark.parametrize("name", ["../../etc/passwd", "a\x00b.csv", "/root/.ssh/id", "x" * 5_000, "<script>.csv"])
def test_the_name_of_an_upload_decides_no_path(acme, kept_in, name):
    file = csv_of()
    run = upload_import(
        kind="partners", file=file, file_name=name.replace("\x00", ""), actor=acme.operations, at=clock.now()
    )
    (stored,) = [path for path in kept_in.rglob("*") if path.is_file()]
    assert str(run.uid) in str(stored)
    assert "etc" not in run.stored_as
    assert len(run.file_name) <= 200


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", "＝", "＠"])
def test_no_text_of_an_export_is_taken_for_a_formula(start, tmp_path):
    path = tmp_path / "export.csv"
    with path.open("w", newline="") as file:
        csv.writer(file).writerow([_cell(f"{start}HYPERLINK(1)"), _cell(-5), _cell("plain")])
    with path.open(newline="") as file:
        (row,) = csv.reader(file)
    assert row[0].startswith("'")
    assert row[1:] == ["-5", "plain"]


# --- mail


@pytest.fixture
def one_mail(acme):
    with acting_for(system_member(acme.acme.pk, "test")):
        notifications.notify([acme.admin.seat_id], "approval.requested", {"title": "Hello"}, at=clock.now())
        return Mail.objects.get()


def state_of(acme, mail):
    with entering(acme.admin.context):
        return Mail.objects.get(pk=mail.pk)


def test_a_mail_server_that_never_answers_holds_up_no_page_and_loses_no_mail(acme, one_mail, settings, client_of):
    silent = socket.create_server(("127.0.0.1", 0))
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = silent.getsockname()
    settings.EMAIL_TIMEOUT = 0.3
    with silent, pytest.raises(notifications.MailRefused):
        notifications.send_mails(vendor_id=acme.acme.pk, mail_ids=[one_mail.pk], at=clock.now())
    waiting = state_of(acme, one_mail)
    assert (waiting.state, waiting.attempts) == ("waiting", 1)
    assert "timed out" in waiting.error.lower()
    page = client_of(acme.admin).get("/acme/console/mails/").content.decode()
    assert "timed out" in page.lower()
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    notifications.send_mails(vendor_id=acme.acme.pk, mail_ids=[one_mail.pk], at=clock.now())
    assert state_of(acme, one_mail).state == "sent"
    assert [letter.subject for letter in outbox.outbox] == ["Hello"]


def test_a_mail_server_that_refuses_is_asked_again_until_the_mail_is_given_up_in_sight(acme, one_mail, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", _shut_port(), 0.3
    for _attempt in range(notifications.ATTEMPTS_MOST):
        try:
            notifications.send_mails(vendor_id=acme.acme.pk, mail_ids=[one_mail.pk], at=clock.now())
        except notifications.MailRefused:
            continue
    given_up = state_of(acme, one_mail)
    assert (given_up.state, given_up.attempts) == ("failed", notifications.ATTEMPTS_MOST)


def _shut_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


# --- what a person types


@pytest.mark.parametrize(
    "typed",
    ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "'; DROP TABLE core_user; --", "{{ 7*7 }}"],
)
def test_what_is_typed_is_shown_as_text_and_asked_as_text(acme, client_of, typed):
    client = client_of(acme.admin)
    for path in (
        "/acme/console/partners/",
        "/acme/console/leads/",
        "/acme/console/people/",
        "/acme/console/customers/",
    ):
        answer = client.get(path, {"q": typed})
        assert answer.status_code == 200, path
        text = answer.content.decode()
        assert "<script>alert" not in text
        assert "<img src=x" not in text
        assert ">49<" not in text

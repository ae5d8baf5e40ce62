"""The frame of the API: who asks, problems, pages, idempotency, and the schema."""

import threading
from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from drf_spectacular.validation import validate_schema
from tests.api import Program, problem_of, program_of, token_of
from tests.rows import make_rows

from fairway.core import clock
from fairway.core.http.api.schema import document
from fairway.core.ids import uuid7
from fairway.core.tenancy.acting import acting_for
from fairway.core.tenancy.actions.idempotency import forget_answers
from fairway.core.tenancy.context import entering
from fairway.core.tenancy.models import Seat
from fairway.core.tenancy.tokens import ApiToken, IdempotencyKey
from fairway.deals.models import Deal
from fairway.leads.models import Lead

# A state in which many rows may be at once.
LAST = {"offers": "lapsed", "registrations": "rejected", "deals": "lost", "leads": "closed"} | dict.fromkeys(
    ["partners", "sales-lines"], ""
)
LEAD = {"need": "Switches for a school", "company": "Schule am Deich"}


def lead_count(cast) -> int:
    with entering(cast.admin.context):
        return Lead.objects.count()


# Who asks


def test_a_token_is_told_who_it_speaks_for(acme):
    told = program_of(acme.beta_seller).get("me").json()
    assert told["vendor"] == {
        "name": "Acme Networks", "slug": "acme", "currency": "USD", "time_zone": "America/New_York",
    }  # fmt: skip
    assert (told["partner"]["name"], told["role"]) == ("Beta Systems", "seller")
    assert "offer.answer" in told["scopes"]
    staff = program_of(acme.admin, "lead.read").get("me").json()
    assert (staff["partner"], staff["scopes"]) == (None, ["lead.read"])


def test_without_a_good_token_there_is_no_answer(acme):
    answer = Client().get("/api/v1/leads")
    assert problem_of(answer, 401)["title"] == "Unauthorized"
    assert answer["WWW-Authenticate"] == 'Bearer realm="fairway"'
    problem_of(Program("fw_nonsense").get("leads"), 401)
    problem_of(program_of(acme.admin, expires_at=clock.now() - timedelta(minutes=1)).get("leads"), 401)
    problem_of(program_of(acme.admin, revoked_at=clock.now()).get("leads"), 401)


def test_a_token_ends_with_its_seat_and_with_its_revocation(acme):
    program = program_of(acme.marketer)
    assert program.get("me").status_code == 200
    with acting_for(acme.admin):
        ApiToken.objects.update(revoked_at=clock.now())
    problem_of(program.get("me"), 401)
    other = program_of(acme.marketer)
    with acting_for(acme.admin):
        Seat.objects.filter(pk=acme.marketer.seat_id).update(is_active=False)
    problem_of(other.get("me"), 401)


def test_no_cache_keeps_what_a_token_reads(acme):
    program = program_of(acme.admin)
    assert program.get("leads")["Cache-Control"] == "private, no-store"
    assert program.get("leads?state=odd")["Cache-Control"] == "private, no-store"
    assert "Set-Cookie" not in program.get("leads").headers


def test_a_log_in_is_no_token(acme, client_of):
    problem_of(client_of(acme.admin).get("/api/v1/leads"), 401)


# Problems


@pytest.mark.parametrize("path", ["nothing", "leads/", "leads/7", "leads/0198f2aa-0000-7000-8000-00000000dead", ""])
def test_an_address_that_is_none_answers_with_a_problem(acme, path):
    problem_of(program_of(acme.admin).get(path), 404)


def test_addresses_outside_the_version_answer_with_a_problem_too(client):
    problem_of(client.get("/api/"), 404)
    problem_of(client.post("/api/v2/leads"), 404)


def test_a_method_that_is_none_says_which_are(acme):
    answer = program_of(acme.admin).call("DELETE", "leads")
    problem_of(answer, 405)
    assert answer["Allow"] == "GET, HEAD, POST"


@pytest.mark.parametrize(
    "body",
    ["{", "[1", '{"need": NaN}', '{"need": "\\ud800"}', b'{"need": "\xff"}', "[" * 100_000, '{"employees": 1e99999}'],
)
def test_a_body_that_cannot_be_read_is_a_bad_request(acme, body):
    answer = program_of(acme.admin).post("leads", body)
    assert answer.status_code in ({400} if body != '{"employees": 1e99999}' else {422})
    assert lead_count(acme) == 0


@pytest.mark.parametrize("body", ["[]", "7", "null", '"lead"', '{"need": "a\\u0000b"}'])
def test_a_body_of_another_shape_is_refused(acme, body):
    problem_of(program_of(acme.admin).post("leads", body), 422)


def test_only_json_is_taken(acme):
    problem_of(program_of(acme.admin).post("leads", "need=x", Content_Type="application/x-www-form-urlencoded"), 415)


def test_too_large_a_body_is_refused(acme, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 100
    body = {"need": "x" * 200}
    problem_of(program_of(acme.admin).post("leads", body), 413)
    problem_of(program_of(acme.admin).post("leads", body, Idempotency_Key="a"), 413)


def test_a_fault_of_ours_is_a_problem_without_its_inside_and_changes_nothing(acme, monkeypatch):
    def broken(*args, **kwargs):
        raise RuntimeError("secret inside")

    monkeypatch.setattr("fairway.leads.api.leads.new_record", broken)
    answer = program_of(acme.admin).post("leads", LEAD)
    problem_of(answer, 500)
    assert b"secret" not in answer.content
    assert lead_count(acme) == 0


def test_a_fault_before_the_operation_is_a_problem_too_and_a_page_for_people(acme, monkeypatch, client_of):
    def broken(*args, **kwargs):
        raise RuntimeError("secret inside")

    program = program_of(acme.admin)
    browser = client_of(acme.admin)
    browser.raise_request_exception = False
    monkeypatch.setattr("fairway.core.tenancy.middleware.token_by_hash", broken)
    monkeypatch.setattr("fairway.core.tenancy.accounts.person_with_seats", broken)
    problem_of(program.get("leads"), 500)
    page = browser.get("/acme/console/")
    assert (page.status_code, page["Content-Type"]) == (500, "text/html; charset=utf-8")
    assert b"secret" not in page.content


def test_a_query_that_says_a_thing_twice_is_refused(acme):
    assert "state" in problem_of(program_of(acme.admin).get("leads?state=closed&state=waiting"), 422)["errors"]


# Pages


@pytest.fixture
def seven(acme):
    """Seven leads, four of them of one instant; their needs tell their order, the newest first."""
    at = clock.now() - timedelta(days=1)
    with acting_for(acme.admin):
        for number in range(7):
            when = at - timedelta(minutes=max(0, 4 - number))
            Lead.objects.create(vendor=acme.acme, title=f"Lead {number}", captured_at=when)
    return [f"Lead {number}" for number in (6, 5, 4, 3, 2, 1, 0)]


def walked(program, path: str) -> list[str]:
    """The needs of all pages, with a lead that comes in after each."""
    found, cursor = [], ""
    for _page in range(20):
        page = program.get(path + cursor).json()
        found += [row["need"] for row in page["items"]]
        program.post("leads", LEAD)
        if page["next_cursor"] is None:
            return found
        cursor = f"&cursor={page['next_cursor']}"
    raise AssertionError("the pages have no end")


@pytest.mark.parametrize("limit", [1, 2, 3, 7, 200])
def test_pages_tell_every_row_once_while_rows_are_added(acme, seven, limit):
    assert walked(program_of(acme.admin), f"leads?limit={limit}") == seven


def test_a_cursor_is_opaque_and_of_one_list_alone(acme, seven):
    program = program_of(acme.admin)
    cursor = program.get("leads?limit=2").json()["next_cursor"]
    assert program.get(f"leads?limit=2&cursor={cursor}").status_code == 200
    for wrong in (cursor[:-1], cursor[:-1] + ("A" if cursor[-1] != "A" else "B"), "x", "%00", "é"):
        assert "cursor" in problem_of(program.get(f"leads?cursor={wrong}"), 422)["errors"]
    problem_of(program.get(f"offers?cursor={cursor}"), 422)
    problem_of(program_of(acme.zeta_admin).get(f"leads?cursor={cursor}"), 422)


@pytest.mark.parametrize("limit", ["0", "201", "-1", "many", "1e2"])
def test_a_limit_that_is_none_is_refused(acme, limit):
    assert "limit" in problem_of(program_of(acme.admin).get(f"leads?limit={limit}"), 422)["errors"]


def queries_of(program, path: str) -> int:
    with CaptureQueriesContext(connection) as seen:
        assert program.get(path).json()["items"]
    return len(seen)


@pytest.mark.parametrize("path", ["leads", "offers", "registrations", "deals", "partners", "sales-lines"])
def test_a_list_costs_the_same_however_long_it_is(acme, path):
    program = program_of(acme.admin)
    with acting_for(acme.admin):
        made = {row._meta.model_name: row for row in make_rows(acme).values()}
        row = made[path.removesuffix("s").replace("-", "")]
    alone = queries_of(program, path)
    with acting_for(acme.admin):
        for number in range(9):
            twin(row, number, LAST[path])
    assert len(program.get(path).json()["items"]) >= 10
    assert queries_of(program, path) == alone


def twin(row, number: int, state: str) -> None:
    """One more row like it, in what its table allows many of."""
    made = type(row).objects.get(pk=row.pk)
    made.pk, made.uid = None, uuid7()
    names = {field.name for field in type(row)._meta.fields}
    changes = {"external_id": f"X-{number}", "line_number": str(number), "state": state}
    for name in names & {name for name, value in changes.items() if value}:
        setattr(made, name, changes[name])
    if isinstance(made, Deal):
        made.lead = made.registration = None
    made.save(force_insert=True)


# Once


def test_the_same_key_and_request_get_the_same_answer_and_do_nothing_more(acme):
    program = program_of(acme.admin)
    first = program.post("leads", LEAD, Idempotency_Key="order-1")
    again = program.post("leads", LEAD, Idempotency_Key="order-1")
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.content == first.content
    assert again["ETag"] == first["ETag"]
    assert again["Idempotent-Replay"] == "true"
    assert "Idempotent-Replay" not in first
    assert lead_count(acme) == 1


def test_a_key_of_another_request_is_refused(acme):
    program = program_of(acme.admin)
    program.post("leads", LEAD, Idempotency_Key="order-1")
    problem = problem_of(program.post("leads", {**LEAD, "need": "Other"}, Idempotency_Key="order-1"), 422)
    assert "Idempotency-Key" in problem["errors"]
    problem_of(program.post("leads/bulk", {"lines": [LEAD]}, Idempotency_Key="order-1"), 422)
    assert lead_count(acme) == 1


def test_a_key_belongs_to_its_seat(acme):
    assert program_of(acme.admin).post("leads", LEAD, Idempotency_Key="1").status_code == 201
    assert program_of(acme.marketer).post("leads", LEAD, Idempotency_Key="1").status_code == 201
    assert program_of(acme.zeta_admin).post("leads", LEAD, Idempotency_Key="1").status_code == 201
    assert lead_count(acme) == 2


def test_what_was_refused_may_be_tried_again_with_its_key(acme):
    program = program_of(acme.admin)
    problem_of(program.post("leads", {"country": "DE"}, Idempotency_Key="order-1"), 422)
    assert program.post("leads", LEAD, Idempotency_Key="order-1").status_code == 201


@pytest.mark.parametrize("key", ["", "x" * 101, "ä", "a\tb"])
def test_a_key_that_is_none_is_refused(acme, key):
    answer = program_of(acme.admin).post("leads", LEAD, Idempotency_Key=key)
    assert "Idempotency-Key" in problem_of(answer, 422)["errors"]
    assert lead_count(acme) == 0


def test_an_answer_is_kept_for_a_day(acme):
    program = program_of(acme.admin)
    program.post("leads", LEAD, Idempotency_Key="order-1")
    with time_machine.travel(clock.now() + timedelta(hours=24, minutes=1), tick=False):
        answer = program.post("leads", LEAD, Idempotency_Key="order-1")
        assert "Idempotent-Replay" not in answer
    assert lead_count(acme) == 2


def test_old_answers_are_forgotten(acme):
    program_of(acme.admin).post("leads", LEAD, Idempotency_Key="order-1")
    assert forget_answers(actor=acme.admin, at=clock.now()) == 0
    assert forget_answers(actor=acme.admin, at=clock.now() + timedelta(hours=25)) == 1
    with entering(acme.admin.context):
        assert not IdempotencyKey.objects.exists()


@pytest.mark.race
def test_of_two_requests_with_one_key_one_is_done(committed):
    """The second comes while the first is at work: it is told to wait, and then gets the first one's answer."""
    secret = token_of(committed.admin)
    statuses: list[int] = []
    together = threading.Barrier(4)

    def send() -> None:
        together.wait()
        try:
            statuses.append(Program(secret).post("leads", LEAD, Idempotency_Key="order-1").status_code)
        finally:
            connection.close()

    threads = [threading.Thread(target=send) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(statuses) <= {201, 409}
    assert 201 in statuses
    assert lead_count(committed) == 1
    answer = Program(secret).post("leads", LEAD, Idempotency_Key="order-1")
    assert (answer.status_code, answer["Idempotent-Replay"]) == (201, "true")


@pytest.mark.race
def test_a_key_in_use_is_a_conflict(committed):
    """Held open from outside, so that the second request surely meets it."""
    secret = token_of(committed.admin)
    answers = []

    def send() -> None:
        answers.append(Program(secret).post("leads", LEAD, Idempotency_Key="order-1"))
        connection.close()

    with acting_for(committed.admin), connection.cursor() as cursor:
        name = f"idempotency {committed.admin.seat_id} order-1"
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended(%s, %s))", [name, committed.admin.vendor_id]
        )  # fmt: skip
        thread = threading.Thread(target=send)
        thread.start()
        thread.join()
    problem_of(answers[0], 409)
    assert lead_count(committed) == 0


# The schema


def test_the_schema_is_public_and_names_nobody(acme, client):
    answer = client.get("/api/v1/openapi.json")
    assert answer.status_code == 200
    assert answer.json() == document()
    assert "Acme" not in answer.content.decode()


def test_the_schema_is_good_openapi():
    validate_schema(document())


# What a vendor has one of or none, and what is asked for by its uid in the query.
MAY_MISS = {"read_domain", "check_domain", "give_up_domain", "read_review", "read_lead_inbox", "renew_lead_inbox"}


def test_every_operation_says_who_may_and_how_it_fails():
    for path, methods in document()["paths"].items():
        for method, operation in methods.items():
            said = f"{method} {path}"
            bearer, *apps = operation["security"]
            assert bearer == {"bearer": []}, said
            assert all(f"`{scope}`" in operation["description"] for each in apps for scope in each["oauth2"]), said
            assert {"401", "500", "503"} <= set(operation["responses"]), said
            assert ("403" in operation["responses"]) == (path != "/api/v1/me"), said
            may_miss = "{" in path or operation["operationId"] in MAY_MISS
            assert ("404" in operation["responses"]) == may_miss, said
            assert ("422" in operation["responses"]) or "requestBody" not in operation, said
            for status, response in operation["responses"].items():
                kind = "application/json" if status < "300" else "application/problem+json"
                assert list(response["content"]) == [kind], said

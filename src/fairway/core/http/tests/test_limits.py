"""The doors count together, whichever process was asked, and say how long to wait."""

import json
import re
from threading import Thread

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.urls import resolve
from tests.api import token_of
from tests.cast import PASSWORD

from fairway.core.http import limits
from fairway.core.http.limits import Door, forget_old_counts, give_back, spend
from fairway.core.http.rate_counts import RateCount

ANY = Door("test", "*", re.compile(".*"), limits.address, 3, 60)


@pytest.fixture
def few(monkeypatch):
    """Every door opens three times."""
    real = limits.doors()
    few = tuple(
        Door(d.name, d.method, d.path, d.who, 3, d.seconds, is_forgiven=d.is_forgiven, is_quiet=d.is_quiet)
        for d in real
    )
    monkeypatch.setattr(limits, "doors", lambda: few)


def sign_in(client, email, password="wrong", **extra):
    return client.post("/accounts/login/", {"login": email, "password": password}, **extra)


def test_uses_are_counted_by_door_and_by_who(db):
    assert [spend(ANY, "one").left for _ in range(4)] == [2, 1, 0, -1]
    assert spend(ANY, "one").is_too_much
    assert spend(ANY, "two").left == 2
    other = Door("other", "*", ANY.path, ANY.who, 3, 60)
    use = spend(other, "one")
    assert (use.left, 0 < use.resets_in <= 60) == (2, True)


def test_a_use_that_is_given_back_and_one_that_has_run_out_do_not_count(db):
    give_back(spend(ANY, "one"))
    assert spend(ANY, "one").left == 2
    RateCount.objects.update(until="2020-01-01T00:00:00Z")
    assert spend(ANY, "one").left == 2
    RateCount.objects.update(until="2020-01-01T00:00:00Z")
    assert forget_old_counts() == 1


def test_nobody_is_named_in_what_is_kept(acme, client):
    sign_in(client, "karen@brinkmann.example")
    kept = " ".join(RateCount.objects.values_list("key", flat=True))
    assert kept
    assert "karen" not in kept


def test_an_email_tried_too_often_is_refused_alike_whether_it_is_known(acme, few):
    known = acme.users[acme.beta_seller.user_id].email
    told = []
    for email in (known, "nobody@nowhere.example"):
        answers = [sign_in(Client(REMOTE_ADDR=f"10.0.0.{n}"), email) for n in range(4)]
        assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
        told.append(re.sub(r"\d+ minutes", "", answers[-1].content.decode()))
        assert 0 < int(answers[-1]["Retry-After"]) <= 900
    assert told[0] == told[1]


def test_an_address_that_guesses_many_emails_is_refused(acme, few):
    codes = [sign_in(Client(), f"p{n}@beta.example").status_code for n in range(4)]
    assert codes == [200, 200, 200, 429]


def test_those_who_sign_in_are_not_counted(acme, few):
    email = acme.users[acme.beta_seller.user_id].email
    assert [sign_in(Client(), email, PASSWORD).status_code for _ in range(6)] == [302] * 6


def test_the_reset_and_an_invitation_are_doors_too(acme, few, client):
    codes = [client.post("/accounts/password/reset/", {"email": "a@b.example"}).status_code for _ in range(4)]
    assert (codes[0], codes[-1]) == (302, 429)
    codes = [client.get("/invite/none/").status_code for _ in range(4)]
    assert (codes[0], codes[-1]) == (404, 429)


def test_uploads_exports_and_inviting_are_counted_by_person(acme, few, client_of):
    for member, path in {
        "operations": "/acme/console/imports/new/",
        "marketer": "/acme/console/exports/start/leads/",
        "admin": "/acme/console/people/invite/",
    }.items():
        client = client_of(acme.members()[member])
        codes = [client.post(path).status_code for _ in range(4)]
        assert 429 not in codes[:3], path
        assert codes[3] == 429, path
    other = client_of(acme.finance)
    assert other.post("/acme/console/exports/start/leads/").status_code == 302


def ask(token, **extra):
    return Client(raise_request_exception=False, **extra).get(
        "/api/v1/me", headers={"Authorization": f"Bearer {token}"}
    )


def test_the_api_says_what_is_left_and_then_when_to_come_again(acme, few):
    token, other = token_of(acme.beta_seller), token_of(acme.beta_executive)
    answers = [ask(token) for _ in range(4)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert answers[0]["RateLimit-Policy"] == '"api";q=3;w=60'
    assert answers[0]["RateLimit"].startswith('"api";r=2;t=')
    problem = json.loads(answers[3].content)
    assert (answers[3]["Content-Type"], problem["status"]) == ("application/problem+json", 429)
    assert 0 < int(answers[3]["Retry-After"]) <= 60
    assert ask(other).status_code == 200


def test_guessed_tokens_count_for_the_address_they_come_from(acme, few):
    codes = [ask(f"fw_guess{n}").status_code for n in range(5)]
    assert codes == [401, 401, 401, 429, 429]
    assert ask("fw_guess9", REMOTE_ADDR="10.1.1.1").status_code == 401
    assert ask(token_of(acme.beta_seller)).status_code == 200


def test_a_header_that_a_visitor_makes_up_is_no_address(acme, few):
    codes = [
        sign_in(Client(), f"p{n}@beta.example", headers={"X-Forwarded-For": f"10.0.0.{n}"}).status_code
        for n in range(4)
    ]
    assert codes[-1] == 429


def test_zero_is_without_limit(acme, few, monkeypatch):
    free = tuple(Door(d.name, d.method, d.path, d.who, 0, d.seconds) for d in limits.doors())
    monkeypatch.setattr(limits, "doors", lambda: free)
    token = token_of(acme.beta_seller)
    assert [ask(token).status_code for _ in range(5)] == [200] * 5


def test_every_door_is_an_address_that_there_is():
    samples = {
        "sign-in": "/accounts/login/", "sign-in-of": "/accounts/login/", "second-step": "/accounts/login/code/",
        "reset": "/accounts/password/reset/", "reset-of": "/accounts/password/reset/", "invitation": "/invite/x/",
        "invite": "/acme/console/people/invite/", "public-form": "/acme/public/f/guide/",
        "public-form-plain": "/acme/public/f/guide/", "public-form-stamp": "/acme/public/f/guide/",
        "offer-link": "/acme/public/offers/x/", "calendar": "/acme/public/calendar/x.ics",
        "calendar-of": "/acme/public/calendar/x.ics",
        "upload": "/acme/console/imports/new/", "export": "/acme/console/exports/start/leads/",
        "api": "/api/v1/leads", "api-unknown": "/api/v1/leads",
        "oauth": "/oauth/token", "oauth-consent": "/oauth/authorize",
    }  # fmt: skip
    assert {door.name for door in limits.doors()} == set(samples)
    for door in limits.doors():
        path = samples[door.name]
        assert door.path.fullmatch(path), door.name
        resolve(path.removeprefix("/acme"))
    assert settings.API_REQUESTS_A_MINUTE > 0


@pytest.mark.race
def test_sixty_four_at_once_are_all_counted(committed):
    left = []

    def use():
        left.append(spend(ANY, f"race {committed.acme.slug}").left)
        connection.close()

    threads = [Thread(target=use) for _ in range(64)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(left) == list(range(3 - 64, 3))

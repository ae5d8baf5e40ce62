import re
from datetime import timedelta
from threading import Barrier, Thread

import pytest
from django.core import mail
from django.db import connection
from django.test import Client
from django.utils import timezone

from fairway.core import jobs
from fairway.core.access import Forbidden
from fairway.core.events.models import Event
from fairway.core.refusals import Refused
from fairway.core.tenancy.actions import invitations
from fairway.core.tenancy.actions.invitations import (
    LoginExists,
    accept_as_existing,
    accept_as_new,
    invite,
    resend_invitation,
    revoke_invitation,
    secret_of,
)
from fairway.core.tenancy.context import entering
from fairway.core.tenancy.lookups import seats_of_user
from fairway.core.tenancy.models import Invitation, Seat, User

GOOD_PASSWORD = "correct horse battery"


@pytest.fixture
def at():
    return timezone.now()


def invited(cast, at, **extra):
    """Nora, invited to Beta as a seller by Acme's account manager."""
    values = {"email": "nora@beta.example", "name": "Nora New", "role": "seller", "partner": cast.beta, **extra}
    return invite(**{"actor": cast.cam, "at": at, **values})


def link(invitation):
    return f"/invite/{secret_of(invitation)}/"


def accept(invitation, browser=None, **extra):
    values = {"name": "Nora New", "password": GOOD_PASSWORD, **extra}
    return (browser or Client()).post(link(invitation), values)


def seats(cast, email):
    with entering(cast.admin.context):
        return list(Seat.objects.filter(email=email).values_list("role", "is_active", "partner_id"))


def test_an_invitation_goes_out_by_mail_and_lets_a_new_person_in(acme, at, settings):
    settings.BASE_URL = "https://fairway.example"
    invitation = invited(acme, at)
    jobs.run_pending()
    [sent] = mail.outbox
    assert sent.to == ["Nora New <nora@beta.example>"]
    assert re.search(r"https://fairway\.example(/invite/\S+/)", sent.body)[1] == link(invitation)
    assert "Cam Miller invites you to work with Acme Networks for Beta Systems, as Partner seller." in sent.body
    browser = Client()
    page = browser.get(link(invitation)).content.decode()
    assert "Welcome to Acme Networks" in page
    answer = accept(invitation, browser)
    assert (answer.status_code, answer["Location"]) == (302, "/acme/portal/")
    assert browser.get("/acme/portal/").status_code == 200
    assert seats(acme, "nora@beta.example") == [("seller", True, acme.beta.pk)]
    assert User.objects.get(email="nora@beta.example").check_password(GOOD_PASSWORD)
    with entering(acme.admin.context):
        events = list(Event.objects.filter(subject_type="invitation").order_by("id").values_list("verb", "data"))
        assert events == [("created", {"role": "seller"}), ("accepted", {})]


def test_the_secret_is_kept_only_as_a_hash(acme, at):
    invitation = invited(acme, at)
    secret = secret_of(invitation)
    with entering(acme.admin.context), connection.cursor() as cursor:
        cursor.execute("SELECT to_jsonb(i)::text FROM core_invitation i")
        assert secret not in cursor.fetchone()[0]
    with connection.cursor() as cursor:
        cursor.execute("SELECT string_agg(args::text, ' ') FROM procrastinate_jobs")
        assert secret not in cursor.fetchone()[0]


def test_looking_at_an_invitation_changes_nothing(acme, at):
    invitation = invited(acme, at)
    for _ in range(3):
        assert Client().get(link(invitation)).status_code == 200
    assert not User.objects.filter(email="nora@beta.example").exists()
    with entering(acme.admin.context):
        assert Invitation.objects.get().accepted_at is None


def test_the_person_who_accepted_can_log_in_with_the_password(acme, at):
    accept(invited(acme, at))
    browser = Client()
    answer = browser.post("/accounts/login/", {"login": "nora@beta.example", "password": GOOD_PASSWORD})
    assert (answer.status_code, answer["Location"]) == (302, "/go/")
    assert browser.get("/go/")["Location"] == "/acme/portal/"


def test_a_used_invitation_does_nothing_more(acme, at):
    invitation = invited(acme, at)
    accept(invitation)
    again = accept(invitation, password="another long password")
    assert again.status_code == 410
    assert "This invitation was used" in again.content.decode()
    assert not User.objects.get(email="nora@beta.example").check_password("another long password")
    assert len(seats(acme, "nora@beta.example")) == 1


def test_an_expired_invitation_lets_nobody_in(acme, at):
    invitation = invited(acme, at - timedelta(days=7, seconds=1))
    answer = accept(invitation)
    assert answer.status_code == 410
    assert "has expired" in answer.content.decode()
    assert not User.objects.filter(email="nora@beta.example").exists()
    with pytest.raises(Refused):
        accept_as_new(invitation=invitation, name="Nora", password=GOOD_PASSWORD, at=at)
    assert not User.objects.filter(email="nora@beta.example").exists()


def test_a_revoked_invitation_lets_nobody_in(acme, at):
    invitation = invited(acme, at)
    revoke_invitation(invitation=invitation, actor=acme.cam, at=at)
    answer = accept(invitation)
    assert answer.status_code == 410
    assert "was taken back" in answer.content.decode()
    assert not User.objects.filter(email="nora@beta.example").exists()
    with pytest.raises(Refused, match="meanwhile"):
        revoke_invitation(invitation=invitation, actor=acme.cam, at=at)


def test_sending_again_makes_a_new_link_and_voids_the_old(acme, at):
    invitation = invited(acme, at - timedelta(days=8))
    old = link(invitation)
    resend_invitation(invitation=invitation, actor=acme.cam, at=at)
    assert Client().get(old).status_code == 404
    assert "leads nowhere" in Client().get(old).content.decode()
    jobs.run_pending()
    assert link(invitation) in mail.outbox[-1].body
    assert accept(invitation).status_code == 302


def test_an_invitation_never_sets_the_password_of_an_existing_log_in(acme, at):
    before = User.objects.get(email="seller@gamma.example").password
    invitation = invited(acme, at, email="Seller@Gamma.example")
    page = accept(invitation).content.decode()
    assert "You have a log-in already" in page
    with pytest.raises(LoginExists):
        accept_as_new(invitation=invitation, name="X", password=GOOD_PASSWORD, at=at)
    assert User.objects.get(email="seller@gamma.example").password == before
    assert seats(acme, "seller@gamma.example") == [("seller", True, acme.gamma.pk)]


def test_an_existing_person_takes_the_seat_after_logging_in(acme, at, client_of):
    invitation = invited(acme, at, email="seller@gamma.example")
    browser = client_of(acme.gamma_seller)
    assert "Accept the invitation" in browser.get(link(invitation)).content.decode()
    answer = browser.post(link(invitation))
    assert (answer.status_code, answer["Location"]) == (302, "/acme/portal/")
    assert sorted(seat.partner_name for seat in seats_of_user(acme.gamma_seller.user_id)) == [
        "Beta Systems",
        "Gamma IT",
    ]


def test_another_persons_invitation_cannot_be_taken(acme, at, client_of):
    for email in ("nora@beta.example", "executive@beta.example"):
        invitation = invited(acme, at, email=email)
        browser = client_of(acme.gamma_seller)
        answer = browser.post(link(invitation), {"name": "Gus", "password": GOOD_PASSWORD})
        assert "Log out first" in answer.content.decode()
        with entering(acme.admin.context):
            assert Invitation.objects.get(pk=invitation.pk).accepted_at is None
    with pytest.raises(Forbidden):
        accept_as_existing(invitation=invitation, user=User.objects.get(email="seller@gamma.example"), at=at)


def test_a_weak_password_is_refused_in_words_and_leaves_no_trace(acme, at):
    invitation = invited(acme, at)
    answer = accept(invitation, password="short")
    assert answer.status_code == 200
    assert "too short" in answer.content.decode()
    assert not User.objects.filter(email="nora@beta.example").exists()


def test_a_seat_that_was_closed_opens_again(acme, at):
    accept(invited(acme, at))
    with invitations.acting_for(acme.admin):
        Seat.objects.filter(email="nora@beta.example").update(is_active=False)
    invitation = invited(acme, at)
    accept_as_existing(invitation=invitation, user=User.objects.get(email="nora@beta.example"), at=at)
    assert seats(acme, "nora@beta.example") == [("seller", True, acme.beta.pk)]


def test_nobody_invites_twice_or_where_the_person_sits(acme, at):
    invited(acme, at)
    with pytest.raises(Refused, match="invited already"):
        invited(acme, at)
    with pytest.raises(Refused, match="has this seat already"):
        invited(acme, at, email="seller@beta.example")
    with entering(acme.admin.context):
        assert Invitation.objects.count() == 1


ALLOWED = [
    ("admin", "admin", None, True),
    ("admin", "seller", "beta", True),
    ("operations", "finance", None, True),
    ("operations", "admin", None, False),
    ("operations", "executive", "gamma", True),
    ("cam", "seller", "beta", True),
    ("cam", "seller", "gamma", False),
    ("cam", "marketer", None, False),
    ("beta_executive", "seller", "beta", True),
    ("beta_executive", "executive", "beta", True),
    ("beta_executive", "cam", None, False),
    ("beta_executive", "seller", "gamma", False),
    ("beta_seller", "seller", "beta", False),
    ("chief", "seller", "beta", False),
    ("admin", "seller", None, False),
    ("admin", "cam", "beta", False),
]


@pytest.mark.parametrize(("who", "role", "partner", "is_allowed"), ALLOWED)
def test_who_may_invite_whom(acme, at, who, role, partner, is_allowed):
    values = {"actor": getattr(acme, who), "role": role, "partner": getattr(acme, partner) if partner else None}
    if is_allowed:
        assert invited(acme, at, **values).role == role
        return
    with pytest.raises(Forbidden):
        invited(acme, at, **values)
    with entering(acme.admin.context):
        assert not Invitation.objects.exists()
    assert mail.outbox == []


def test_a_refusing_mail_server_is_seen_at_the_invitation(acme, at, monkeypatch):
    invitation = invited(acme, at)

    def refuse(letter):
        raise OSError("no server")

    monkeypatch.setattr(invitations.mail, "send", refuse)
    with pytest.raises(OSError, match="no server"):
        invitations.send_invitation(vendor_id=acme.acme.pk, invitation_id=invitation.pk, at=at)
    with entering(acme.admin.context):
        kept = Invitation.objects.get()
    assert (kept.mailed_at, kept.mail_error) == (None, "OSError: no server")


def test_an_unknown_link_says_so_kindly(db):
    answer = Client().get("/invite/0123abcd/")
    assert answer.status_code == 404
    assert "leads nowhere" in answer.content.decode()


@pytest.mark.race
def test_one_invitation_taken_by_two_at_once_makes_one_seat(committed, at):
    email = f"nora@{committed.acme.slug}.example"
    invitation = invited(committed, at, email=email)
    start, results = Barrier(2), []

    def work(password):
        try:
            start.wait()
            accept_as_new(invitation=invitation, name="Nora", password=password, at=at)
            results.append(password)
        except (LoginExists, Refused) as error:
            results.append(type(error).__name__)
        finally:
            connection.close()

    threads = [Thread(target=work, args=(f"{GOOD_PASSWORD} {number}",)) for number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    [won] = [result for result in results if result.startswith(GOOD_PASSWORD)]
    assert len(results) == 2
    assert User.objects.get(email=email).check_password(won)
    assert seats(committed, email) == [("seller", True, committed.beta.pk)]

"""Second factors, the list of places, and what a vendor asks at the door."""

import time
from datetime import timedelta

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value
from django.contrib.sessions.models import Session
from django.core import mail
from django.core.cache import cache
from django.test import Client
from tests.cast import PASSWORD, member

from fairway.core import clock, jobs
from fairway.core.access import Forbidden
from fairway.core.events.models import Event
from fairway.core.refusals import Refused
from fairway.core.tenancy.actions.signing_in import (
    ask_second_factor_of_staff,
    forget_ended_sign_ins,
    reset_second_factor,
)
from fairway.core.tenancy.context import entering
from fairway.core.tenancy.devices import device_words
from fairway.core.tenancy.lookups import seats_of_user
from fairway.core.tenancy.models import Seat, User
from fairway.core.tenancy.queries import staff_without_second_factor
from fairway.core.tenancy.signing_in import SignIn, SignInPolicy

SECURITY = "/accounts/security/"
LOGIN = "/accounts/login/"
CODE = "/accounts/login/code/"


@pytest.fixture(autouse=True)
def _no_limits_of_an_earlier_test() -> None:
    cache.clear()


def user_of(person) -> User:
    return User.objects.get(pk=person.user_id)


def with_app(person) -> str:
    """Give the person an authenticator app and recovery codes; returns the app's secret."""
    secret = generate_totp_secret()
    TOTP.activate(user_of(person), secret)
    RecoveryCodes.activate(user_of(person))
    return secret


def again(person):
    """The member as the next request sees it."""
    with entering(person.context):
        seat = Seat.objects.get(pk=person.seat_id)
    return member(seat)


def code_of(secret: str, steps: int = 0) -> str:
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30 + steps))


def signed_in(person, client: Client | None = None):
    client = client or Client()
    answer = client.post(LOGIN, {"login": user_of(person).email, "password": PASSWORD})
    return client, answer


# The second factor


def test_an_app_is_set_up_with_a_code_it_shows_and_gives_recovery_codes_once(acme):
    client, _ = signed_in(acme.cam)
    page = client.get("/accounts/security/app/")
    assert page.status_code == 200
    secret = client.session["mfa.totp.secret"]
    wrong = client.post("/accounts/security/app/", {"code": "000000"})
    assert "This code does not fit" in wrong.content.decode()
    assert not Authenticator.objects.filter(user_id=acme.cam.user_id).exists()
    right = client.post("/accounts/security/app/", {"code": code_of(secret)})
    assert right.status_code == 302
    assert right["Location"] == "/accounts/security/codes/"
    kept = Authenticator.objects.get(user_id=acme.cam.user_id, type="totp")
    assert secret not in str(kept.data), "the secret is kept encrypted"
    shown = client.get("/accounts/security/codes/").content.decode()
    codes = Authenticator.objects.get(user_id=acme.cam.user_id, type="recovery_codes").wrap().get_unused_codes()
    assert len(codes) == 10
    assert all(code in shown for code in codes)


def test_after_the_password_the_code_is_asked_and_nothing_is_open_before(acme):
    secret = with_app(acme.cam)
    client, answer = signed_in(acme.cam)
    assert answer["Location"] == CODE
    assert client.get("/acme/console/").status_code == 302
    assert client.post(CODE, {"code": "123456"}).status_code == 200
    assert client.get("/acme/console/")["Location"].startswith(LOGIN)
    assert client.post(CODE, {"code": code_of(secret)}).status_code == 302
    assert client.get("/acme/console/").status_code == 200


def test_a_code_of_the_app_works_once_also_where_the_cache_is_another(acme):
    secret = with_app(acme.cam)
    code = code_of(secret)
    client, _ = signed_in(acme.cam)
    assert client.post(CODE, {"code": code}).status_code == 302
    cache.clear()  # as another process sees it
    other, _ = signed_in(acme.cam)
    refused = other.post(CODE, {"code": code})
    assert refused.status_code == 200
    assert "This code does not fit" in refused.content.decode()


def test_a_code_of_the_step_before_still_fits_and_an_older_one_does_not(acme):
    secret = with_app(acme.cam)
    client, _ = signed_in(acme.cam)
    assert client.post(CODE, {"code": code_of(secret, -3)}).status_code == 200
    assert client.post(CODE, {"code": code_of(secret, -1)}).status_code == 302


def test_a_recovery_code_lets_in_once(acme):
    with_app(acme.cam)
    codes = Authenticator.objects.get(user_id=acme.cam.user_id, type="recovery_codes").wrap().get_unused_codes()
    client, _ = signed_in(acme.cam)
    assert client.post(CODE, {"code": codes[0]}).status_code == 302
    other, _ = signed_in(acme.cam)
    assert other.post(CODE, {"code": codes[0]}).status_code == 200
    assert other.post(CODE, {"code": codes[1]}).status_code == 302


def test_codes_cannot_be_guessed_without_end(acme):
    secret = with_app(acme.cam)
    client, _ = signed_in(acme.cam)
    answers = [client.post(CODE, {"code": f"{number:06}"}).content.decode() for number in range(12)]
    assert "Too many attempts" in answers[-1]
    assert client.post(CODE, {"code": code_of(secret)}).status_code == 200, "not even the right one, for a while"


def test_the_person_is_told_of_a_new_factor_by_mail(acme):
    client, _ = signed_in(acme.cam)
    client.get("/accounts/security/app/")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("django.db.transaction.on_commit", lambda done, *_, **__: done())
        client.post("/accounts/security/app/", {"code": code_of(client.session["mfa.totp.secret"])})
    jobs.run_pending()
    letter = mail.outbox[-1]
    assert letter.to == [f"Cam Miller <{user_of(acme.cam).email}>"]
    assert "An authenticator app was added" in letter.body


# What a vendor asks


def test_staff_without_a_factor_are_led_to_set_one_up_and_then_go_on(acme):
    with_app(acme.admin)
    ask_second_factor_of_staff(days=0, actor=again(acme.admin), at=clock.now())
    client, _ = signed_in(acme.cam)
    shut = client.get("/acme/console/leads/?q=a")
    assert shut["Location"] == f"{SECURITY}?next=%2Facme%2Fconsole%2Fleads%2F%3Fq%3Da"
    page = client.get(shut["Location"]).content.decode()
    assert "Acme Networks asks its people for a second factor." in page
    client.get("/accounts/security/app/")
    client.post("/accounts/security/app/", {"code": code_of(client.session["mfa.totp.secret"])})
    assert "/acme/console/leads/?q=a" in client.get(SECURITY).content.decode()
    assert client.get("/acme/console/leads/").status_code == 200


def test_until_the_day_staff_are_only_reminded_and_partner_people_never(acme, client_of):
    with_app(acme.admin)
    ask_second_factor_of_staff(days=14, actor=again(acme.admin), at=clock.now())
    page = client_of(acme.cam).get("/acme/console/")
    assert page.status_code == 200
    assert "you need a second factor to sign in" in page.content.decode()
    assert "second factor" not in client_of(acme.admin).get("/acme/console/").content.decode()
    with time_machine.travel(clock.now() + timedelta(days=15)):
        assert client_of(acme.cam).get("/acme/console/").status_code == 302
        assert client_of(acme.beta_seller).get("/acme/portal/").status_code == 200
        assert client_of(acme.zeta_admin).get("/zeta/console/").status_code == 200


def test_nobody_without_a_factor_asks_it_of_others_and_only_administrators_do(acme):
    with pytest.raises(Refused, match="for yourself first"):
        ask_second_factor_of_staff(days=7, actor=acme.admin, at=clock.now())
    with_app(acme.chief)
    with pytest.raises(Forbidden):
        ask_second_factor_of_staff(days=7, actor=again(acme.chief), at=clock.now())
    with_app(acme.admin)
    with pytest.raises(Refused, match="between 0 and 90"):
        ask_second_factor_of_staff(days=91, actor=again(acme.admin), at=clock.now())
    with entering(acme.admin.context):
        assert not SignInPolicy.objects.exists()


def test_the_last_factor_stays_while_a_vendor_asks_for_it(acme):
    with_app(acme.admin)
    ask_second_factor_of_staff(days=0, actor=again(acme.admin), at=clock.now())
    secret = with_app(acme.cam)
    client, _ = signed_in(acme.cam)
    client.post(CODE, {"code": code_of(secret)})
    refused = client.post("/accounts/security/app/remove/")
    if refused.status_code == 302:  # asked for the password once more
        client.post(refused["Location"], {"password": PASSWORD})
        refused = client.post("/accounts/security/app/remove/")
    assert "this is your only one" in refused.content.decode()
    assert Authenticator.objects.filter(user_id=acme.cam.user_id, type="totp").exists()


def test_the_page_of_the_vendor_says_who_has_only_a_password(acme, client_of):
    with_app(acme.admin)
    client = client_of(acme.admin)
    page = client.get("/acme/console/people/signing-in/").content.decode()
    assert "Cam Miller" in page
    assert "Ada Admin" not in page.split("Only a password so far")[1]
    with entering(acme.admin.context):
        assert acme.admin.seat_id not in {seat.pk for seat in staff_without_second_factor()}
    assert client.post("/acme/console/people/signing-in/", {"ask": "1", "days": "10"}).status_code == 302
    assert seats_of_user(acme.cam.user_id)[0].second_factor_at is not None
    assert client.post("/acme/console/people/signing-in/", {"days": "10"}).status_code == 302
    assert seats_of_user(acme.cam.user_id)[0].second_factor_at is None
    assert client_of(acme.chief).get("/acme/console/people/signing-in/").status_code == 403


def test_an_administrator_takes_a_lost_factor_away_and_it_is_written_down(acme, client_of):
    with_app(acme.cam)
    elsewhere = client_of(acme.cam)
    assert elsewhere.get("/acme/console/").status_code == 200
    with entering(acme.admin.context):
        uid = Seat.objects.get(pk=acme.cam.seat_id).uid
    answer = client_of(acme.admin).post(f"/acme/console/people/{uid}/second-factor/")
    assert answer.status_code == 302
    jobs.run_pending()
    assert not Authenticator.objects.filter(user_id=acme.cam.user_id).exists()
    assert elsewhere.get("/acme/console/").status_code == 302, "signed out everywhere"
    assert "removed every second factor" in mail.outbox[-1].body
    with entering(acme.admin.context):
        event = Event.objects.get(subject_type="seat", verb="second_factor_reset")
    assert (event.subject_id, event.actor_seat_id) == (acme.cam.seat_id, acme.admin.seat_id)


def test_a_vendor_cannot_open_a_log_in_that_others_rely_on(acme):
    with entering(acme.admin.context):
        partner_seat = Seat.objects.get(pk=acme.beta_executive.seat_id)
        own = Seat.objects.get(pk=acme.admin.seat_id)
    with pytest.raises(Refused, match="cannot be reset from here"):
        reset_second_factor(seat=partner_seat, actor=acme.admin, at=clock.now())
    with pytest.raises(Refused, match="another administrator"):
        reset_second_factor(seat=own, actor=acme.admin, at=clock.now())
    with pytest.raises(Forbidden):
        reset_second_factor(seat=own, actor=acme.chief, at=clock.now())
    assert jobs.run_pending() == 0


# Where one is signed in


def test_the_list_shows_every_place_and_which_one_is_this(acme):
    chrome = "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36"
    phone = "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1 Version/19.0 Safari/604.1"
    here, _ = signed_in(acme.cam, Client(headers={"user-agent": chrome}, REMOTE_ADDR="192.0.2.7"))
    there, _ = signed_in(acme.cam, Client(headers={"user-agent": phone}, REMOTE_ADDR="198.51.100.9"))
    there.get("/go/")
    page = here.get(SECURITY).content.decode()
    assert "Chrome on Windows" in page
    assert "Safari on iPhone" in page
    assert "192.0.2.7" in page
    assert "198.51.100.9" in page
    assert page.count("this one") == 1


def test_one_place_is_signed_out_and_the_others_stay(acme):
    here, _ = signed_in(acme.cam)
    there, _ = signed_in(acme.cam)
    for client in (here, there):
        client.get(SECURITY)
    row = SignIn.objects.get(session_key=there.session.session_key)
    here.post(f"{SECURITY}places/{row.uid}/end/")
    assert here.get("/acme/console/").status_code == 200
    assert there.get("/acme/console/").status_code == 302
    assert not SignIn.objects.filter(pk=row.pk).exists()


def test_nobody_signs_somebody_else_out(acme):
    here, _ = signed_in(acme.cam)
    other, _ = signed_in(acme.other_cam)
    for client in (here, other):
        client.get(SECURITY)
    row = SignIn.objects.get(user_id=acme.other_cam.user_id)
    assert here.post(f"{SECURITY}places/{row.uid}/end/").status_code == 404
    here.post(f"{SECURITY}places/others/end/")
    assert other.get("/acme/console/").status_code == 200


def test_a_new_password_signs_out_everywhere_else(acme):
    here, _ = signed_in(acme.cam)
    there, _ = signed_in(acme.cam)
    for client in (here, there):
        client.get(SECURITY)
    key = there.session.session_key
    changed = here.post(
        "/accounts/password/change/",
        {"oldpassword": PASSWORD, "password1": "quite another sentence", "password2": "quite another sentence"},
    )
    assert changed.status_code == 302
    assert here.get("/acme/console/").status_code == 200
    assert there.get("/acme/console/").status_code == 302
    assert not Session.objects.filter(session_key=key).exists()
    jobs.run_pending()
    assert "password of your log-in was changed" in mail.outbox[-1].body


def test_a_session_planted_before_log_in_is_not_the_one_after(acme):
    client = Client()
    client.get(LOGIN)
    session = client.session
    session["planted"] = True
    session.save()
    planted = session.session_key
    client.cookies["sessionid"] = planted
    signed_in(acme.cam, client)
    assert client.session.session_key != planted
    assert not Session.objects.filter(session_key=planted).exists()
    thief = Client()
    thief.cookies["sessionid"] = planted
    assert thief.get("/acme/console/").status_code == 302


def test_a_place_is_written_down_at_most_every_five_minutes(acme, django_assert_num_queries):
    client, _ = signed_in(acme.cam)
    client.get(SECURITY)
    row = SignIn.objects.get(user_id=acme.cam.user_id)
    with time_machine.travel(clock.now() + timedelta(minutes=2)):
        client.get(SECURITY)
        assert SignIn.objects.get(pk=row.pk).last_seen_at == row.last_seen_at
    with time_machine.travel(clock.now() + timedelta(minutes=6)):
        client.get(SECURITY)
        later = SignIn.objects.get(pk=row.pk)
        assert later.last_seen_at > row.last_seen_at
        assert later.started_at == row.started_at


def test_places_whose_sessions_are_over_are_forgotten(acme):
    client, _ = signed_in(acme.cam)
    client.get(SECURITY)
    assert forget_ended_sign_ins(clock.now()) == 0
    assert forget_ended_sign_ins(clock.now() + timedelta(days=30)) == 1
    assert not SignIn.objects.filter(user_id=acme.cam.user_id).exists()


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox on Linux"),
        ("Mozilla/5.0 (Macintosh) AppleWebKit (KHTML) Chrome/140 Safari/537 Edg/140", "Edge on Mac"),
        ("curl/8.5.0", "An unknown device"),
        ("", "An unknown device"),
    ],
)
def test_a_device_is_said_in_words(agent, words):
    assert device_words(agent) == words

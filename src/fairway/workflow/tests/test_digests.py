from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.core import mail
from django.db import connection

from fairway.core import jobs
from fairway.core.access import system_member
from fairway.core.tenancy.acting import acting_for
from fairway.core.tenancy.actions.preferences import choose_language_and_time
from fairway.core.tenancy.context import entering
from fairway.core.tenancy.models import Seat, User
from fairway.workflow.actions.choices import choose
from fairway.workflow.actions.digests import send_digests
from fairway.workflow.actions.notifications import mark_read, notify
from fairway.workflow.models import Mail, Notification
from fairway.workflow.rules.digests import last_due

NIGHT = datetime(2026, 3, 4, 1, tzinfo=UTC)  # a Wednesday
MORNING = datetime(2026, 3, 4, 7, 30, tzinfo=UTC)


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NIGHT, tick=False) as traveller:
        yield traveller


def lives_in(member, zone, language="en"):
    choose_language_and_time(user=User.objects.get(pk=member.user_id), language=language, time_zone=zone)


def wants_digest(member, zone="Europe/London", language="en", **when):
    lives_in(member, zone, language)
    ways = {"offer.offered": "digest", "offer.recalled": "digest", "protection.expired": "digest"}
    choose(ways=ways, actor=member, at=NIGHT, **when)


def happen(cast, member, at, title="Wi-Fi"):
    values = {"title": title, "place": "Köln", "until": at, "reason": "Doppelt"}
    with acting_for(system_member(cast.acme.pk, "test")):
        notify([member.seat_id], "offer.offered", values, "portal/offers/1/", at=at)
        notify([member.seat_id], "protection.expired", {"customer": "Grün <b>"}, "portal/protections/", at=at)


def send(cast, at):
    count = send_digests(vendor_id=cast.acme.pk, at=at)
    jobs.run_pending()
    return count


@pytest.mark.parametrize(
    ("now", "zone", "days", "minute", "due"),
    [
        ("2026-03-04T07:30+00:00", "UTC", "daily", 450, "2026-03-04T07:30+00:00"),
        ("2026-03-04T07:29+00:00", "UTC", "daily", 450, "2026-03-03T07:30+00:00"),
        ("2026-03-04T06:29+00:00", "Europe/Berlin", "daily", 450, "2026-03-03T06:30+00:00"),
        ("2026-03-08T12:00+00:00", "UTC", "weekdays", 450, "2026-03-06T07:30+00:00"),
        ("2026-03-08T12:00+00:00", "UTC", "weekly", 450, "2026-03-02T07:30+00:00"),
        ("2026-03-09T07:30+00:00", "UTC", "weekly", 450, "2026-03-09T07:30+00:00"),
        ("2026-03-09T07:29+00:00", "UTC", "weekly", 450, "2026-03-02T07:30+00:00"),
        ("2026-03-03T20:00+00:00", "Pacific/Auckland", "daily", 450, "2026-03-03T18:30+00:00"),
        # In Berlin 2:30 does not exist on 29 March.
        ("2026-03-29T12:00+00:00", "Europe/Berlin", "daily", 150, "2026-03-29T01:30+00:00"),
    ],
)
def test_the_last_due_moment(now, zone, days, minute, due):
    found = last_due(datetime.fromisoformat(now), zone, days, minute)
    assert found.timestamp() == datetime.fromisoformat(due).timestamp()


def test_what_happened_comes_as_one_mail_by_noun_with_links_and_once(acme, settings):
    settings.BASE_URL = "https://fairway.example"
    wants_digest(acme.beta_seller)
    happen(acme, acme.beta_seller, NIGHT)
    jobs.run_pending()
    assert mail.outbox == []
    assert send(acme, MORNING - timedelta(minutes=1)) == 0
    assert send(acme, MORNING) == 1
    assert send(acme, MORNING) == send(acme, MORNING + timedelta(hours=3)) == 0
    [sent] = mail.outbox
    assert sent.to == ["Sal Seller <seller@beta.example>"]
    assert sent.subject == "2 things new at Acme Networks"
    html = sent.alternatives[0].content
    assert (
        html.index("Leads and offers") < html.index("New lead offered: Wi-Fi") < html.index("Deals and registrations")
    )
    assert 'href="https://fairway.example/acme/portal/offers/1/"' in html
    assert "Grün &lt;b&gt;" in html
    assert "https://fairway.example/acme/portal/protections/" in sent.body
    assert "portal/notifications/settings/" in sent.body


def test_a_digest_is_in_the_readers_language_and_comes_in_the_readers_morning(acme):
    wants_digest(acme.beta_seller, "America/New_York", "de")
    happen(acme, acme.beta_seller, NIGHT)
    assert send(acme, MORNING + timedelta(hours=4)) == 0
    assert send(acme, MORNING + timedelta(hours=5)) == 1
    assert mail.outbox[0].subject == "2 Neuigkeiten bei Acme Networks"
    assert "Neuer Lead angeboten: Wi-Fi" in mail.outbox[0].body


def test_nothing_new_and_what_was_read_write_no_mail(acme):
    wants_digest(acme.beta_seller)
    assert send(acme, MORNING) == 0
    happen(acme, acme.beta_seller, NIGHT)
    mark_read(actor=acme.beta_seller, at=NIGHT)
    assert send(acme, MORNING) == 0
    assert mail.outbox == []


def test_a_worker_that_was_away_for_days_catches_up_with_one_mail(acme):
    wants_digest(acme.beta_seller)
    for days in range(3):
        happen(acme, acme.beta_seller, NIGHT + timedelta(days=days), f"Day {days}")
    assert send(acme, NIGHT + timedelta(days=2)) == 1
    [sent] = mail.outbox
    assert ("Day 0" in sent.body, "Day 1" in sent.body, "Day 2" in sent.body) == (True, True, False)
    assert send(acme, MORNING + timedelta(days=2)) == 1
    assert "Day 2" in mail.outbox[1].body


def test_weekdays_and_weekly_wait_for_their_day(acme):
    saturday = NIGHT + timedelta(days=3)
    wants_digest(acme.beta_seller)
    wants_digest(acme.gamma_seller, digest_days="weekly")
    happen(acme, acme.beta_seller, saturday)
    happen(acme, acme.gamma_seller, NIGHT)
    assert send(acme, saturday + timedelta(days=1)) == 0
    assert send(acme, MORNING + timedelta(days=5)) == 2


def test_each_way_does_what_it_says(acme):
    for way in ("mail", "digest", "bell", "off"):
        choose(ways={"offer.offered": way, "protection.expired": "off"}, actor=acme.beta_seller, at=NIGHT)
        happen(acme, acme.beta_seller, NIGHT, way)
    with acting_for(acme.admin):
        told = Notification.objects.order_by("pk").values_list("title", "is_for_digest")
        assert list(told) == [
            ("New lead offered: mail", False), ("New lead offered: digest", True), ("New lead offered: bell", False),
        ]  # fmt: skip
        assert list(Mail.objects.values_list("subject", flat=True)) == ["New lead offered: mail"]


def test_the_default_of_a_role_holds_until_a_person_chooses(acme):
    lives_in(acme.chief, "Europe/London")
    with acting_for(system_member(acme.acme.pk, "test")):
        for member in (acme.chief, acme.cam):
            values = {"partner": "Beta", "title": "Wi-Fi"}
            notify([member.seat_id], "offer.lapsed", values, at=NIGHT)
        assert list(Mail.objects.values_list("to_email", flat=True)) == [acme.cam.seat.email]
    assert send(acme, MORNING) == 1


def test_a_seat_that_was_closed_gets_no_digest(acme):
    wants_digest(acme.beta_seller)
    happen(acme, acme.beta_seller, NIGHT)
    with acting_for(acme.admin):
        Seat.objects.filter(pk=acme.beta_seller.seat_id).update(is_active=False)
    assert send(acme, MORNING) == 0
    assert mail.outbox == []


def test_many_workers_write_one_digest(committed):
    cast = committed
    wants_digest(cast.beta_seller)
    happen(cast, cast.beta_seller, NIGHT)

    def work(_number):
        try:
            return send_digests(vendor_id=cast.acme.pk, at=MORNING)
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(work, range(16))) == 1
    with entering(cast.admin.context):
        assert Mail.objects.filter(kind="digest").count() == 1

"""What is expected, in a person's own calendar: a valid file behind an address that is secret and ends when told."""

import re
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from fairway.core.access import Forbidden
from fairway.core.tenancy.acting import acting_for
from fairway.core.tenancy.actions.seats import close_seat, open_seat
from fairway.core.tenancy.context import entering
from fairway.core.tenancy.models import Seat
from fairway.leads.actions.calendars import end_feed, make_feed
from fairway.leads.actions.work import log_touch, set_next_step
from fairway.leads.models import CalendarFeed
from fairway.leads.queries.calendars import calendar_path
from fairway.leads.rules.calendar import Entry, calendar, folded
from fairway.leads.tests.makers import SECRETS, accepted, offered
from fairway.leads.tests.test_races import at_once

NOON = datetime(2026, 3, 4, 17, tzinfo=UTC)  # a Wednesday; Beta is in New York


@pytest.fixture(autouse=True)
def _now():
    with time_machine.travel(NOON, tick=False):
        yield


def address_of(cast, member=None):
    feed = make_feed(actor=member or cast.beta_seller, at=NOON)
    return calendar_path("acme", feed.uid)


def read(path, **headers):
    return Client().get(path, headers=headers)


def events_in(text):
    """Entries as dicts, after unfolding."""
    lines = text.replace("\r\n ", "").split("\r\n")
    found = []
    for line in lines:
        if line == "BEGIN:VEVENT":
            found.append({})
        elif found and ":" in line and not line.startswith(("END:", "BEGIN:")):
            name, _colon, value = line.partition(":")
            found[-1][name] = value
    return found


def test_the_calendar_tells_what_the_page_tells_in_the_persons_own_name(acme):
    offered(acme)
    lead = accepted(acme, need="Hall", company="Hall & Sons; Ltd, Kiel")
    log_touch(subject=lead, actor=acme.beta_seller, at=NOON, kind="call", outcome="reached")
    with entering(acme.beta_seller.context):
        fresh = type(lead).objects.get(pk=lead.pk)
    set_next_step(lead=fresh, actor=acme.beta_seller, at=NOON, next_step="Call again", on=date(2026, 3, 6))
    answer = read(address_of(acme))
    assert (answer.status_code, answer["Content-Type"]) == (200, "text/calendar; charset=utf-8")
    text = answer.content.decode()
    found = {each["SUMMARY"]: each for each in events_in(text)}
    offer = found["Answer the offer: Wi-Fi for a new warehouse"]
    assert offer["DTEND"] > offer["DTSTART"]
    step = found["Next step: Hall & Sons\\; Ltd\\, Kiel: Call again"]
    assert (step["DTSTART;VALUE=DATE"], step["DTEND;VALUE=DATE"]) == ("20260306", "20260307")
    assert step["URL"].endswith(f"/acme/portal/leads/{lead.uid}/")
    assert any(name.startswith("Say how good the lead is") for name in found)
    assert len({each["UID"] for each in found.values()}) == len(found) == 3
    assert not [secret for secret in SECRETS[:4] if secret in text]
    assert not read(address_of(acme, acme.gamma_seller)).content.decode().count("BEGIN:VEVENT")


def test_every_line_ends_as_the_standard_says_and_is_short_enough(acme):
    accepted(acme, need="x" * 150, company="Überlange Straßen- und Brückenbaugesellschaft " * 4)
    raw = read(address_of(acme)).content
    assert raw.startswith(b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:")
    assert raw.endswith(b"END:VCALENDAR\r\n")
    lines = raw.split(b"\r\n")
    assert max(map(len, lines)) <= 75
    assert b"\n" not in b"".join(lines)
    for line in lines:
        line.decode()


@given(st.text(max_size=300))
def test_no_letter_is_cut_and_unfolding_gives_the_line_again(text):
    line = "SUMMARY:" + re.sub(r"[\r\n]", "", text)
    parts = list(folded(line))
    assert all(len(part.encode()) <= 75 for part in parts)
    assert parts[0] + "".join(part[1:] for part in parts[1:]) == line


@given(st.text(max_size=80), st.text(max_size=80))
def test_what_people_typed_never_becomes_a_line_of_its_own(summary, text):
    entry = Entry("1", summary, text, "https://fairway.example/x/", NOON)
    made = calendar("Acme", [entry], owner="me", host="fairway.example", at=NOON)
    lines = made.replace("\r\n ", "").split("\r\n")
    assert "\n" not in "".join(lines)
    assert "\r" not in "".join(lines)
    assert [line for line in lines if line.startswith("BEGIN:")] == ["BEGIN:VCALENDAR", "BEGIN:VEVENT"]


def test_a_new_address_ends_the_old_one_and_ending_it_ends_all(acme):
    offered(acme)
    first = address_of(acme)
    second = address_of(acme)
    assert (read(first).status_code, read(second).status_code) == (404, 200)
    assert end_feed(actor=acme.beta_seller, at=NOON)
    assert not end_feed(actor=acme.beta_seller, at=NOON)
    assert read(second).status_code == 404


def test_an_address_that_is_forged_bent_or_of_another_vendor_is_one_answer(acme):
    path = address_of(acme)
    body, time, mark = path.split("/")[4].removesuffix(".ics").split(":")
    bent = [
        f"/acme/public/calendar/{body}x:{time}:{mark}.ics", f"/acme/public/calendar/{body}:{time}:{mark[:-2]}aa.ics",
        "/acme/public/calendar/nonsense.ics", path.replace("/acme/", "/zeta/"),
    ]  # fmt: skip
    answers = [read(each) for each in bent]
    assert {(answer.status_code, answer.content) for answer in answers} == {(404, b"There is no calendar here.")}


def test_the_address_ends_with_the_persons_access(acme):
    path = address_of(acme)
    with acting_for(acme.admin):
        Seat.objects.filter(pk=acme.beta_seller.seat_id).update(is_active=False)
    assert read(path).status_code == 404


def test_an_address_does_not_work_again_when_its_seat_was_closed_and_opened_anew(acme):
    path, other = address_of(acme), address_of(acme, acme.beta_executive)
    with entering(acme.admin.context):
        seat = Seat.objects.select_related("partner").get(pk=acme.beta_seller.seat_id)
    close_seat(seat=seat, actor=acme.admin, at=NOON)
    with pytest.raises(Forbidden):
        make_feed(actor=acme.beta_seller, at=NOON)
    open_seat(seat=seat, actor=acme.admin, at=NOON)
    assert (read(path).status_code, read(other).status_code) == (404, 200)
    assert read(address_of(acme)).status_code == 200


@pytest.mark.race
def test_of_two_addresses_made_at_once_one_stays(committed):
    for _again in range(4):
        made = at_once(*[lambda: make_feed(actor=committed.beta_seller, at=NOON)] * 2)
        assert [type(each) for each in made] == [CalendarFeed] * 2, made
        with entering(committed.beta_seller.context):
            assert CalendarFeed.objects.filter(ended_at=None).count() == 1


def test_a_second_factor_is_not_gone_around(acme):
    offered(acme)
    path = address_of(acme)
    Authenticator.objects.create(user_id=acme.beta_seller.user_id, type=Authenticator.Type.TOTP, data={"secret": "x"})
    text = read(path).content.decode()
    assert "SUMMARY:Answer the offer\r\n" in text
    assert "warehouse" not in text


def test_nobody_keeps_it_and_what_is_the_same_is_not_sent_again(acme):
    offered(acme)
    path = address_of(acme)
    first = read(path)
    assert (first["Cache-Control"], first["Referrer-Policy"]) == ("private, no-cache", "no-referrer")
    assert "noindex" in first["X-Robots-Tag"]
    assert "Set-Cookie" not in first.headers
    later = read(path, if_none_match=first["ETag"])
    assert (later.status_code, later.content) == (304, b"")
    with time_machine.travel(NOON + timedelta(days=30), tick=False):
        assert read(path).status_code == 200


def test_an_address_that_is_read_without_end_is_told_to_wait(acme):
    path = address_of(acme)
    statuses = [read(path).status_code for _again in range(31)]
    assert statuses == [200] * 30 + [429]


def test_the_page_makes_shows_renews_and_ends_the_own_address_and_staff_have_none(acme, client_of):
    client, page = client_of(acme.beta_seller), "/acme/portal/leads/expected/calendar/"
    assert "No address yet" in client.get(page).content.decode()
    assert client.post(f"{page}making/").status_code == 302
    text = client.get(page).content.decode()
    path = re.search(r'value="https?://[^/"]+(/acme/public/calendar/[^"]+)"', text)[1]
    assert read(path).status_code == 200
    colleague = client_of(acme.beta_executive).get(page).content.decode()
    assert path not in colleague
    assert client.post(f"{page}ending/").status_code == 302
    assert read(path).status_code == 404
    for nobody in (acme.cam, acme.admin):
        with pytest.raises(Forbidden):
            make_feed(actor=nobody, at=NOON)
    with entering(acme.admin.context):
        assert CalendarFeed.objects.count() == 1

"""Days away: who may stand in, on which days, and that it ends by itself."""

from datetime import UTC, date, datetime, timedelta
from threading import Barrier, Thread

import pytest
from django.db import connection
from tests import cast
from tests.api import Program, token_of

from fairway.core import clock
from fairway.core.access import Forbidden
from fairway.core.events.models import Event
from fairway.core.refusals import Refused
from fairway.core.tenancy.acting import acting_for
from fairway.core.tenancy.actions.covers import end_cover, set_cover
from fairway.core.tenancy.actions.roles import change_own_role, copy_role
from fairway.core.tenancy.actions.seats import change_role, close_seat
from fairway.core.tenancy.context import entering
from fairway.core.tenancy.covers import Cover
from fairway.core.tenancy.models import Partner, Seat, User
from fairway.core.tenancy.queries import deputies_for, links_at
from fairway.core.tenancy.standing_in import Link, bounds, circle, deputies_of, stood_in_for

DAY = timedelta(days=1)


def seat_of(member) -> Seat:
    with acting_for(member):
        return Seat.objects.select_related("custom_role", "partner").get(pk=member.seat_id)


def again(member):
    """The member as the next request sees it."""
    return cast.member(seat_of(member))


def cover(who, deputy, *, first=0, last=3, actor=None, at=None) -> Cover:
    """From `first` days after today to `last`, on the clocks of New York."""
    today = clock.today("America/New_York")
    return set_cover(
        seat=seat_of(who), deputy=seat_of(deputy), first_on=today + first * DAY, last_on=today + last * DAY,
        actor=actor or who, at=at or clock.now(),
    )  # fmt: skip


def at(day: int, hour: int = 0) -> datetime:
    return datetime(2026, 6, day, hour, tzinfo=UTC)


def leave(acme, who) -> None:
    """Somebody goes who has no partners any more."""
    with acting_for(acme.admin):
        Partner.objects.filter(cam_id=who.seat_id).update(cam=None)
    close_seat(seat=seat_of(who), actor=acme.admin, at=clock.now())


def covers_of(acme) -> int:
    with entering(acme.admin.context):
        return Cover.objects.count()


@pytest.mark.parametrize(
    ("first", "last", "zone", "hours"),
    [
        (date(2026, 10, 25), date(2026, 10, 25), "Europe/Berlin", 25),
        (date(2026, 3, 29), date(2026, 3, 29), "Europe/Berlin", 23),
        (date(2026, 9, 6), date(2026, 9, 6), "America/Santiago", 23),  # its clocks jump at midnight
        (date(2026, 4, 4), date(2026, 4, 4), "America/Santiago", 25),
        (date(2026, 12, 24), date(2026, 12, 24), "Asia/Tokyo", 24),
    ],
)
def test_days_are_whole_on_the_clocks_of_who_is_away(first, last, zone, hours):
    start, until = bounds(first, last, zone)
    assert until - start == timedelta(hours=hours)
    assert until == bounds(last + DAY, last + DAY, zone)[0], "the next day begins where this one ends"


def test_who_is_away_in_turn_passes_it_on_and_a_circle_ends():
    links = [Link(1, 2, at(1), at(9)), Link(2, 3, at(1), at(9))]
    assert stood_in_for(3, links) == (1, 2)
    assert stood_in_for(2, links) == (1,)
    assert deputies_of(1, links) == (2, 3)
    around = [*links, Link(3, 1, at(1), at(9))]
    assert deputies_of(1, around) == (2, 3)
    assert stood_in_for(1, around) == (2, 3)


@pytest.mark.parametrize(
    ("new", "found"),
    [
        (Link(3, 1, at(1), at(9)), (1, 2, 3)),
        (Link(2, 1, at(1), at(9)), (1, 2)),
        (Link(3, 1, at(9), at(12)), None),  # begins when the others are back
        (Link(3, 1, at(1), at(4)), None),  # over before the second is away
        (Link(3, 4, at(1), at(9)), None),
    ],
)
def test_a_circle_is_one_only_where_all_are_away_at_once(new, found):
    assert (
        circle(
            new, [Link(1, 2, at(1), at(9)), Link(2, 3, at(5), at(9))] if found != (1, 2) else [Link(1, 2, at(1), at(9))]
        )
        == found
    )


def test_a_deputy_is_named_for_days_and_stands_in_by_itself_until_they_end(acme):
    row = cover(acme.deal_desk, acme.chief)
    assert again(acme.chief).answers_for == (acme.chief.seat_id, acme.deal_desk.seat_id)
    assert again(acme.deal_desk).answers_for == (acme.deal_desk.seat_id,)
    assert row.time_zone == "America/New_York"
    with entering(acme.admin.context):
        assert links_at(row.ends_until) == []
        assert [link.deputy_id for link in links_at(row.ends_until - timedelta(seconds=1))] == [acme.chief.seat_id]
        event = Event.objects.get(subject_type="cover")
    assert (event.verb, event.data["deputy"]) == ("set", acme.chief.seat_id)
    end_cover(cover=row, actor=acme.chief, at=clock.now())
    assert again(acme.chief).answers_for == (acme.chief.seat_id,)
    with pytest.raises(Refused, match="over already"):
        end_cover(cover=row, actor=acme.deal_desk, at=clock.now())


def test_one_that_is_to_come_does_not_count_yet(acme):
    cover(acme.deal_desk, acme.chief, first=1)
    assert again(acme.chief).answers_for == (acme.chief.seat_id,)


def test_the_days_are_those_of_the_persons_own_time_zone(acme):
    User.objects.filter(pk=acme.deal_desk.user_id).update(time_zone="Pacific/Auckland")
    row = cover(acme.deal_desk, acme.chief, first=2, last=2, actor=acme.admin)
    assert row.time_zone == "Pacific/Auckland"
    assert (row.starts_at, row.ends_until) == bounds(row.first_on, row.last_on, "Pacific/Auckland")


def test_only_who_manages_people_sets_it_for_somebody_else(acme):
    for who in (acme.chief, acme.deal_desk, acme.operations):
        with pytest.raises(Forbidden):
            cover(acme.cam, acme.other_cam, actor=who)
    with pytest.raises(Forbidden):
        cover(acme.beta_seller, acme.beta_seller, actor=acme.beta_seller)
    assert covers_of(acme) == 0
    row = cover(acme.cam, acme.other_cam, actor=acme.admin)
    with pytest.raises(Forbidden):
        end_cover(cover=row, actor=acme.chief, at=clock.now())
    assert again(acme.other_cam).answers_for == (acme.other_cam.seat_id, acme.cam.seat_id)


@pytest.mark.parametrize(
    ("who", "deputy", "why"),
    [
        ("deal_desk", "finance", "could not decide"),
        ("deal_desk", "cam", "could not decide"),
        ("chief", "operations", "could not decide"),
        ("deal_desk", "beta_executive", "no open seat among the staff"),
        ("deal_desk", "deal_desk", "nobody stands in for themselves"),
    ],
)
def test_a_deputy_must_hold_a_role_that_could_decide(acme, who, deputy, why):
    with pytest.raises(Refused, match=why):
        cover(getattr(acme, who), getattr(acme, deputy))
    assert covers_of(acme) == 0


def test_an_own_edition_without_deciding_and_staff_of_some_territories_cannot_stand_in(acme):
    role = copy_role(base="chief", name="Chief of few", actor=acme.admin, at=clock.now())
    kept = set(role.permissions) - {"registration.decide"}
    role = change_own_role(role=role, name=role.name, permissions=kept, actor=acme.admin, at=clock.now())
    change_role(seat=seat_of(acme.chief), role="chief", custom_role=role, actor=acme.admin, at=clock.now())
    with pytest.raises(Refused, match="could not decide"):
        cover(acme.deal_desk, acme.chief)
    with acting_for(acme.admin):
        Seat.objects.filter(pk=acme.other_cam.seat_id).update(territory_ids=[1])
    with pytest.raises(Refused, match="a part of the channel only"):
        cover(acme.cam, acme.other_cam)
    with entering(acme.admin.context):
        assert acme.other_cam.seat_id not in {seat.pk for seat in deputies_for(seat_of(acme.cam))}


@pytest.mark.parametrize(
    ("first", "last", "why"),
    [(3, 2, "before the first"), (-4, -2, "past"), (0, 400, "366 days")],
)
def test_days_that_make_no_sense_are_refused(acme, first, last, why):
    with pytest.raises(Refused, match=why):
        cover(acme.deal_desk, acme.chief, first=first, last=last)
    assert covers_of(acme) == 0


def test_one_person_has_one_deputy_at_a_time(acme):
    cover(acme.cam, acme.other_cam, first=5, last=8)
    with pytest.raises(Refused, match="covered already by Otto Kamp"):
        cover(acme.cam, acme.chief, first=8, last=9)
    cover(acme.cam, acme.chief, first=9, last=9)
    assert covers_of(acme) == 2


def test_nobody_stands_in_for_each_other_in_a_circle(acme):
    cover(acme.cam, acme.other_cam)
    with pytest.raises(Refused, match=r"Otto Kamp → Cam Miller → Otto Kamp"):
        cover(acme.other_cam, acme.cam)
    cover(acme.other_cam, acme.cam, first=9, last=12)
    assert covers_of(acme) == 2


def test_a_deputy_of_a_deputy_stands_in_while_both_are_away_and_a_closed_seat_breaks_the_chain(acme):
    cover(acme.cam, acme.other_cam)
    cover(acme.other_cam, acme.chief)
    assert set(again(acme.chief).answers_for) == {acme.chief.seat_id, acme.cam.seat_id, acme.other_cam.seat_id}
    leave(acme, acme.other_cam)
    assert again(acme.chief).answers_for == (acme.chief.seat_id,)
    with entering(acme.admin.context):
        assert links_at(clock.now()) == []


@pytest.mark.race
def test_of_two_who_name_each_other_at_once_one_is_refused(committed):
    start, said = Barrier(2), []

    def work(who, deputy):
        try:
            start.wait()
            cover(who, deputy)
            said.append("set")
        except Refused:
            said.append("refused")
        finally:
            connection.close()

    pairs = [(committed.cam, committed.other_cam), (committed.other_cam, committed.cam)]
    threads = [Thread(target=work, args=pair) for pair in pairs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(said) == ["refused", "set"]


def test_a_person_names_a_deputy_on_the_own_page_and_takes_it_back(acme, client_of):
    browser, page = client_of(acme.deal_desk), "/acme/console/covers/"
    shown = browser.get(page).content.decode()
    assert "Chris Chief" in shown
    assert "Finn Ledger" not in shown
    today = clock.today("America/New_York")
    values = {"deputy": str(seat_of(acme.chief).uid), "first_on": today.isoformat(), "last_on": today.isoformat()}
    assert browser.post(page, {**values, "last_on": (today - DAY).isoformat()}).status_code == 422
    assert covers_of(acme) == 0
    assert browser.post(page, values).status_code == 302
    assert "Chris Chief stands in for Dana Desk" in browser.get(page).content.decode()
    with entering(acme.admin.context):
        uid = Cover.objects.get().uid
    assert client_of(acme.finance).post(f"{page}{uid}/end/").status_code == 403
    assert browser.post(f"{page}{uid}/end/").status_code == 302
    assert "Chris Chief stands in" not in browser.get(page).content.decode().split("<main")[1].split("Name a deputy")[0]


def test_an_administrator_sets_it_for_anyone_and_sees_that_a_deputy_has_left(acme, client_of):
    page = f"/acme/console/people/{seat_of(acme.cam).uid}/covers/"
    assert client_of(acme.chief).get(page).status_code == 403
    today = clock.today("America/New_York")
    values = {"deputy": str(seat_of(acme.other_cam).uid), "first_on": today.isoformat(), "last_on": today.isoformat()}
    browser = client_of(acme.admin)
    assert browser.post(page, values).status_code == 302
    leave(acme, acme.other_cam)
    assert "The deputy has left: nobody stands in" in browser.get(page).content.decode()


def test_a_program_names_a_deputy_and_ends_it(acme):
    program = Program(token_of(acme.admin))
    given = {"email": acme.cam.seat.email, "deputy_email": acme.other_cam.seat.email, "first_on": "2100-01-04"}
    made = program.call("POST", "covers", {**given, "last_on": "2100-01-08"})
    assert made.status_code == 201
    assert made.json()["seat_name"] == "Cam Miller"
    assert program.call("POST", "covers", {**given, "last_on": "2100-01-02"}).status_code == 422
    assert (
        program.call("POST", "covers", {**given, "deputy_email": "no@x.example", "last_on": "2100-01-05"}).status_code
        == 422
    )
    others = Program(token_of(acme.chief))
    assert others.call("POST", "covers", {**given, "last_on": "2100-01-08"}).status_code == 403
    assert others.call("POST", f"covers/{made.json()['uid']}/end", None).status_code == 404
    ended = program.call("POST", f"covers/{made.json()['uid']}/end", None)
    assert (ended.status_code, ended.json()["ended_at"] is None) == (200, False)
    assert [row["uid"] for row in program.call("GET", "covers").json()["items"]] == [made.json()["uid"]]

"""Business hours of a vendor's own, and of places where clocks change or the date is another one."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from fairway.core.access import Forbidden
from fairway.core.refusals import Refused
from fairway.core.tenancy.context import entering
from fairway.workflow.actions.hours import remove_hours, save_hours
from fairway.workflow.models import PlaceHours
from fairway.workflow.queries.hours import Hours, hours_after, hours_of_vendor
from fairway.workflow.rules.business_hours import add_business_time

AT = datetime(2026, 3, 4, 15, tzinfo=UTC)
WEEK = {str(day): [["09:00", "17:00"]] for day in range(5)}
ROUND_THE_CLOCK = {str(day): [["00:00", "24:00"]] for day in range(7)}
USUAL = Hours()


def at(text, zone):
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


def after(country, zone, start, hours, known=USUAL):
    return add_business_time(known.calendar(country, zone), start, hours * 60)


def test_business_hours_skip_night_and_weekend_of_the_place(acme):
    with entering(acme.admin.context):
        due = hours_after("DE", "Europe/Berlin", datetime(2026, 3, 6, 15, tzinfo=UTC), 2)
        unknown = hours_after("DE", "Nowhere/Land", datetime(2026, 3, 9, 9, tzinfo=UTC), 1)
    assert due == datetime(2026, 3, 9, 9, tzinfo=UTC)
    assert unknown == datetime(2026, 3, 9, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    ("country", "zone", "start", "hours", "due"),
    [
        # Spring: Sunday 29 March loses an hour in Berlin; Friday afternoon to Monday is the same on the wall clock.
        ("DE", "Europe/Berlin", "2026-03-27T16:00", 2, "2026-03-30T10:00"),
        # Autumn: Sunday 25 October has an hour twice.
        ("DE", "Europe/Berlin", "2026-10-23T16:00", 2, "2026-10-26T10:00"),
        ("US", "America/New_York", "2026-03-06T16:00", 2, "2026-03-09T10:00"),
        ("US", "America/New_York", "2026-10-30T16:00", 2, "2026-11-02T10:00"),
        # Both sides of the date line: Kiribati is a whole day before Samoa's neighbour on the other side.
        ("KI", "Pacific/Kiritimati", "2026-06-05T16:00", 2, "2026-06-08T10:00"),
        ("AS", "Pacific/Pago_Pago", "2026-06-05T16:00", 2, "2026-06-08T10:00"),
        ("NZ", "Pacific/Chatham", "2026-06-12T16:30", 1, "2026-06-15T09:30"),
    ],
)
def test_limits_are_right_on_the_wall_clock_of_the_place(country, zone, start, hours, due):
    assert after(country, zone, at(start, zone), hours) == at(due, zone)


def test_hours_of_the_night_of_a_clock_change_are_counted_as_they_pass(acme):
    known = Hours(((("DE", ""), own(acme, "DE", ROUND_THE_CLOCK)),))
    spring, autumn = at("2026-03-28T12:00", "Europe/Berlin"), at("2026-10-24T12:00", "Europe/Berlin")
    assert after("DE", "Europe/Berlin", spring, 24, known) == at("2026-03-29T13:00", "Europe/Berlin")
    assert after("DE", "Europe/Berlin", autumn, 24, known) == at("2026-10-25T11:00", "Europe/Berlin")
    assert after("DE", "Europe/Berlin", spring, 24, known) - spring == timedelta(hours=24)


def test_one_instant_is_another_day_at_the_date_line():
    start = datetime(2026, 6, 7, 20, tzinfo=UTC)  # Monday 10:00 on Kiritimati, Sunday 09:00 in Pago Pago
    assert after("KI", "Pacific/Kiritimati", start, 1) == datetime(2026, 6, 7, 21, tzinfo=UTC)
    assert after("AS", "Pacific/Pago_Pago", start, 1) == at("2026-06-08T10:00", "Pacific/Pago_Pago")


def own(cast, country, hours, **more):
    given = {"keeps_holidays": False, "closed_on": {}, "open_on": {}, **more}
    save_hours(country=country, state_code="", hours=hours, actor=cast.operations, at=AT, **given)
    with entering(cast.admin.context):
        return dict(hours_of_vendor().own)[country, ""]


def test_a_vendors_own_hours_count_before_the_usual_ones(acme):
    own(acme, "US", {"0": [["08:00", "12:00"], ["13:00", "15:00"]]})
    with entering(acme.admin.context):
        due = hours_after("US", "America/New_York", at("2026-03-09T11:00", "America/New_York"), 2)
        elsewhere = hours_after("DE", "Europe/Berlin", at("2026-03-09T11:00", "Europe/Berlin"), 2)
    assert due == at("2026-03-09T14:00", "America/New_York")
    assert elsewhere == at("2026-03-09T13:00", "Europe/Berlin")


def test_days_off_and_days_open_in_spite_of_a_holiday(acme):
    own(acme, "DE", WEEK, keeps_holidays=True, closed_on={"2026-12-24": "Christmas Eve"},
        open_on={"2026-05-01": "Stock-taking"})  # fmt: skip
    with entering(acme.admin.context):
        eve = hours_after("DE", "Europe/Berlin", at("2026-12-23T16:00", "Europe/Berlin"), 2)
        may = hours_after("DE", "Europe/Berlin", at("2026-04-30T16:00", "Europe/Berlin"), 2)
    assert eve == at("2026-12-28T10:00", "Europe/Berlin")
    assert may == at("2026-05-01T10:00", "Europe/Berlin")


@pytest.mark.parametrize(
    "wrong",
    [
        {"hours": {}},
        {"hours": {"0": [["17:00", "09:00"]]}},
        {"hours": {"0": [["09:00", "12:00"], ["11:00", "17:00"]]}},
        {"hours": {"8": [["09:00", "17:00"]]}},
        {"hours": {"0": [["9am", "17:00"]]}},
        {"hours": WEEK, "closed_on": {"24.12.": "x"}},
        {"hours": WEEK, "country": "XX"},
        {"hours": WEEK, "country": "", "state_code": "BY"},
        {"hours": WEEK, "closed_on": {"2026-05-01": ""}, "open_on": {"2026-05-01": ""}},
    ],
)
def test_hours_that_cannot_be_are_refused_and_nothing_is_kept(acme, wrong):
    given = {"country": "DE", "state_code": "", "keeps_holidays": True, "closed_on": {}, "open_on": {}, **wrong}
    with pytest.raises(Refused):
        save_hours(**given, actor=acme.operations, at=AT)
    with entering(acme.admin.context):
        assert not PlaceHours.objects.exists()


def test_who_may_not_edit_hours_changes_none(acme):
    with pytest.raises(Forbidden):
        save_hours(country="DE", state_code="", hours=WEEK, keeps_holidays=True, closed_on={}, open_on={},
                   actor=acme.cam, at=AT)  # fmt: skip
    with entering(acme.admin.context):
        assert not PlaceHours.objects.exists()


def test_removed_hours_leave_the_usual_ones(acme):
    own(acme, "US", {"0": [["08:00", "12:00"]]})
    with entering(acme.admin.context):
        row = PlaceHours.objects.get()
    remove_hours(row=row, actor=acme.operations, at=AT)
    with entering(acme.admin.context):
        assert hours_of_vendor() == Hours()

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairway.workflow.rules.business_hours import (
    BusinessCalendar,
    add_business_time,
    business_time_between,
    is_open,
)

NINE_TO_FIVE = ((time(9), time(17)),)
WEEKDAYS = dict.fromkeys(range(5), NINE_TO_FIVE)
BERLIN = BusinessCalendar(ZoneInfo("Europe/Berlin"), WEEKDAYS, {date(2026, 5, 1)})
ALWAYS = BusinessCalendar(ZoneInfo("Europe/Berlin"), dict.fromkeys(range(7), ((time(0), time(0)),)))
SPLIT = BusinessCalendar(
    ZoneInfo("America/New_York"), dict.fromkeys(range(6), ((time(8), time(12)), (time(13, 30), time(18))))
)
NIGHT = BusinessCalendar(ZoneInfo("America/Havana"), dict.fromkeys(range(7), ((time(20), time(0)),)))
CALENDARS = [BERLIN, ALWAYS, SPLIT, NIGHT]


def berlin(*parts):
    return datetime(*parts, tzinfo=ZoneInfo("Europe/Berlin"))


@pytest.mark.parametrize(
    ("start", "minutes", "expected"),
    [
        (berlin(2026, 1, 5, 10), 60, berlin(2026, 1, 5, 11)),
        (berlin(2026, 1, 5, 16, 30), 60, berlin(2026, 1, 6, 9, 30)),
        (berlin(2026, 1, 5, 9), 480, berlin(2026, 1, 5, 17)),
        (berlin(2026, 1, 5, 17), 1, berlin(2026, 1, 6, 9, 1)),
        (berlin(2026, 1, 9, 16), 120, berlin(2026, 1, 12, 10)),
        (berlin(2026, 1, 10, 12), 30, berlin(2026, 1, 12, 9, 30)),
        (berlin(2026, 4, 30, 16), 120, berlin(2026, 5, 4, 10)),
        (berlin(2026, 1, 5, 3), 0.5, berlin(2026, 1, 5, 9, 0, 30)),
        (berlin(2026, 1, 5, 3), Decimal("0.1"), berlin(2026, 1, 5, 9, 0, 6)),
        (berlin(2026, 1, 10, 12), 0, berlin(2026, 1, 10, 12)),
        # The clocks go forward in the night to Sunday, 29 March: 16:00 to 10:00 on the wall is an hour shorter.
        (berlin(2026, 3, 27, 16), 120, berlin(2026, 3, 30, 10)),
    ],
)
def test_business_time_is_added_over_nights_weekends_and_holidays(start, minutes, expected):
    assert add_business_time(BERLIN, start, minutes) == expected
    assert add_business_time(BERLIN, start, minutes).tzinfo is UTC


def test_a_day_on_which_the_clocks_change_has_its_real_length():
    assert business_time_between(ALWAYS, berlin(2026, 3, 29), berlin(2026, 3, 30)) == timedelta(hours=23)
    assert business_time_between(ALWAYS, berlin(2026, 10, 25), berlin(2026, 10, 26)) == timedelta(hours=25)
    # Midnight of 1 November 2026 comes twice in Havana; the evening before is not counted twice.
    havana = ZoneInfo("America/Havana")
    evening = datetime(2026, 10, 31, 12, tzinfo=havana), datetime(2026, 11, 1, 12, tzinfo=havana)
    assert business_time_between(NIGHT, *evening) == timedelta(hours=5)


def test_measuring_backwards_is_negative():
    a, b = berlin(2026, 1, 5, 16), berlin(2026, 1, 6, 10)
    assert business_time_between(BERLIN, a, b) == timedelta(hours=2)
    assert business_time_between(BERLIN, b, a) == -timedelta(hours=2)


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        (berlin(2026, 1, 5, 9), True),
        (berlin(2026, 1, 5, 17), False),
        (berlin(2026, 1, 5, 8, 59), False),
        (berlin(2026, 1, 10, 12), False),
        (berlin(2026, 5, 1, 12), False),
    ],
)
def test_a_place_is_open_from_opening_until_just_before_closing(at, expected):
    assert is_open(BERLIN, at) is expected


def test_what_cannot_be_counted_is_refused():
    closed = BusinessCalendar(ZoneInfo("UTC"), {})
    with pytest.raises(ValueError, match="within ten years"):
        add_business_time(closed, berlin(2026, 1, 5), 1)
    with pytest.raises(ValueError, match="time zone"):
        add_business_time(BERLIN, datetime(2026, 1, 5), 1)  # noqa: DTZ001
    with pytest.raises(ValueError, match="only be added"):
        add_business_time(BERLIN, berlin(2026, 1, 5), -1)
    for hours in ({7: NINE_TO_FIVE}, {0: ((time(9), time(9)),)}, {0: (*NINE_TO_FIVE, (time(16), time(18)))}):
        with pytest.raises(ValueError, match="weekday"):
            BusinessCalendar(ZoneInfo("UTC"), hours)


instants = st.datetimes(datetime(2025, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001
amounts = st.integers(min_value=0, max_value=20_000)
calendars = st.sampled_from(CALENDARS)


@given(calendars, instants, amounts)
def test_adding_and_then_measuring_gives_the_same_time(calendar, start, minutes):
    end = add_business_time(calendar, start, minutes)
    assert end >= start
    assert business_time_between(calendar, start, end) == timedelta(minutes=minutes)


@given(calendars, instants, instants, amounts, amounts)
def test_later_starts_and_longer_times_never_end_earlier(calendar, a, b, short, long):
    (a, b), (short, long) = sorted((a, b)), sorted((short + 1, long + 1))
    assert add_business_time(calendar, a, short) <= add_business_time(calendar, b, short)
    assert add_business_time(calendar, a, short) <= add_business_time(calendar, a, long)


@given(calendars, st.lists(instants, min_size=3, max_size=3))
def test_measured_spans_add_up(calendar, three):
    a, b, c = sorted(three)
    whole = business_time_between(calendar, a, c)
    assert whole == business_time_between(calendar, a, b) + business_time_between(calendar, b, c)
    assert timedelta(0) <= whole <= c - a

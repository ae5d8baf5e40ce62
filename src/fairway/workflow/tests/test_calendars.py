from datetime import UTC, date, datetime
from zoneinfo import ZoneInfoNotFoundError

import pytest

from fairway.workflow.calendars import calendar_for, holidays_in, weekend_of
from fairway.workflow.rules.business_hours import add_business_time, is_open


@pytest.mark.parametrize(
    ("country", "subdivision", "weekend"),
    [
        ("DE", "", {5, 6}),
        ("SA", "", {4, 5}),
        ("KW", "", {4, 5}),
        ("AE", "", {5, 6}),
        ("IL", "", {4, 5}),
        ("NP", "", {5}),
        ("MY", "", {5, 6}),
        ("MY", "KTN", {4, 5}),
        ("XX", "", {5, 6}),
    ],
)
def test_places_rest_on_their_own_days(country, subdivision, weekend):
    assert weekend_of(country, subdivision) == weekend


def test_holidays_are_those_of_the_subdivision():
    epiphany = date(2026, 1, 6)
    assert epiphany in calendar_for("DE", "Europe/Berlin", "BY").holidays
    assert epiphany not in calendar_for("DE", "Europe/Berlin").holidays
    assert epiphany not in calendar_for("DE", "Europe/Berlin", "nowhere").holidays
    assert holidays_in("XX", "", 2026) == frozenset()


def test_a_deadline_in_riyadh_passes_over_friday_and_saturday():
    riyadh = calendar_for("sa", "Asia/Riyadh")
    thursday_afternoon = datetime(2026, 1, 8, 13, tzinfo=UTC)
    assert add_business_time(riyadh, thursday_afternoon, 120) == datetime(2026, 1, 11, 7, tzinfo=UTC)
    assert not is_open(riyadh, datetime(2026, 1, 9, 9, tzinfo=UTC))


def test_one_place_is_worked_out_once():
    assert calendar_for("DE", "Europe/Berlin", "BY") is calendar_for("DE", "Europe/Berlin", "BY")


def test_an_unknown_zone_is_refused():
    with pytest.raises(ZoneInfoNotFoundError):
        calendar_for("DE", "Europe/Nowhere")

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from fairway.insight.rules.periods import Window


def test_at_the_end_of_a_month_the_months_are_calendar_months():
    window = Window(date(2013, 11, 30))
    assert window.start == date(2012, 12, 1)
    assert window.until == date(2013, 12, 1)
    assert window.bounds[2] == date(2013, 2, 1)
    assert window.ends[2] == date(2013, 2, 28)


def test_within_a_month_they_roll():
    window = Window(date(2026, 11, 17))
    assert window.start == date(2025, 11, 18)
    assert window.ends[0] == date(2025, 12, 17)
    assert window.ends[-1] == date(2026, 11, 17)


def test_the_year_before_ends_where_this_one_begins():
    assert Window(date(2013, 11, 30)).year_before.bounds[-1] == date(2012, 12, 1)
    assert Window(date(2026, 11, 17)).year_before.bounds[-1] == date(2025, 11, 18)


@given(st.dates(date(1990, 1, 1), date(2090, 1, 1)))
def test_bounds_rise_and_cover_about_a_year(as_of):
    bounds = Window(as_of).bounds
    assert len(bounds) == 13
    assert bounds == sorted(set(bounds))
    assert 362 <= (bounds[-1] - bounds[0]).days <= 368

"""Numbers and dates as people read them."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from fairway.core.http import format

TODAY = date(2026, 11, 17)


@pytest.mark.parametrize(
    ("minor", "currency", "cents", "text"),
    [
        (5_840_000, "EUR", True, "€58,400.00"),
        (5_840_050, "EUR", False, "€58,401"),
        (-129_900, "EUR", True, "−€1,299.00"),
        (-40, "EUR", False, "€0"),
        (1234, "JPY", True, "¥1,234"),
        (100, "CHF", True, "CHF\u00a01.00"),
        (None, "EUR", True, "–"),
    ],
)
def test_money(minor: int | None, currency: str, cents: bool, text: str) -> None:
    assert format.money(minor, currency, cents=cents) == text


@given(st.integers(min_value=-(10**15), max_value=10**15))
def test_money_with_cents_loses_nothing(minor: int) -> None:
    text = format.money(minor, "EUR").replace("−", "-").replace("€", "").replace(",", "")
    assert Decimal(text) * 100 == minor


@pytest.mark.parametrize(
    ("value", "decimals", "text"),
    [(1234.5, 1, "1,234.5"), (-5, 0, "−5"), (-0.2, 0, "0"), (0, 0, "0"), (None, 0, "–"), (-0.04, 2, "−0.04")],
)
def test_number(value: float | None, decimals: int, text: str) -> None:
    assert format.number(value, decimals) == text


def test_percent_has_a_hard_space() -> None:
    assert format.percent(67) == "67\u00a0%"


@pytest.mark.parametrize(
    ("value", "text", "away"),
    [
        (date(2026, 11, 16), "16 Nov", "1 day late"),
        (date(2026, 11, 17), "17 Nov", "today"),
        (date(2026, 11, 20), "20 Nov", "in 3 days"),
        (date(2027, 2, 14), "14 Feb 2027", ""),
        (None, "–", ""),
    ],
)
def test_day_and_distance(value: date | None, text: str, away: str) -> None:
    assert format.day(value, today=TODAY) == text
    assert format.distance(value, today=TODAY) == away


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (datetime(2026, 11, 17, 9, 0, tzinfo=UTC), "today 10:00"),
        (datetime(2026, 11, 16, 23, 30, tzinfo=UTC), "today 00:30"),
        (datetime(2026, 11, 16, 15, 2, tzinfo=UTC), "yesterday 16:02"),
        (datetime(2025, 11, 13, 16, 48, tzinfo=UTC), "13 Nov 2025 17:48"),
    ],
)
def test_moment_counts_days_where_the_reader_is(value: datetime, text: str) -> None:
    with timezone.override("Europe/Berlin"):
        assert format.moment(value, now=datetime(2026, 11, 17, 12, 0, tzinfo=UTC)) == text


@pytest.mark.parametrize(
    ("minutes", "text"),
    [
        (0, "0 min"),
        (45, "45 min"),
        (130, "2 h 10 min"),
        (120, "2 h"),
        (24 * 60, "1 day"),
        (1500, "25 h"),
        (5000, "3 days"),
    ],
)
def test_duration(minutes: int, text: str) -> None:
    assert format.duration(timedelta(minutes=minutes)) == text


@pytest.mark.parametrize(
    ("name", "text"), [("Mira Feldkamp", "MF"), ("Halden", "H"), ("Ana de la Cruz", "AC"), ("", "?")]
)
def test_initials(name: str, text: str) -> None:
    assert format.initials(name) == text


@pytest.mark.parametrize(
    ("days", "text"), [(-1, "1 day late"), (-40, "40 days late"), (0, "Today"), (3, "In 3 days"), (40, "22 Dec")]
)
def test_what_is_due_is_said_in_days_when_late_and_as_a_day_when_far_off(days: int, text: str) -> None:
    today = date(2026, 11, 12)
    assert format.due_words(today + timedelta(days=days), today=today) == text

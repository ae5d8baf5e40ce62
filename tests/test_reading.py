"""The API's quick way of reading bodies takes what the serializers of the schema take, with the same values."""

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rest_framework.exceptions import ValidationError

from fairway.core.http.api.fields import Choice, Country, Currency, Day, Email, Flag, Input, Money, Text, Whole
from fairway.core.http.api.reading import Unsure, _taker, read
from tests.test_sweep_api import BODIES, swept

ODD = [
    "", " ", " a ", "a\0b", "\ud800", "é", "a\nb", "x" * 300, "US", "us", " US ", "ZZ", "EUR", "XXX", "eur",
    "2026-11-30", "2026-02-30", "1800-01-01", "2026-1-1", "２０２６-11-30", "ann@example.com",
    "Ann@Orchard.example", "a@b", "a..b@orchard.example", "a@-b.example", "a@b-.example", "é@b.example", "a@b.e",
    f"{'a' * 70}@b.example", f"a@{'b' * 64}.example", "wifi", 0, 1, -1, 2**53, 2**53 - 1, 1.0, 1.5, True, False, None,
    [], {}, ["wifi"], {"amount_minor": 1, "currency": "EUR"}, {"amount_minor": True, "currency": "EUR"},
    {"amount_minor": 1}, {"amount_minor": 1, "currency": "EUR", "more": 1},
]  # fmt: skip


class EverythingGiven(Input):
    text = Text(max_length=100)
    blank = Text(max_length=20, required=False, allow_blank=True)
    null = Text(max_length=20, required=False, allow_null=True)
    long = Text(min_length=2, required=False)
    email = Email(max_length=80, required=False, allow_blank=True)
    whole = Whole(required=False, allow_null=True)
    flag = Flag(required=False)
    choice = Choice(choices=[("wifi", "Wi-Fi"), ("US", "Us")], required=False)
    day = Day(required=False, allow_null=True)
    country = Country(required=False)
    currency = Currency(required=False)
    money = Money(required=False, allow_null=True)


def both(kind: type[Input], data: Any) -> tuple[Any, Any]:
    """What the quick way and the serializer make of it; "refused" when they do not take it."""
    take = _taker(kind)
    assert take is not None
    try:
        quick: Any = take(data)
    except (Unsure, ValidationError):
        quick = "left to the serializer"
    try:
        slow: Any = dict(kind().run_validation(data))
    except ValidationError:
        slow = "refused"
    return quick, slow


@pytest.mark.parametrize("name", list(EverythingGiven().fields))
@pytest.mark.parametrize("value", ODD, ids=repr)
def test_an_odd_value_is_taken_alike_or_left_to_the_serializer(name: str, value: Any) -> None:
    quick, slow = both(EverythingGiven, {"text": "a", name: value})
    assert quick in ("left to the serializer", slow)


@settings(max_examples=200, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(st.dictionaries(st.sampled_from([*EverythingGiven().fields, "none"]), st.sampled_from(ODD) | st.text()))
def test_any_mixture_is_taken_alike_or_left_to_the_serializer(data: dict[str, Any]) -> None:
    quick, slow = both(EverythingGiven, data)
    assert quick in ("left to the serializer", slow)


def bodies() -> Iterator[tuple[type[Input], Any]]:
    for _route, _method, operation in swept():
        if operation.takes is not None and operation.name in BODIES:
            yield operation.takes, BODIES[operation.name]


def test_usual_bodies_are_read_as_by_the_serializer() -> None:
    quick_ones = 0
    for kind, body in bodies():
        assert read(kind, body) == dict(kind().run_validation(body))
        quick_ones += _taker(kind) is not None
    assert quick_ones >= 10


def test_a_plain_body_needs_no_serializer() -> None:
    """Else the quick way would be no way."""
    take = _taker(EverythingGiven)
    assert take is not None
    data = {
        "text": "Wi-Fi", "blank": "", "email": "ann@orchard.example", "whole": 7, "flag": True, "choice": "wifi",
        "day": "2026-11-30", "country": "DE", "currency": "EUR", "money": {"amount_minor": 1, "currency": "USD"},
    }  # fmt: skip
    assert take(data) == dict(EverythingGiven().run_validation(data))


def test_what_is_refused_is_refused_with_the_serializers_sentences() -> None:
    data = {"text": "", "whole": "7", "colour": "red"}
    with pytest.raises(ValidationError) as quick:
        read(EverythingGiven, data)
    with pytest.raises(ValidationError) as slow:
        EverythingGiven().run_validation(data)
    assert quick.value.detail == slow.value.detail

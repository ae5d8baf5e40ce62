"""Bodies as the API takes them, read by functions made once from the fields that the schema is drawn from.

A serializer walks its fields anew for every line, which in a bulk request takes longer than writing the rows. Here
only what is plainly right is taken, with the values that the serializer would give; everything else, and every
refusal with its sentence, is left to the serializer itself. `tests/test_reading.py` holds the two to each other.
"""

import re
from collections.abc import Callable, Mapping
from datetime import date
from functools import cache
from typing import Any

from django_countries import countries
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.fields import empty

from fairway.core.cells import CellError, currency_of
from fairway.core.http.api.fields import (
    WHOLE_MOST,
    Choice,
    Country,
    Currency,
    Day,
    Email,
    Flag,
    Input,
    Text,
    Whole,
)

Take = Callable[[Any], Any]


class Unsure(Exception):
    """Not plainly right: the serializer decides."""


def read(kind: type[Input], data: Any) -> dict[str, Any]:
    """The values of a body, a query or a line. Raises ValidationError as the serializer does."""
    take = _taker(kind)
    if take is not None:
        try:
            return take(data)
        except (Unsure, ValidationError):
            pass
    return dict(_serializer(kind).run_validation(data))


@cache
def _serializer(kind: type[Input]) -> Input:
    """One of each kind is enough: reading leaves nothing behind in it."""
    return kind()


@cache
def _taker(kind: type[Input]) -> Callable[[Any], dict[str, Any]] | None:
    """None for a kind that does more than its fields and `validate` say."""
    maker = _serializer(kind)
    fields = maker.fields
    does_more = maker.validators or any(
        field.source != name or field.read_only or isinstance(field, serializers.HiddenField)
        or hasattr(maker, f"validate_{name}") or field.default is not empty
        for name, field in fields.items()
    )  # fmt: skip
    if does_more or kind.to_internal_value is not Input.to_internal_value or kind.run_validation is not _RUN:
        return None
    takes = {name: _take_of(field) for name, field in fields.items()}
    required = frozenset(name for name, field in fields.items() if field.required)
    validate = None if kind.validate is serializers.Serializer.validate else maker.validate

    def take(data: Any) -> dict[str, Any]:
        if type(data) is not dict or not required <= data.keys():
            raise Unsure
        values = {}
        # In the order of the fields, as the serializer gives them.
        for name, one in takes.items():
            if name in data:
                values[name] = one(data[name])
        if len(values) != len(data):
            raise Unsure
        return values if validate is None else validate(values)

    return take


_RUN = serializers.Serializer.run_validation


def _take_of(field: Any) -> Take:
    maker = _TAKES.get(type(field))
    seen = _SEEN | _SHAPED.get(type(field), frozenset())
    if maker is None or not {type(each).__name__ for each in field.validators} <= seen:
        taken = _nested(field) if isinstance(field, Input) else None
        return taken or field.run_validation
    take = maker(field)
    return _or_null(take) if field.allow_null else take


def _nested(field: Input) -> Take | None:
    take = _taker(type(field))
    return _or_null(take) if take is not None and field.allow_null else take


def _or_null(take: Take) -> Take:
    return lambda value: None if value is None else take(value)


def _is_plain(text: str) -> bool:
    """Whether nothing that no text may hold is in it: no character 0, no half character."""
    return text.isprintable() or (text.isascii() and "\0" not in text)


def _text(field: Text) -> Take:
    most = field.max_length or 2**31
    least, may_be_blank, is_trimmed = field.min_length or 0, field.allow_blank, field.trim_whitespace

    def take(value: Any) -> str:
        if type(value) is not str:
            raise Unsure
        text = value.strip() if is_trimmed else value
        if not text:
            if may_be_blank and value.strip() == "":
                return ""
            raise Unsure
        if not least <= len(text) <= most or not _is_plain(text):
            raise Unsure
        return text

    return take


# A part of what is an address; the others are looked at more closely.
_ADDRESS = re.compile(r"[a-z0-9]+([._+-][a-z0-9]+)*@([a-z0-9]+(-[a-z0-9]+)*\.)+[a-z]{2,20}", re.IGNORECASE | re.ASCII)
_LABEL_MOST = 63


def _email(field: Email) -> Take:
    text = _text(field)  # type: ignore[arg-type]

    def take(value: Any) -> str:
        found: str = text(value)
        if found and (not _ADDRESS.fullmatch(found) or max(map(len, re.split("[@.]", found))) > _LABEL_MOST):
            raise Unsure
        return found

    return take


def _whole(field: Whole) -> Take:
    least = -WHOLE_MOST if field.min_value is None else field.min_value
    most = WHOLE_MOST if field.max_value is None else field.max_value

    def take(value: Any) -> int:
        if type(value) is not int or not least <= value <= most:
            raise Unsure
        return value

    return take


def _flag(field: Flag) -> Take:
    def take(value: Any) -> bool:
        if type(value) is not bool:
            raise Unsure
        return value

    return take


def _choice(field: Choice) -> Take:
    known: Mapping[str, Any] = field.choice_strings_to_values

    def take(value: Any) -> Any:
        if type(value) is not str or value not in known or value == "":
            raise Unsure
        return known[value]

    return take


_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)


def _day(field: Day) -> Take:
    def take(value: Any) -> date:
        if type(value) is not str or not _DAY.fullmatch(value):
            raise Unsure
        try:
            day = date.fromisoformat(value)
        except ValueError:
            raise Unsure from None
        if not 1900 <= day.year <= 2200:
            raise Unsure
        return day

    return take


@cache
def _country_codes() -> frozenset[str]:
    return frozenset(code for code in countries.countries if re.fullmatch("[A-Z]{2}", code))


def _country(field: Country) -> Take:
    codes = _country_codes()

    def take(value: Any) -> str:
        if type(value) is not str or value not in codes:
            raise Unsure
        return value

    return take


@cache
def _is_currency(code: str) -> bool:
    try:
        return re.fullmatch("[A-Z]{3}", code) is not None and currency_of(code) == code
    except CellError:
        return False


def _currency(field: Currency) -> Take:
    def take(value: Any) -> str:
        if type(value) is not str or len(value) != 3 or not _is_currency(value):
            raise Unsure
        return value

    return take


_TAKES: dict[type, Callable[[Any], Take]] = {
    Text: _text, Email: _email, Whole: _whole, Flag: _flag, Choice: _choice, Day: _day, Country: _country,
    Currency: _currency,
}  # fmt: skip
# What the functions above look at themselves; a field with other validators is asked itself.
_SEEN = frozenset(
    {
        "MaxLengthValidator", "MinLengthValidator", "MaxValueValidator", "MinValueValidator", "EmailValidator",
        "ProhibitNullCharactersValidator", "ProhibitSurrogateCharactersValidator",
    }
)  # fmt: skip
_SHAPED = {Country: frozenset({"RegexValidator"}), Currency: frozenset({"RegexValidator"})}

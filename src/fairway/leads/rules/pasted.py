"""Values of a lead as a person pastes them: JSON, or lines of “field: value”. Pure."""

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from fairway.core.conditions import Field, Subject
from fairway.core.conditions.parse import typed_value
from fairway.core.money import AmountError, parse_amount, to_minor
from fairway.core.words import said as _

TEXT_MOST = 20_000
_TRUE = frozenset({"true", "yes", "1"})
_FALSE = frozenset({"false", "no", "0"})


class PastedError(ValueError):
    """Text that cannot be read; `str()` names the line or field and says how to mend it."""

    def __init__(self, place: Any, problem: Any) -> None:
        super().__init__(f"{place}: {problem}")


def read_pasted(text: str, subject: Subject) -> dict[str, Any]:
    """Values by field name, those not named missing. Raises PastedError.

    A field is called by its name (“lead.country”), its last part (“country”) or its label (“Country”). An amount is
    in whole units of the subject's currency.
    """
    if len(text) > TEXT_MOST:
        raise PastedError(_("Text"), _("it is longer than %(n)d letters.", n=TEXT_MOST))
    names = _names(subject)
    values: dict[str, Any] = dict.fromkeys(subject.fields)
    for place, name, value in _pairs(text):
        field = names.get(name.strip().casefold())
        if field is None:
            raise PastedError(place, _("no field of a lead is called “%(name)s”.", name=name.strip()[:60]))
        values[field.name] = _typed(place, field, value)
    return values


def _names(subject: Subject) -> dict[str, Field]:
    named: dict[str, Field] = {}
    for field in subject.fields.values():
        for name in (str(field.label), field.name.rpartition(".")[2], field.name):
            named[name.casefold()] = field
    return named


def _pairs(text: str) -> list[tuple[Any, str, Any]]:
    if text.lstrip().startswith("{"):
        try:
            read = json.loads(text)
        except ValueError:
            raise PastedError(
                _("Text"), _("this is not JSON. Write {“country”: “DE”}, or lines of field: value.")
            ) from None
        return [(_("Field %(name)s", name=name), name, value) for name, value in _flat(read)]
    pairs: list[tuple[Any, str, Any]] = []
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        place = _("Line %(n)d", n=number)
        name, colon, value = line.partition(":")
        if not colon:
            raise PastedError(place, _("it has no colon. Write field: value."))
        pairs.append((place, name, value.strip()))
    return pairs


def _flat(read: Mapping[str, Any]) -> list[tuple[str, Any]]:
    """With one level of nesting, as in {"lead": {"country": "DE"}}."""
    pairs: list[tuple[str, Any]] = []
    for name, value in read.items():
        pairs += (
            [(f"{name}.{inner}", each) for inner, each in value.items()] if isinstance(value, dict) else [(name, value)]
        )
    return pairs


def _typed(place: Any, field: Field, value: Any) -> Any:
    if value is None or value == "":
        return None
    try:
        if isinstance(value, str):
            value = _from_text(field, value)
        elif field.type == "money" and isinstance(value, int | float) and not isinstance(value, bool):
            value = to_minor(Decimal(str(value)), field.currency or "")
        return typed_value(field, value)
    except (AmountError, ValueError, TypeError) as problem:
        raise PastedError(place, problem) from None


def _from_text(field: Field, text: str) -> Any:
    if field.type == "bool":
        folded = text.casefold()
        return True if folded in _TRUE else False if folded in _FALSE else text
    if field.type == "number":
        return parse_amount(text, ".")
    return to_minor(parse_amount(text), field.currency or "") if field.type == "money" else text

"""Values of conditions.

What counts as missing, how two values are compared, and how they are written in JSON.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from fairway.core.conditions.subjects import FieldType
from fairway.core.conditions.tree import Group, Leaf, Node, Not, Test


def fold(text: str) -> str:
    """Lower case letter by letter, exactly as PostgreSQL's `lower(… COLLATE pg_c_utf8)` does."""
    return text.lower() if text.isascii() else "".join(letter.lower()[0] for letter in text)


def _number(value: Any) -> Decimal | None:
    number = value if isinstance(value, Decimal) else Decimal(str(value))
    return None if number.is_nan() else number


def _date(value: Any) -> date:
    if isinstance(value, datetime):
        return (value.astimezone(UTC) if value.tzinfo else value).date()
    return value


def _code(value: Any) -> str | None:
    return str(value) or None


def _codes(value: Any) -> frozenset[str] | None:
    return frozenset(str(code) for code in value if code is not None and code != "") or None


_PRESENT: Mapping[FieldType, Callable[[Any], Any]] = {
    "text": lambda value: fold(value) or None,
    "number": _number,
    "money": lambda value: _number(value),
    "bool": bool,
    "date": _date,
    "choice": _code,
    "country": _code,
    "set": _codes,
}


def present(kind: FieldType, raw: Any) -> Any:
    """The comparable form of a raw value, or None when it is missing (None, "", NaN, an empty set)."""
    return None if raw is None else _PRESENT[kind](raw)


def _folded(kind: FieldType, wanted: Any) -> Any:
    if kind != "text" or wanted is None:
        return wanted
    return fold(wanted) if isinstance(wanted, str) else tuple(fold(text) for text in wanted)


_COMPARE: Mapping[str, Callable[[Any, Any], bool]] = {
    "is": lambda found, wanted: found == wanted,
    "in": lambda found, wanted: found in wanted,
    "at_least": lambda found, wanted: found >= wanted,
    "at_most": lambda found, wanted: found <= wanted,
    "between": lambda found, wanted: wanted[0] <= found <= wanted[1],
    "contains": lambda found, wanted: wanted in found,
    "starts_with": lambda found, wanted: found.startswith(wanted),
    "includes_any": lambda found, wanted: not found.isdisjoint(wanted),
    "includes_all": lambda found, wanted: found.issuperset(wanted),
    "is_not_empty": lambda found, wanted: True,
}


def comparison(test: Test) -> Callable[[Any], bool]:
    """A function of a raw value that tells whether the test holds for it."""
    kind, compare, negated = test.field.type, _COMPARE[test.op], test.negated
    wanted = _folded(kind, test.value)

    def holds(raw: Any) -> bool:
        found = present(kind, raw)
        return (found is not None and compare(found, wanted)) != negated

    return holds


def json_value(value: Any) -> Any:
    """A typed value as JSON: exact integers stay integers, other numbers become floats, dates ISO text."""
    if isinstance(value, (tuple, list)):
        return [json_value(part) for part in value]
    if isinstance(value, (set, frozenset)):
        return sorted(json_value(part) for part in value)
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, datetime):
        return value.isoformat()
    return value.isoformat() if isinstance(value, date) else value


def as_json(node: Node) -> dict[str, Any]:
    match node:
        case Not(part):
            return {"not": as_json(part)}
        case Group(match, parts):
            return {match: [as_json(part) for part in parts]}
        case Leaf(field, op, value):
            leaf = {"field": field.name, "op": op}
            return leaf if value is None else {**leaf, "value": json_value(value)}

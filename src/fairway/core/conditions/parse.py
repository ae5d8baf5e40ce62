"""From JSON to a checked condition, with errors that name the place and say how to mend it."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from fairway.core.conditions.condition import Condition
from fairway.core.conditions.subjects import Field, Subject, is_forbidden
from fairway.core.conditions.tree import Group, Leaf, Node, Not
from fairway.core.conditions.words import op_label

DEPTH_MAX = 8
LEAVES_MAX = 200
LIST_MAX = 1_000
TEXT_MAX = 500
# Numbers are compared as floats in masks; up to 15 significant digits no two of them become one.
DIGITS_MAX = 15
_LIST_OPS = frozenset({"in", "not_in", "includes_any", "includes_all"})
_BARE_OPS = frozenset({"is_empty", "is_not_empty"})


class ConditionError(ValueError):
    """A condition that cannot be understood. `place` is like "condition 2.1".

    `str()` is the whole sentence.
    """

    def __init__(self, place: str, problem: str):
        super().__init__(_("%(place)s: %(problem)s") % {"place": place, "problem": problem} if place else problem)
        self.place = place
        self.problem = problem


def parse(
    subject: Subject, data: Mapping[str, Any] | None, *, at_capture: bool = False, check_choices: bool = True
) -> Condition:
    """Read a condition; None and {} mean "always". Raises `ConditionError`.

    `at_capture` refuses fields that are not known yet when the subject comes in. `check_choices=False` is for
    a stored condition that must still be read after one of its choices was retired.
    """
    if data is None or data == {}:
        return Condition(subject, Group("all", ()))
    reader = _Reader(subject, at_capture, check_choices)
    return Condition(subject, reader.node(data, (), 0))


@dataclass(slots=True)
class _Reader:
    subject: Subject
    at_capture: bool
    check_choices: bool
    leaves_seen: int = 0

    def node(self, data: Any, place: tuple[int, ...], depth: int) -> Node:
        if depth > DEPTH_MAX:
            raise self.error(place, _("it is nested over %(n)d deep. Make it simpler.") % {"n": DEPTH_MAX})
        if not isinstance(data, Mapping):
            raise self.error(place, _("this is not a condition. Write {“field”, “op”, “value”} or a group."))
        keys = set(data)
        if keys == {"not"}:
            return Not(self.node(data["not"], place, depth + 1))
        if keys == {"all"}:
            return Group("all", self.parts(data["all"], place, depth))
        if keys == {"any"}:
            return Group("any", self.parts(data["any"], place, depth))
        return self.leaf(data, place or (1,))

    def parts(self, data: Any, place: tuple[int, ...], depth: int) -> tuple[Node, ...]:
        if not isinstance(data, list):
            raise self.error(place, _("“all” and “any” need a list of conditions."))
        return tuple(self.node(part, (*place, i), depth + 1) for i, part in enumerate(data, start=1))

    def leaf(self, data: Mapping[str, Any], place: tuple[int, ...]) -> Leaf:
        self.leaves_seen += 1
        if self.leaves_seen > LEAVES_MAX:
            raise self.error((), _("There are more than %(n)d conditions. Use fewer.") % {"n": LEAVES_MAX})
        try:
            if not {"field", "op"} <= set(data) <= {"field", "op", "value"}:
                raise ValueError(_("it needs “field”, “op” and, for most, “value”, and nothing else."))
            field = self.field(data["field"])
            return Leaf(field, *self.comparison(field, data["op"], data.get("value")))
        except ValueError as problem:
            raise self.error(place, str(problem)) from None

    def field(self, name: Any) -> Field:
        field = self.subject.fields.get(name) if isinstance(name, str) else None
        about = {"field": getattr(field, "label", name), "subject": self.subject.label}
        if isinstance(name, str) and is_forbidden(name):
            raise ValueError(_("field “%(field)s” is about a private life and may not decide anything.") % about)
        if field is None:
            raise ValueError(_("field “%(field)s” is not known for %(subject)s.") % about)
        if self.at_capture and not field.known_at_capture:
            raise ValueError(_("field “%(field)s” is not known yet when %(subject)s come in.") % about)
        return field

    def comparison(self, field: Field, op: Any, value: Any) -> tuple[str, Any]:
        if op not in field.ops:
            able = ", ".join(str(op_label(field.type, each)) for each in field.ops)
            raise ValueError(
                _("“%(op)s” cannot be asked of “%(field)s”. It can be: %(able)s.")
                % {"op": op, "field": field.label, "able": able}
            )
        if op in _BARE_OPS:
            if value is not None:
                raise ValueError(_("“%(op)s” takes no value.") % {"op": op_label(field.type, op)})
            return op, None
        if op == "between":
            return op, self.bounds(field, value)
        if op in _LIST_OPS:
            return op, self.several(field, value)
        return op, self.one(field, value)

    def bounds(self, field: Field, value: Any) -> tuple[Any, Any]:
        if not isinstance(value, Sequence) or isinstance(value, str) or len(value) != 2:
            raise ValueError(_("“between” needs two values, the lower first."))
        low, high = self.one(field, value[0]), self.one(field, value[1])
        if low > high:
            raise ValueError(_("“between” needs the lower value first."))
        return low, high

    def several(self, field: Field, value: Any) -> tuple[Any, ...]:
        if not isinstance(value, list) or not value:
            raise ValueError(_("“%(field)s” needs at least one value.") % {"field": field.label})
        if len(value) > LIST_MAX:
            raise ValueError(_("the list has more than %(n)d values.") % {"n": LIST_MAX})
        return tuple(dict.fromkeys(self.one(field, each) for each in value))

    def one(self, field: Field, value: Any) -> Any:
        typed = typed_value(field, value)
        options = field.options() if self.check_choices else None
        if options is not None and typed not in {str(code) for code, _label in options}:
            raise ValueError(
                _("“%(value)s” is not one of the values of “%(field)s”.") % {"value": value, "field": field.label}
            )
        return typed

    def error(self, place: tuple[int, ...], problem: str) -> ConditionError:
        where = ".".join(map(str, place))
        return ConditionError(_("condition %(where)s") % {"where": where} if where else "", problem)


def typed_value(field: Field, value: Any) -> Any:
    """One JSON value as the field's type. Raises ValueError with a sentence."""
    kind = field.type
    if kind in {"choice", "country", "set", "text"}:
        if isinstance(value, str) and value.strip() and len(value) <= TEXT_MAX and "\x00" not in value:
            return value
    elif kind == "bool":
        if isinstance(value, bool):
            return value
    elif kind == "date":
        if isinstance(value, date) or (isinstance(value, str) and _is_iso_date(value)):
            return value if isinstance(value, date) else date.fromisoformat(value)
    elif kind == "money":
        if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 10**DIGITS_MAX:
            return value
    elif (number := _number(value)) is not None:
        return number
    raise ValueError(
        _("“%(value)s” is not %(kind)s, which “%(field)s” needs.")
        % {"value": "" if value is None else value, "kind": _kinds()[kind], "field": field.label}
    )


def _number(value: Any) -> Decimal | None:
    if isinstance(value, bool) or not isinstance(value, (int, float, Decimal)):
        return None
    if not math.isfinite(value) or abs(value) >= 10**DIGITS_MAX:
        return None
    number = Decimal(str(value))
    return number if len(number.normalize().as_tuple().digits) <= DIGITS_MAX else None


def _is_iso_date(text: str) -> bool:
    try:
        return len(text) == 10 and bool(date.fromisoformat(text))
    except ValueError:
        return False


def _kinds() -> dict[str, str]:
    return {
        "text": _("a text"),
        "choice": _("one of the choices"),
        "country": _("a country code such as DE"),
        "set": _("one of the choices"),
        "bool": _("true or false"),
        "date": _("a date such as 2026-03-31"),
        "money": _("an amount in minor units"),
        "number": _("a number"),
    }

"""A condition as a Django Q that is true or false for every row, never NULL."""

from decimal import Decimal
from functools import reduce
from operator import and_, or_
from typing import Any

from django.apps import apps
from django.contrib.postgres.fields import ArrayField
from django.db.models import CharField, DecimalField, F, Field, JSONField, Model, Q, TextField, Value
from django.db.models.functions import Collate, Lower
from django.db.models.lookups import (
    Contains,
    Exact,
    GreaterThanOrEqual,
    In,
    LessThanOrEqual,
    Lookup,
    StartsWith,
)

from fairway.core.conditions.condition import Condition
from fairway.core.conditions.tree import Normal, Test
from fairway.core.conditions.values import fold

NOTHING = Q(pk__in=[])
EVERYTHING = ~NOTHING
# The same letters in every database, whatever its own locale: see `values.fold`.
COLLATION = "pg_c_utf8"


def to_q(condition: Condition) -> Q:
    """The rows that satisfy the condition. Raises ValueError for a field that is not stored."""
    subject = condition.subject
    model = apps.get_model(subject.model) if isinstance(subject.model, str) else subject.model
    return _q(condition.normal, model)


def _q(node: Normal, model: type[Model] | None) -> Q:
    if isinstance(node, Test):
        return _test_q(node, model)
    parts = [_q(part, model) for part in node.parts]
    if node.match == "all":
        return reduce(and_, parts, EVERYTHING) if parts else EVERYTHING
    return reduce(or_, parts) if parts else NOTHING


def _test_q(test: Test, model: type[Model] | None) -> Q:
    path = test.field.path
    if path is None:
        raise ValueError(f"Field {test.field.name} is not stored, so rows cannot be selected by it.")
    column = _column(model, path) if model else None
    if test.field.type == "set":
        return _set_q(test, path, model, column)
    missing = _missing(path, _may_be_blank(test, column))
    if test.op == "is_not_empty":
        return missing if test.negated else ~missing
    # ~Q of a comparison that is NULL is NULL again, so missing rows are named.
    compared = _compared(test, path)
    return missing | ~compared if test.negated else compared


def _missing(path: str, may_be_blank: bool) -> Q:
    missing = Q(**{f"{path}__isnull": True})
    return missing | Q(**{path: ""}) if may_be_blank else missing


def _may_be_blank(test: Test, column: Field | None) -> bool:
    if column is not None:
        return isinstance(column, (CharField, TextField))
    return test.field.type in {"text", "choice", "country"}


def _compared(test: Test, path: str) -> Q:
    if test.field.type == "text":
        return Q(_text_lookup(test, path))
    # A bound beyond the column's range drops out of the SQL as always true, which NULL is not.
    known = Q(**{f"{path}__isnull": False})
    if test.op == "between":
        low, high = test.value
        return known & _ordered(path, "at_least", low) & _ordered(path, "at_most", high)
    if test.op == "in":
        return Q(**{f"{path}__in": list(test.value)})
    return known & _ordered(path, test.op, test.value)


_SUFFIX = {"is": "", "at_least": "__gte", "at_most": "__lte"}
_LOOKUP: dict[str, type[Lookup]] = {
    "is": Exact,
    "at_least": GreaterThanOrEqual,
    "at_most": LessThanOrEqual,
}
_TEXT_LOOKUP: dict[str, type[Lookup]] = {"is": Exact, "contains": Contains, "starts_with": StartsWith}


def _ordered(path: str, op: str, value: Any) -> Q:
    if isinstance(value, Decimal):
        if value != value.to_integral_value():
            # An integer column would cut 5.5 to 5; as an expression the database compares the numbers
            # themselves.
            return Q(_LOOKUP[op](F(path), Value(value, output_field=DecimalField())))
        value = int(value)
    return Q(**{path + _SUFFIX[op]: value})


def _text_lookup(test: Test, path: str) -> Lookup:
    column = Lower(Collate(F(path), COLLATION), output_field=TextField())
    if test.op == "in":
        return In(column, [fold(text) for text in test.value])
    return _TEXT_LOOKUP[test.op](column, fold(test.value))


def _set_q(test: Test, path: str, model: type[Model] | None, column: Field | None) -> Q:
    if model is None:
        raise ValueError(f"Field {test.field.name} is a set: its subject must name a model.")
    if isinstance(column, ArrayField):
        held, present = _array_q(test, path), ~(Q(**{f"{path}__isnull": True}) | Q(**{path: []}))
    elif isinstance(column, JSONField):
        held, present = _json_q(test, path), ~(Q(**{f"{path}__isnull": True}) | Q(**{path: []}))
    else:
        held, present = _related_q(test, path, model), _rows(model, Q(**{f"{path}__isnull": False}))
    wanted = present if test.op == "is_not_empty" else held & present
    return ~wanted if test.negated else wanted


def _array_q(test: Test, path: str) -> Q:
    if test.op == "is_not_empty":
        return EVERYTHING
    return Q(**{f"{path}__{'overlap' if test.op == 'includes_any' else 'contains'}": list(test.value)})


def _json_q(test: Test, path: str) -> Q:
    if test.op == "is_not_empty":
        return EVERYTHING
    each = [Q(**{f"{path}__contains": [code]}) for code in test.value]
    return reduce(or_ if test.op == "includes_any" else and_, each)


def _related_q(test: Test, path: str, model: type[Model]) -> Q:
    if test.op == "is_not_empty":
        return EVERYTHING
    if test.op == "includes_any":
        return _rows(model, Q(**{f"{path}__in": list(test.value)}))
    return reduce(and_, (_rows(model, Q(**{path: code})) for code in test.value))


def _rows(model: type[Model], related: Q) -> Q:
    """By primary key, so that neither joins nor "not" can multiply or lose rows."""
    return Q(pk__in=model._base_manager.filter(related).values("pk"))


def _column(model: type[Model], path: str) -> Field | None:
    """The model field at the end of a lookup path, or None where the path goes on into transforms."""
    current: Any = model
    found: Any = None
    for step in path.split("__"):
        if current is None:
            return None
        found = current._meta.pk if step == "pk" else current._meta.get_field(step)
        current = found.related_model
    return found

"""What the condition builder on screens needs: a description of a subject, and flat rows there and back."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from fairway.core.conditions.condition import Condition
from fairway.core.conditions.subjects import Field, Subject
from fairway.core.conditions.tree import Group, Leaf, Match
from fairway.core.conditions.values import json_value
from fairway.core.conditions.words import op_label
from fairway.core.money import AmountError, parse_amount, to_major, to_minor

_LISTED = frozenset({"in", "not_in", "includes_any", "includes_all"})
_BARE = frozenset({"is_empty", "is_not_empty"})


@dataclass(frozen=True, slots=True)
class FormRow:
    """One row of the flat builder, all in text as an HTML form sends it.

    `values` is empty, one, two or many.
    """

    field: str
    op: str
    values: tuple[str, ...] = ()


def describe(subject: Subject, *, at_capture: bool = False) -> dict[str, Any]:
    """The subject as JSON for the builder component: fields with their operators and choices."""
    fields = [f for f in subject.fields.values() if f.known_at_capture or not at_capture]
    return {"subject": subject.name, "label": str(subject.label), "fields": [_describe(f) for f in fields]}


def _describe(field: Field) -> dict[str, Any]:
    options = field.options()
    return {
        "name": field.name,
        "label": str(field.label),
        "type": field.type,
        "known_at_capture": field.known_at_capture,
        "currency": field.currency,
        "choices": None if options is None else [[str(code), str(label)] for code, label in options],
        "ops": [{"op": op, "label": str(op_label(field.type, op)), "values": _arity(op)} for op in field.ops],
    }


def _arity(op: str) -> str:
    """How many values an operator takes: "none", "one", "two" or "many"."""
    if op in _BARE:
        return "none"
    if op == "between":
        return "two"
    return "many" if op in _LISTED else "one"


def as_form_rows(condition: Condition) -> tuple[Match, list[FormRow]] | None:
    """The condition as ("all" or "any", rows), or None when it is nested too deep for a flat builder."""
    root = condition.root
    if isinstance(root, Leaf):
        return "all", [_row(root)]
    if isinstance(root, Group) and all(isinstance(part, Leaf) for part in root.parts):
        return root.match, [_row(part) for part in root.parts if isinstance(part, Leaf)]
    return None


def from_form_rows(subject: Subject, match: str, rows: Iterable[FormRow]) -> dict[str, Any]:
    """JSON for `parse` from what a form sent; rows without a field are skipped.

    Text that does not fit the field's type is passed on as it is, so that `parse` names it in its error.
    """
    parts = [_leaf_json(subject.fields.get(row.field), row) for row in rows if row.field]
    return {"any" if match == "any" and parts else "all": parts}


def _row(leaf: Leaf) -> FormRow:
    value = leaf.value
    values = value if isinstance(value, tuple) else () if value is None else (value,)
    return FormRow(leaf.field.name, leaf.op, tuple(_as_text(leaf.field, each) for each in values))


def _as_text(field: Field, value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if field.type == "money":
        return str(to_major(value, field.currency or ""))
    return str(json_value(value))


def _leaf_json(field: Field | None, row: FormRow) -> Mapping[str, Any]:
    leaf: dict[str, Any] = {"field": row.field, "op": row.op}
    arity = _arity(row.op)
    if arity == "none":
        return leaf
    values = [_from_text(field, text.strip()) for text in row.values if text.strip()]
    if arity == "one":
        return {**leaf, "value": values[0] if values else None}
    return {**leaf, "value": values}


def _from_text(field: Field | None, text: str) -> Any:
    kind = field.type if field else "text"
    if kind == "bool":
        return {"true": True, "false": False}.get(text, text)
    if kind not in {"number", "money"} or field is None:
        return text
    try:
        if kind == "money":
            return to_minor(parse_amount(text), field.currency or "")
        return json_value(parse_amount(text, "."))
    except AmountError:
        return text

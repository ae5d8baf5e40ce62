"""What the condition builder on screens needs: a description of a subject, and its groups and rows there and back."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from fairway.core.conditions.condition import Condition
from fairway.core.conditions.parse import ConditionError
from fairway.core.conditions.subjects import Field, Subject
from fairway.core.conditions.tree import Group, Leaf, Node, Not
from fairway.core.conditions.values import json_value
from fairway.core.conditions.words import op_label
from fairway.core.money import AmountError, parse_amount, to_major, to_minor

_LISTED = frozenset({"in", "not_in", "includes_any", "includes_all"})
_BARE = frozenset({"is_empty", "is_not_empty"})


@dataclass(frozen=True, slots=True)
class FormRow:
    """One row of the builder, all in text as an HTML form sends it.

    `values` is empty, one, two or many.
    """

    field: str
    op: str
    values: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FormGroup:
    """Rows and groups under one word of `GROUP_MATCHES`."""

    match: str
    parts: "tuple[FormRow | FormGroup, ...]" = ()

    @property
    def rows(self) -> int:
        """How many rows it has at all depths."""
        return sum(part.rows if isinstance(part, FormGroup) else 1 for part in self.parts)


# What a group asks of its parts; the last two are "not" around "any" and around "all".
GROUP_MATCHES = ("all", "any", "none", "not_all")


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


def as_form(condition: Condition) -> FormGroup:
    """The condition as groups and rows; `from_form` makes of them a condition that means the same."""
    return _as_group(condition.root)


def _as_group(node: Node) -> FormGroup:
    match node:
        case Group(match, parts):
            return FormGroup(match, tuple(map(_as_part, parts)))
        case Not(Group(match, parts)):
            return FormGroup("none" if match == "any" else "not_all", tuple(map(_as_part, parts)))
        case Not(part):
            return FormGroup("none", (_as_part(part),))
        case _:
            return FormGroup("all", (_as_part(node),))


def _as_part(node: Node) -> FormRow | FormGroup:
    return _row(node) if isinstance(node, Leaf) else _as_group(node)


def from_form(subject: Subject, group: FormGroup) -> dict[str, Any]:
    """JSON for `parse` from what a form sent; rows without a field are skipped.

    Text that does not fit the field's type is passed on as it is, so that `parse` names it in its error.
    Raises `EmptyGroup` for a group within another that has nothing left: dropping it would change the meaning.
    """
    parts = _parts_json(subject, group, ())
    if not parts:
        return {"all": []}
    return _group_json(group.match, parts)


class EmptyGroup(ConditionError):
    """A group within a group without a single condition."""


def _parts_json(subject: Subject, group: FormGroup, place: tuple[int, ...]) -> list[dict[str, Any]]:
    parts: list[dict[str, Any]] = []
    for number, part in enumerate(group.parts, start=1):
        here = (*place, number)
        if isinstance(part, FormRow):
            parts += [dict(_leaf_json(subject.fields.get(part.field), part))] if part.field else []
        elif inner := _parts_json(subject, part, here):
            parts.append(_group_json(part.match, inner))
        else:
            name = _("group %(where)s") % {"where": ".".join(map(str, here))}
            raise EmptyGroup(name, _("it has no conditions. Add one or remove the group."))
    return parts


def _group_json(match: str, parts: list[dict[str, Any]]) -> dict[str, Any]:
    if match == "none":
        return {"not": {"any": parts}}
    if match == "not_all":
        return {"not": {"all": parts}}
    return {"any" if match == "any" else "all": parts}


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

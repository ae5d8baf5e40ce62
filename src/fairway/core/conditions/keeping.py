"""What a condition found, and a condition in words, as sentences that are kept (`core.told`).

Of a field that a registered subject offers only the name is kept: there are millions of these sentences. Of others,
such as a vendor's own, label and type are kept beside it, and of choices those that are named: the vendor may have
other fields by then.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from fairway.core.conditions.condition import Condition
from fairway.core.conditions.parse import parse
from fairway.core.conditions.subjects import Field, Subject, registered
from fairway.core.conditions.tree import Leaf, Test, leaves
from fairway.core.conditions.values import as_json, json_value
from fairway.core.conditions.words import plain, reason_parts, sentence_text
from fairway.core.told import packed, register, tell


@dataclass(frozen=True, slots=True)
class InWords:
    """A condition said with `str()`, and kept so that it is said in the language of who reads it."""

    condition: Condition

    def __str__(self) -> str:
        return sentence_text(self.condition)

    def kept(self) -> dict[str, Any]:
        root = self.condition.root
        found = list(leaves(root))
        codes: dict[str, list[Any]] = {leaf.field.name: [] for leaf in found}
        for leaf in found:
            codes[leaf.field.name] += _codes(leaf.value)
        fields = {leaf.field.name: leaf.field for leaf in found}
        kept = [_kept_field(field, codes[name]) for name, field in fields.items()]
        return {"is": "condition", "fields": kept, "of": as_json(root)}


def kept_reason(test: Test, found: Any, ok: bool) -> dict[str, Any]:
    """One comparison and what it found."""
    kept = {
        "is": "found", "of": _kept_field(test.field, [*_codes(test.value), *_codes(found)]), "op": test.op,
        "found": json_value(found),
    }  # fmt: skip
    if not ok:
        kept["ok"] = False
    if test.value is not None:
        kept["wanted"] = json_value(test.value)
    return kept | {"negated": True} if test.negated else kept


def _codes(value: Any) -> list[Any]:
    if isinstance(value, (set, frozenset, list, tuple)):
        return list(value)
    return [] if value is None else [value]


def _kept_field(field: Field, codes: Iterable[Any]) -> dict[str, Any] | str:
    known = registered(field.name)
    if known is not None and known.label is field.label and known.type == field.type:
        kept: dict[str, Any] = {"name": field.name}
    else:
        kept = {"name": field.name, "label": packed(field.label), "type": field.type}
    if field.currency:
        kept["currency"] = field.currency
    # Countries are named by their codes in every language.
    if field.type in {"choice", "set"} and (options := dict(field.options() or ())):
        kept["choices"] = [[code, packed(options[code])] for code in sorted({*map(str, codes)} & options.keys())]
    return field.name if len(kept) == 1 else kept


def _field(kept: Mapping[str, Any] | str) -> Field:
    """Raises KeyError for a field that is no longer registered."""
    if isinstance(kept, str):
        kept = {"name": kept}
    name, choices = kept["name"], [(code, tell(label)) for code, label in kept.get("choices", [])]
    if "label" in kept:
        label, kind = tell(kept["label"]), kept["type"]
    elif known := registered(name):
        label, kind = known.label, known.type
    else:
        raise KeyError(name)
    return Field(name, label, kind, choices=choices or None, currency=kept.get("currency"))


def _name(kept: Mapping[str, Any] | str) -> str:
    return kept if isinstance(kept, str) else str(kept["name"])


def _read(fields: Iterable[Mapping[str, Any] | str], condition: Mapping[str, Any]) -> Condition:
    return parse(Subject.of("kept", "", map(_field, fields)), condition, check_choices=False)


def _tell_condition(kept: Mapping[str, Any]) -> str:
    try:
        return sentence_text(_read(kept["fields"], kept["of"]))
    except KeyError:
        return ", ".join(map(_name, kept["fields"]))


def _tell_found(kept: Mapping[str, Any]) -> str:
    try:
        _field(kept["of"])
    except KeyError:
        return f"{_name(kept['of'])}: {kept['found']}"  # of a field that a later release took away
    asked = {"field": _name(kept["of"]), "op": kept["op"], "value": kept.get("wanted")}
    leaf = _read([kept["of"]], asked).root
    if not isinstance(leaf, Leaf):
        raise ValueError(kept["op"])
    test = Test(leaf.field, kept["op"], leaf.value, kept.get("negated", False))
    return plain(reason_parts(test, _found(leaf.field, kept["found"]), kept.get("ok", True)))


def _found(field: Field, value: Any) -> Any:
    if field.type == "date" and isinstance(value, str):
        return datetime.fromisoformat(value) if "T" in value else date.fromisoformat(value)
    return value


register("condition", _tell_condition)
register("found", _tell_found)

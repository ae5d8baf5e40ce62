"""What a condition found, and a condition in words, as sentences that are kept (`core.told`).

Each holds what is needed to say it again without the subject, which may have other fields by then: the fields' labels
and types, and of choices those that are named.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from fairway.core.conditions.condition import Condition
from fairway.core.conditions.parse import parse
from fairway.core.conditions.subjects import Field, Subject
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
        "found": json_value(found), "ok": ok,
    }  # fmt: skip
    if test.value is not None:
        kept["wanted"] = json_value(test.value)
    return kept | {"negated": True} if test.negated else kept


def _codes(value: Any) -> list[Any]:
    if isinstance(value, (set, frozenset, list, tuple)):
        return list(value)
    return [] if value is None else [value]


def _kept_field(field: Field, codes: Iterable[Any]) -> dict[str, Any]:
    kept = {"name": field.name, "label": packed(field.label), "type": field.type}
    if field.currency:
        kept["currency"] = field.currency
    # Countries are named by their codes in every language.
    if field.type in {"choice", "set"} and (options := dict(field.options() or ())):
        kept["choices"] = [[code, packed(options[code])] for code in sorted({*map(str, codes)} & options.keys())]
    return kept


def _field(kept: Mapping[str, Any]) -> Field:
    choices = [(code, tell(label)) for code, label in kept.get("choices", [])]
    return Field(
        kept["name"], tell(kept["label"]), kept["type"], choices=choices or None, currency=kept.get("currency")
    )


def _read(fields: Iterable[Mapping[str, Any]], condition: Mapping[str, Any]) -> Condition:
    return parse(Subject.of("kept", "", map(_field, fields)), condition, check_choices=False)


def _tell_condition(kept: Mapping[str, Any]) -> str:
    return sentence_text(_read(kept["fields"], kept["of"]))


def _tell_found(kept: Mapping[str, Any]) -> str:
    asked = {"field": kept["of"]["name"], "op": kept["op"], "value": kept.get("wanted")}
    leaf = _read([kept["of"]], asked).root
    if not isinstance(leaf, Leaf):
        raise ValueError(kept["op"])
    test = Test(leaf.field, kept["op"], leaf.value, kept.get("negated", False))
    return plain(reason_parts(test, _found(leaf.field, kept["found"]), kept["ok"]))


def _found(field: Field, value: Any) -> Any:
    if field.type == "date" and isinstance(value, str):
        return datetime.fromisoformat(value) if "T" in value else date.fromisoformat(value)
    return value


register("condition", _tell_condition)
register("found", _tell_found)

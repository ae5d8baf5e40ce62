"""Conditions and their reasons in readable words, as (text, is_value) parts: screens set values apart."""

import re
from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.utils.formats import date_format, number_format
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from fairway.core.conditions.condition import Condition
from fairway.core.conditions.subjects import Field, FieldType
from fairway.core.conditions.tree import Group, Leaf, Node, Not, Test
from fairway.core.conditions.values import present
from fairway.core.money import format_amount

Part = tuple[str, bool]

_LABELS = {
    "is": gettext_lazy("is"),
    "is_not": gettext_lazy("is not"),
    "in": gettext_lazy("is one of"),
    "not_in": gettext_lazy("is none of"),
    "at_least": gettext_lazy("is at least"),
    "at_most": gettext_lazy("is at most"),
    "between": gettext_lazy("is between"),
    "contains": gettext_lazy("contains"),
    "starts_with": gettext_lazy("starts with"),
    "includes_any": gettext_lazy("includes any of"),
    "includes_all": gettext_lazy("includes all of"),
    "is_empty": gettext_lazy("is empty"),
    "is_not_empty": gettext_lazy("is not empty"),
}
_DATE_LABELS = {"at_least": gettext_lazy("is on or after"), "at_most": gettext_lazy("is on or before")}
_NOT_LABELS = {
    "contains": gettext_lazy("does not contain"),
    "starts_with": gettext_lazy("does not start with"),
    "is": gettext_lazy("is not"),
    "in": gettext_lazy("is none of"),
    "at_least": gettext_lazy("is not at least"),
    "at_most": gettext_lazy("is not at most"),
    "between": gettext_lazy("is not between"),
    "includes_any": gettext_lazy("includes none of"),
    "includes_all": gettext_lazy("does not include all of"),
    "is_not_empty": gettext_lazy("is empty"),
}


def op_label(kind: FieldType, op: str) -> Any:
    """What an operator is called on a screen: “is at least”, for dates “is on or after”."""
    return (kind == "date" and _DATE_LABELS.get(op)) or _LABELS[op]


def sentence(condition: Condition) -> list[Part]:
    """The condition in words: [("Country is one of ", False), ("Germany or Austria", True), …]."""
    if condition.is_always:
        return [(_("always"), False)]
    return _merged(_node_parts(condition.root, outermost=True))


def sentence_text(condition: Condition) -> str:
    return plain(sentence(condition))


def plain(parts: Iterable[Part]) -> str:
    return "".join(text for text, _is_value in parts)


def reason_parts(test: Test, found: Any, ok: bool) -> list[Part]:
    """“Country is France, wanted Germany or Austria”; of what was met, only what was found."""
    known = present(test.field.type, found)
    label = str(test.field.label)
    if known is None:
        said = _parts(_("%(field)s is not known"), field=label)
    elif known is True:
        said = [(label, True)]
    elif test.op in {"contains", "starts_with"}:
        said = _parts(_("%(field)s is “%(value)s”"), field=label, value=str(found))
    else:
        said = _parts(_("%(field)s is %(value)s"), field=label, value=show(test.field, found))
    if not ok or test.negated:
        said += _parts(_(", wanted: %(wanted)s"), wanted=_wanted(test))
    return _merged(said)


def show(field: Field, value: Any) -> str:
    """One value as people write it: names for codes, grouped digits, dates and amounts in their format."""
    if isinstance(value, (set, frozenset, list, tuple)):
        return listing(sorted(show(field, each) for each in value), _("%(first)s and %(last)s"))
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, (date, datetime)):
        return date_format(value, "DATE_FORMAT")
    if field.type == "money":
        return format_amount(int(value), field.currency or "", locale=get_language() or "en")
    if isinstance(value, (int, float, Decimal)):
        return number_format(value, use_l10n=True, force_grouping=True)
    options = field.options() if field.type in {"choice", "set", "country"} else None
    return str(dict(options).get(str(value), value)) if options else str(value)


def listing(words: list[str], last_two: str) -> str:
    """“a, b or c”; after six, how many more there are."""
    if len(words) > 7:
        return _("%(first)s and %(n)d more") % {"first": ", ".join(words[:6]), "n": len(words) - 6}
    if len(words) < 2:
        return "".join(words)
    return last_two % {"first": ", ".join(words[:-1]), "last": words[-1]}


def _value(field: Field, op: str, value: Any) -> str:
    if op == "between":
        return _("%(first)s and %(last)s") % {"first": show(field, value[0]), "last": show(field, value[1])}
    if isinstance(value, tuple):
        joint = _("%(first)s and %(last)s") if op == "includes_all" else _("%(first)s or %(last)s")
        return listing([show(field, each) for each in value], joint)
    return f"“{value}”" if field.type == "text" else show(field, value)


def _wanted(test: Test) -> str:
    label = _NOT_LABELS[test.op] if test.negated else op_label(test.field.type, test.op)
    if test.value is None:
        return str(label)
    value = _value(test.field, test.op, test.value)
    if test.op in {"is", "in"} and not test.negated:
        return value
    return f"{label} {value}"


def _node_parts(node: Node, outermost: bool = False) -> list[Part]:
    match node:
        case Leaf(field, "is" | "is_not" as op, bool(value)):
            # A yes-or-no field is named by what is true: “Place is on the map”, not “… is yes”.
            label = (str(field.label), True)
            return [label] if value == (op == "is") else [(_("not "), False), label]
        case Leaf(field, op, value):
            words: list[Part] = [(f"{field.label} {op_label(field.type, op)}", False)]
            return words if value is None else [*words, (" ", False), (_value(field, op, value), True)]
        case Not(part):
            return [(_("not ("), False), *_node_parts(part, outermost=True), (")", False)]
        case Group(match, parts):
            return _group_parts(match, parts, outermost)


def _group_parts(match: str, parts: tuple[Node, ...], outermost: bool) -> list[Part]:
    if not parts:
        return [(_("always") if match == "all" else _("never"), False)]
    joint = _(" and ") if match == "all" else _(" or ")
    said: list[Part] = []
    for part in parts:
        said += [(joint, False)] if said else []
        said += _node_parts(part)
    return said if outermost or len(parts) == 1 else [("(", False), *said, (")", False)]


def _parts(template: str, **values: str) -> list[Part]:
    """Fill a translated template; everything but the field's name is a value."""
    pieces = re.split(r"%\((\w+)\)s", template)
    return [
        (values[piece], piece != "field") if odd else (piece, False)
        for odd, piece in ((i % 2, piece) for i, piece in enumerate(pieces))
        if piece
    ]


def _merged(parts: Iterable[Part]) -> list[Part]:
    """Neighbours of one kind become one part."""
    merged: list[Part] = []
    for text, is_value in parts:
        if merged and merged[-1][1] == is_value:
            merged[-1] = (merged[-1][0] + text, is_value)
        else:
            merged.append((text, is_value))
    return merged

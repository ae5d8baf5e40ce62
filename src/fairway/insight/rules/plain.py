"""Figures as plain values that JSON can hold, and back again without loss."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

_IS = "is"


@dataclass(frozen=True, slots=True)
class Rows:
    """Many rows of values that are plain already: taken as they are, because looking into each would cost too much."""

    of: list[list[Any]]


def plain(value: Any) -> Any:
    """Numbers, text, lists and dicts; decimals, days, uids and dataclasses as dicts that say what they are."""
    if value is None or isinstance(value, str | int | float):
        return value
    if isinstance(value, Decimal):
        return {_IS: "decimal", "of": str(value)}
    if isinstance(value, date):
        return {_IS: "date", "of": value.isoformat()}
    if isinstance(value, UUID):
        return {_IS: "uid", "of": str(value)}
    if isinstance(value, Rows):
        return {_IS: "rows", "of": value.of}
    if is_dataclass(value):
        named = {each.name: plain(getattr(value, each.name)) for each in fields(value)}
        return {_IS: type(value).__name__, "of": named}
    if isinstance(value, Mapping):
        return {str(key): plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [plain(each) for each in value]
    raise TypeError(f"{type(value).__name__} is no plain value.")


_BUILT: Mapping[str, Any] = {"decimal": Decimal, "date": date.fromisoformat, "uid": UUID, "rows": Rows}


def revived(value: Any, kinds: Mapping[str, type]) -> Any:
    """What `plain` was given; `kinds` names the dataclasses. KeyError for one that is not among them."""
    if isinstance(value, list):
        return [revived(each, kinds) for each in value]
    if not isinstance(value, dict):
        return value
    if _IS not in value:
        return {key: revived(each, kinds) for key, each in value.items()}
    kind, of = value[_IS], value["of"]
    if kind in _BUILT:
        return _BUILT[kind](of)
    return kinds[kind](**{key: revived(each, kinds) for key, each in of.items()})

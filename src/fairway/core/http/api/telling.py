"""Rows as the API tells them, by functions made once from the fields that the schema is drawn from.

A serializer walks its fields anew for every row, which for a list takes longer than everything else together.
`told` gives the same dicts; `tests/test_telling.py` holds the two to each other.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from functools import cache
from typing import Any

from rest_framework import serializers

from fairway.core.access import Member

Read = Callable[[Any], Any]
Part = tuple[str, Callable[[Any, Any], Any]]


def told(kind: type[serializers.Serializer], rows: Iterable[Any], member: Member | None = None) -> list[dict[str, Any]]:
    """Every row as `kind` describes it. Output kinds leave out what is not for this member."""
    maker = kind(context={"member": member})
    parts = _parts(kind, member is None or member.is_staff)
    return [{name: tell(row, maker) for name, tell in parts} for row in rows]


def told_one(kind: type[serializers.Serializer], row: Any, member: Member | None = None) -> dict[str, Any]:
    return told(kind, [row], member)[0]


@cache
def _parts(kind: type[serializers.Serializer], is_staff: bool) -> Sequence[Part]:
    """(name, function of row and serializer) of the fields that are read; the same for all staff, and all others."""
    hidden: frozenset[str] = frozenset() if is_staff else getattr(kind, "staff_only", frozenset())
    fields = kind().fields.items()
    return tuple((name, _part(field)) for name, field in fields if not field.write_only and name not in hidden)


def _part(field: Any) -> Callable[[Any, Any], Any]:
    if isinstance(field, serializers.SerializerMethodField):
        method = field.method_name
        return lambda row, maker: getattr(maker, method)(row)
    if hasattr(field, "told"):
        return lambda row, maker: field.told(row, maker.context["member"])
    read = _reader(field.source_attrs)
    convert = _CONVERT.get(_base_of(type(field)), field.to_representation)

    def part(row: Any, maker: Any) -> Any:
        value = read(row)
        return None if value is None else convert(value)

    return part


def _reader(steps: Sequence[str]) -> Read:
    """Reads `a.b` from objects or dicts; where a step is None the value is."""

    def step(row: Any, name: str) -> Any:
        return row[name] if isinstance(row, dict) else getattr(row, name)

    if len(steps) == 1:
        (only,) = steps
        return lambda row: step(row, only)

    def read(row: Any) -> Any:
        for name in steps:
            if row is None:
                return None
            row = step(row, name)
        return row

    return read


def _instant(value: datetime) -> str:
    text = value.astimezone(UTC).isoformat()
    return text.removesuffix("+00:00") + "Z"


def _base_of(kind: type) -> type:
    """The nearest class of the framework whose way of telling is known here; the class itself when none is."""
    for each in kind.__mro__:
        if "to_representation" in vars(each):
            return each
    return kind


_CONVERT: dict[type, Callable[[Any], Any]] = {
    serializers.CharField: str,
    serializers.IntegerField: int,
    serializers.FloatField: float,
    serializers.DateField: lambda value: value.isoformat(),
    serializers.DateTimeField: _instant,
    serializers.UUIDField: str,
    serializers.ChoiceField: lambda value: value if value == "" else str(value),
}

"""Many lines in one request: the good ones are taken, the others say what is wrong with them."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.fields import empty

from fairway.core.http.api.fields import Input, Output
from fairway.core.http.api.operations import line_errors
from fairway.core.http.api.problems import by_path
from fairway.core.imports import ImportOutcome

LINES_MOST = 5000
RESULTS = ("created", "updated", "unchanged", "refused")


def lines_of(kind: type[Input], most: int = LINES_MOST, **more: Any) -> serializers.ListField:
    """The field `lines` of a bulk body. A line is read by itself, so that one that is wrong spoils no other."""
    child = extend_schema_field(kind)(type(f"{kind.__name__}Line", (_Line,), {}))
    return serializers.ListField(child=child(), min_length=1, max_length=most, allow_empty=False, **more)


class _Line(serializers.DictField):
    """An object; what is in it is looked at when the line is read."""

    def run_validation(self, data: Any = empty) -> Any:
        return data if type(data) is dict else super().run_validation(data)


class _Sentences(serializers.DictField):
    """Field → sentences."""

    child = serializers.ListField(child=serializers.CharField())


class LineTold(serializers.Serializer):
    """What became of one line; `line` counts from 1."""

    line = serializers.IntegerField()
    result = serializers.ChoiceField(choices=[(name, name) for name in RESULTS])
    uid = serializers.UUIDField(required=False)
    errors = _Sentences(required=False)  # type: ignore[assignment]
    warnings = _Sentences(required=False, help_text="What was left out of a line that was taken.")


class LinesTold(Output):
    """The lines in their order, and how many came to which end."""

    created = serializers.IntegerField()
    updated = serializers.IntegerField()
    unchanged = serializers.IntegerField()
    refused = serializers.IntegerField()
    lines = serializers.SerializerMethodField()

    @extend_schema_field(LineTold(many=True))
    def get_lines(self, made: "Lines") -> list[dict[str, Any]]:
        return made.lines


class Lines:
    """The lines of one request, by number from 1: `values` of the good ones, and what is told of each.

    `key` names the fields that tell one line from another; a line that repeats them is refused. Without, the
    action looks for repeats.
    """

    def __init__(self, given: Sequence[Any], kind: type[Input], *, key: tuple[str, ...]) -> None:
        self.values: dict[int, dict[str, Any]] = {}
        self._told: dict[int, dict[str, Any]] = {}
        first: dict[tuple[Any, ...], int] = {}
        for number, line in enumerate(given, 1):
            values, errors = line_errors(kind, line)
            if values is None:
                self.refuse(number, errors)
                continue
            names = tuple(values.get(name) for name in key)
            if key and values.get(key[-1]) and (earlier := first.setdefault(names, number)) != number:
                text = _("Line %(line)d is the same one. Only that line was taken.") % {"line": earlier}
                self.refuse(number, {key[-1]: [text]})
                continue
            self.values[number] = values

    def refuse(self, number: int, errors: Any) -> None:
        self.values.pop(number, None)
        self._told[number] = {"line": number, "result": "refused", "errors": by_path(errors)}

    def tell(self, number: int, result: str, uid: Any = None, **more: Any) -> None:
        self._told[number] = {"line": number, "result": result, **({"uid": str(uid)} if uid else {}), **more}

    def tell_outcome(self, outcome: ImportOutcome, uids: Mapping[int, Any] | None = None) -> None:
        """What an import did; its rows carry the numbers of the lines. `uids` are by line."""
        for number, result in outcome.results.items():
            self.tell(number, result, (uids or {}).get(number))
        refused: dict[int, dict[str, list[str]]] = {}
        for issue in outcome.refused:
            refused.setdefault(issue.line, {}).setdefault(issue.field, []).append(issue.message)
        for number, errors in refused.items():
            self.refuse(number, errors)
        for issue in outcome.warnings:
            told = self._told[issue.line].setdefault("warnings", {})
            told.setdefault(issue.field, []).append(issue.message)

    @property
    def lines(self) -> list[dict[str, Any]]:
        return [self._told[number] for number in sorted(self._told)]

    def count(self, result: str) -> int:
        return sum(line["result"] == result for line in self._told.values())

    created = property(lambda self: self.count("created"))
    updated = property(lambda self: self.count("updated"))
    unchanged = property(lambda self: self.count("unchanged"))
    refused = property(lambda self: self.count("refused"))

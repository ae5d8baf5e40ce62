"""What score cards and routing rules share as documents: versions, a draft that is replaced, problems line by line."""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers

from fairway.core.http.api.bulk import Lines
from fairway.core.http.api.fields import Input, Instant, Output
from fairway.core.http.api.problems import Conflict, Unprocessable
from fairway.leads.models import PolicyState
from fairway.leads.rules.scoring import PolicyError

Json = dict[str, Any]
STATES = [(str(value), str(label)) for value, label in PolicyState.choices]


class PolicyVersion(serializers.Serializer):
    """A version of the rules, as it stands; a draft is none that leads go by."""

    uid = serializers.UUIDField()
    number = serializers.IntegerField()
    state = serializers.ChoiceField(choices=STATES)
    rules = serializers.ListField(child=serializers.DictField())
    published_at = Instant(allow_null=True)
    published_by = serializers.CharField(source="published_by.name", allow_null=True)


class RulesVersionTold(PolicyVersion, Output):
    """A version among the others."""


def version_of(*documents: Any) -> int:
    """A number that changes with what the documents say: what `If-Match` names of a draft."""
    told = json.dumps(documents, sort_keys=True, default=str).encode()
    return int.from_bytes(hashlib.sha256(told).digest()[:6])


def rules_read(lines: Sequence[Any], kind: type[Input], parse: Callable[[Sequence[Json]], Any]) -> list[Json]:
    """The rules of a document. Raises Unprocessable with what is wrong of each, by its place from 0.

    `parse` reads rules as the room does, and raises PolicyError.
    """
    read = Lines(lines, kind, key=())
    problems: dict[str, list[str]] = {}
    for line in read.lines:
        problems |= {f"{line['line'] - 1}.{name}".rstrip("."): told for name, told in line["errors"].items()}
    rules = [as_plain(read.values[number]) for number in sorted(read.values)]
    for number, rule in read.values.items():
        try:
            parse([as_plain(rule)])
        except PolicyError as error:
            problems[str(number - 1)] = [error.problem]
    if problems:
        raise Unprocessable({"rules": problems})
    try:
        parse(rules)
    except PolicyError as error:
        raise Unprocessable({"rules": [str(error)]}) from None
    return rules


def as_plain(values: Mapping[str, Any]) -> Json:
    """As JSON keeps it: uids are text."""
    plain: Json = json.loads(json.dumps(values, default=str))
    return plain


def draft_of(versions: Any) -> Any:
    if versions.draft is None:
        raise Conflict(_("There is no draft. Change the rules first."))
    return versions.draft

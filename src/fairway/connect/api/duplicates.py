"""Records that are perhaps the same: read, merged, parted again, or said to be two."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from fairway.connect.actions.duplicates import dismiss_duplicate, merge_duplicate, reopen_duplicate, undo_merge
from fairway.connect.models import DuplicatePair, ImportKind
from fairway.connect.queries.duplicates import MODELS, records_of
from fairway.connect.rules.states import DUPLICATE
from fairway.core.http.api.fields import Choice, Input, Instant, Output
from fairway.core.http.api.operations import Call, PageQuery, Resource
from fairway.core.http.api.shapes import deed, listing, reading

_MAY = "duplicate.decide"
_KINDS = [(kind.value, str(kind.label)) for kind in ImportKind if kind in MODELS]
_STATES = [(str(state), str(word)) for state, word in DUPLICATE.labels.items()]
_SIDES = [("first", "The first"), ("second", "The second")]


class DuplicateQuery(PageQuery):
    state = Choice(choices=_STATES, required=False)
    kind = Choice(choices=_KINDS, required=False)


class MergeGiven(Input):
    keep = Choice(choices=_SIDES, help_text="The record that stays; what points to the other points to it then.")
    people = serializers.ListField(
        child=serializers.UUIDField(), required=False, max_length=1000,
        help_text="The seats that move with a partner that gives way, each agreed to. Left out, a merge is refused.",
    )  # fmt: skip


class SideTold(serializers.Serializer):
    uid = serializers.UUIDField()
    name = serializers.CharField()


class DuplicateTold(Output):
    """Two records that are perhaps one; null for one that is gone."""

    uid = serializers.UUIDField()
    version = serializers.IntegerField()
    kind = serializers.ChoiceField(choices=_KINDS)
    state = serializers.ChoiceField(choices=_STATES)
    first = SideTold(allow_null=True)
    second = SideTold(allow_null=True)
    kept = serializers.UUIDField(allow_null=True, help_text="After a merge, the record that stayed.")
    likeness = serializers.FloatField(help_text="From 0 to 1.")
    reasons = serializers.ListField(child=serializers.CharField())
    found_at = Instant()
    decided_at = Instant(allow_null=True)
    decided_by = serializers.CharField(source="decided_by.name", allow_null=True)

    @classmethod
    def gathered(cls, rows: Sequence[Any]) -> Sequence[Any]:
        records = records_of(rows)
        for pair in rows:
            sides = {pk: records.get((pair.kind, pk)) for pk in (pair.first_id, pair.second_id)}
            told = {pk: {"uid": row.uid, "name": str(row)} if row else None for pk, row in sides.items()}
            pair.first, pair.second = told[pair.first_id], told[pair.second_id]
            kept = told.get(pair.winner_id)
            pair.kept = kept["uid"] if kept else None
        return rows


def rows(call: Call) -> QuerySet[DuplicatePair]:
    asked = {name: call.query[name] for name in ("state", "kind") if name in call.query}
    return DuplicatePair.objects.filter(**asked).select_related("decided_by")


def found(call: Call, uid: UUID) -> DuplicatePair:
    return get_object_or_404(rows(call), uid=uid)


def merge(*, pair: DuplicatePair, keep: str, **by: Any) -> None:
    merge_duplicate(pair=pair, winner_id=pair.first_id if keep == "first" else pair.second_id, **by)


class Duplicates(Resource):
    tag = "duplicates"
    get = listing(
        "list_duplicates", _("List possible duplicates"), permission=_MAY, rows=rows, asks=DuplicateQuery,
        gives=DuplicateTold, order="found_at", help=_("They are looked for after every import."),
    )  # fmt: skip


class DuplicateDetail(Resource):
    tag = "duplicates"
    get = reading("read_duplicate", _("Read a possible duplicate"), permission=_MAY, found=found, gives=DuplicateTold)


class DuplicateMerge(Resource):
    tag = "duplicates"
    post = deed(
        "merge_duplicate", _("Make two records one"), permission=_MAY, found=found, by=merge, row="pair",
        takes=MergeGiven, gives=DuplicateTold, help=_("It can be undone."),
    )  # fmt: skip


class DuplicateDismissal(Resource):
    tag = "duplicates"
    post = deed(
        "dismiss_duplicate", _("Say that they are two"), permission=_MAY, found=found, by=dismiss_duplicate, row="pair",
        gives=DuplicateTold, help=_("The pair is not proposed again."),
    )  # fmt: skip


class DuplicateReopening(Resource):
    tag = "duplicates"
    post = deed(
        "reopen_duplicate", _("Decide about a dismissed pair again"), permission=_MAY, found=found, by=reopen_duplicate,
        row="pair", gives=DuplicateTold,
    )  # fmt: skip


class DuplicateParting(Resource):
    tag = "duplicates"
    post = deed(
        "undo_merge", _("Undo a merge"), permission=_MAY, found=found, by=undo_merge, row="pair", gives=DuplicateTold,
        help=_("What came to the record that stayed since then stays with it."),
    )  # fmt: skip

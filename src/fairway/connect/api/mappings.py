"""How files of a shape are read: remembered, corrected, forgotten."""

from uuid import UUID

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from fairway.connect.actions.mappings import NAME_MAX, change_mapping, forget_mapping
from fairway.connect.api.imports import KINDS, Texts
from fairway.connect.models import SavedMapping
from fairway.connect.queries.runs import visible_mappings
from fairway.core.http.api.fields import Input, Instant, Output, Text
from fairway.core.http.api.operations import Call, Resource
from fairway.core.http.api.problems import Unprocessable
from fairway.core.http.api.shapes import changing, deed, listing, reading

_MAY = "import.read"


class MappingGiven(Input):
    name = Text(max_length=NAME_MAX, required=False)
    mapping = Texts(required=False, help_text="Field → column, all of them: a field that is not named is left out.")


class MappingTold(Output):
    uid = serializers.UUIDField()
    version = serializers.IntegerField()
    kind = serializers.ChoiceField(choices=KINDS)
    name = serializers.CharField()
    columns = serializers.ListField(child=serializers.CharField(), help_text="Of the files that are read so.")
    mapping = serializers.DictField(child=serializers.CharField(), help_text="Field → column.")
    defaults = serializers.DictField(child=serializers.CharField(), help_text="Field → value, for rows without one.")
    created_at = Instant()
    used_at = Instant()


def rows(call: Call) -> QuerySet[SavedMapping]:
    return visible_mappings(call.member)


def found(call: Call, uid: UUID) -> SavedMapping:
    return get_object_or_404(rows(call), uid=uid)


def change(call: Call, saved: SavedMapping) -> None:
    mapping = call.data.get("mapping", saved.mapping)
    problems = change_mapping(
        saved=saved, name=call.data.get("name", saved.name), actor=call.member, at=call.at,
        choices={column: field for field, column in mapping.items()},
    )  # fmt: skip
    if problems:
        raise Unprocessable({"mapping": problems})


class Mappings(Resource):
    tag = "imports"
    get = listing(
        "list_mappings", _("List how files are read"), permission=_MAY, rows=rows, gives=MappingTold, order="used_at",
        help=_("Remembered when an import starts. The last used first."),
    )  # fmt: skip


class MappingDetail(Resource):
    tag = "imports"
    get = reading(
        "read_mapping", _("Read how files of a shape are read"), permission=_MAY, found=found, gives=MappingTold
    )
    patch = changing(
        "change_mapping", _("Change how files of a shape are read"), permission=_MAY, found=found, by=change,
        takes=MappingGiven, gives=MappingTold,
    )  # fmt: skip


class MappingForgetting(Resource):
    tag = "imports"
    post = deed(
        "forget_mapping", _("Forget how files of a shape are read"), permission=_MAY, found=found, by=forget_mapping,
        row="saved", gives=MappingTold, is_last=True, help=_("Such files are guessed again."),
    )  # fmt: skip

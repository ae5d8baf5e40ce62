"""Drop folders: which there are, set up, changed, given up."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework import serializers

from fairway.connect.actions.drops import EVERY, delete_drop_folder, save_drop_folder
from fairway.connect.api.imports import KINDS, Texts, may_import
from fairway.connect.models import DropFolder
from fairway.connect.queries.runs import visible_drops
from fairway.core.http.api.fields import Choice, Flag, Input, Instant, KeptSentence, Output, Text, Whole
from fairway.core.http.api.operations import Call, Resource
from fairway.core.http.api.problems import Unprocessable
from fairway.core.http.api.shapes import changing, deed, listing, making, reading

_MAY = "import.read"


class DropChangeGiven(Input):
    name = Text(max_length=100, required=False)
    kind = Choice(choices=KINDS, required=False)
    every_minutes = Whole(
        required=False, min_value=min(EVERY), max_value=max(EVERY), help_text="One of 5, 15, 60, 360 and 1440."
    )
    is_active = Flag(required=False)
    defaults = Texts(required=False, help_text="Field → value, for rows that have none.")


class DropGiven(DropChangeGiven):
    name = Text(max_length=100)
    kind = Choice(choices=KINDS)


class DropTold(Output):
    """Files that lie at `path`, below the server's folder of private files, are imported as the person in `by`."""

    uid = serializers.UUIDField()
    version = serializers.IntegerField()
    name = serializers.CharField()
    kind = serializers.ChoiceField(choices=KINDS)
    path = serializers.CharField()
    every_minutes = serializers.IntegerField()
    is_active = serializers.BooleanField()
    defaults = serializers.DictField(child=serializers.CharField())
    by = serializers.CharField(source="seat.name", allow_null=True)
    created_at = Instant()
    looked_at = Instant(allow_null=True)
    last_import = serializers.UUIDField(source="came_in.uid", allow_null=True)
    problem = KeptSentence(help_text="Why the last file was not taken in.")


def rows(call: Call) -> QuerySet[DropFolder]:
    return visible_drops(call.member).select_related("seat", "came_in")


def found(call: Call, uid: UUID) -> DropFolder:
    return get_object_or_404(rows(call), uid=uid)


def save(call: Call, folder: DropFolder | None = None) -> DropFolder:
    names = ("name", "kind", "every_minutes", "is_active", "defaults")
    present: dict[str, Any] = {name: getattr(folder, name) for name in names} if folder else {}
    values = {"every_minutes": 15, "is_active": True, "defaults": {}, **present, **call.data}
    if not may_import(call.member, values["kind"]):
        raise Unprocessable({"kind": [_("This is not one of the choices.")]})
    if values["every_minutes"] not in EVERY:
        raise Unprocessable({"every_minutes": [_("This is not one of the choices.")]})
    return save_drop_folder(folder=folder, **values, actor=call.member, at=call.at)


class Drops(Resource):
    tag = "imports"
    get = listing("list_drop_folders", gettext_lazy("List drop folders"), permission=_MAY, rows=rows, gives=DropTold)
    post = making(
        "add_drop_folder", gettext_lazy("Set up a drop folder"), permission=_MAY, by=save, found=found, takes=DropGiven,
        gives=DropTold, help=gettext_lazy("Files that are put there are imported as the token's person."),
    )  # fmt: skip


class DropDetail(Resource):
    tag = "imports"
    get = reading("read_drop_folder", gettext_lazy("Read a drop folder"), permission=_MAY, found=found, gives=DropTold)
    patch = changing(
        "change_drop_folder", gettext_lazy("Change a drop folder"), permission=_MAY, found=found, by=save,
        takes=DropChangeGiven, gives=DropTold, help=gettext_lazy("It acts as the token's person from then on."),
    )  # fmt: skip


class DropRemoval(Resource):
    tag = "imports"
    post = deed(
        "remove_drop_folder", gettext_lazy("Give up a drop folder"), permission=_MAY, found=found,
        by=delete_drop_folder, row="folder", gives=DropTold, is_last=True,
        help=gettext_lazy("Files that lie there stay where they are."),
    )  # fmt: skip

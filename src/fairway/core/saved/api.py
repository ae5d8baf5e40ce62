"""Saved views of lists, for programs that set people's desks up."""

from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404, QueryDict
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework import serializers

from fairway.core.access import Member
from fairway.core.http.api.fields import Flag, Input, Instant, Output, Text
from fairway.core.http.api.operations import Call, PageQuery, Resource
from fairway.core.http.api.problems import Unprocessable
from fairway.core.http.api.shapes import deed, listing, making
from fairway.core.saved.actions import KEEPERS, NAME_MOST, QUERY_MOST, remove_view, save_view, set_default
from fairway.core.saved.models import SavedView
from fairway.core.saved.pages import kept_query, lists_for

_MAY = "view.save"


class ViewQuery(PageQuery):
    list = Text(max_length=60, required=False)


class ViewGiven(Input):
    list = Text(max_length=60, help_text="The list's name: that of its page, such as `lead-list`.")
    name = Text(max_length=NAME_MOST, help_text="One's own view of this name is replaced.")
    query = Text(max_length=QUERY_MOST, allow_blank=True, help_text="Of the page's address, without “?”.")
    is_shared = Flag(required=False, help_text="With the whole team.")
    is_default = Flag(required=False, help_text="The list begins with it, for the token's person.")


class DefaultGiven(Input):
    is_default = Flag()


class ViewTold(Output):
    uid = serializers.UUIDField()
    list = serializers.CharField(source="list_name")
    name = serializers.CharField()
    query = serializers.CharField()
    is_shared = serializers.BooleanField()
    is_own = serializers.SerializerMethodField()
    is_default = serializers.SerializerMethodField()
    created_at = Instant()

    def get_is_own(self, view: SavedView) -> bool:
        return view.seat_id == self.member.seat_id

    def get_is_default(self, view: SavedView) -> bool:
        return self.member.seat_id in view.default_seat_ids


def rows(call: Call) -> QuerySet[SavedView]:
    asked = {"list_name": call.query["list"]} if "list" in call.query else {}
    return SavedView.objects.filter(**asked)


def found(call: Call, uid: UUID) -> SavedView:
    return get_object_or_404(SavedView, uid=uid)


def _removable(call: Call, uid: UUID) -> SavedView:
    """A colleague's view that is not the member's to remove is as good as none."""
    view = found(call, uid)
    if view.seat_id != call.member.seat_id and not (view.is_shared and call.member.role in KEEPERS):
        raise Http404
    return view


def _saved(call: Call) -> SavedView:
    given = dict(call.data)
    list_name = given.pop("list")
    if list_name not in lists_for(call.member):
        known = ", ".join(lists_for(call.member))
        raise Unprocessable({"list": [_("There is no such list. There are: %(known)s.") % {"known": known}]})
    given["query"] = kept_query(QueryDict(given["query"]))
    return save_view(list_name=list_name, **given, actor=call.member, at=call.at)


def _begun_with(*, view: SavedView, is_default: bool, actor: Member, at: object) -> None:
    set_default(view=view if is_default else None, list_name=view.list_name, actor=actor, at=at)  # type: ignore[arg-type]


class SavedViews(Resource):
    tag = "saved views"
    get = listing(
        "list_views", gettext_lazy("List saved views"), permission=_MAY, rows=rows, asks=ViewQuery, gives=ViewTold,
        help=gettext_lazy("The own, and those that colleagues share."),
    )  # fmt: skip
    post = making(
        "save_view", gettext_lazy("Save a view of a list"), permission=_MAY, by=_saved, found=found, takes=ViewGiven,
        gives=ViewTold,
    )  # fmt: skip


class SavedViewDefault(Resource):
    tag = "saved views"
    post = deed(
        "set_default_view", gettext_lazy("Begin a list with a view, or no longer"), permission=_MAY, found=found,
        by=_begun_with, row="view", takes=DefaultGiven, gives=ViewTold,
    )  # fmt: skip


class SavedViewRemoval(Resource):
    tag = "saved views"
    post = deed(
        "remove_view", gettext_lazy("Remove a saved view"), permission=_MAY, found=_removable, by=remove_view,
        row="view", gives=ViewTold, is_last=True,
    )  # fmt: skip

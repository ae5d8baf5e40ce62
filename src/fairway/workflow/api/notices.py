"""What the token's person was told, and what of it was read."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from fairway.core.http.api.fields import Choice, Instant, Output
from fairway.core.http.api.operations import Call, PageQuery, Resource, operation
from fairway.core.http.api.shapes import deed, listing
from fairway.workflow.actions.notifications import mark_read
from fairway.workflow.models import Notification
from fairway.workflow.queries.notices import in_words
from fairway.workflow.queries.notifications import notifications_of

_MAY = "task.read"
_READ = [("read", "Read"), ("unread", "Not read yet")]


class NoticeQuery(PageQuery):
    state = Choice(choices=_READ, required=False)


class NoticeTold(Output):
    uid = serializers.UUIDField()
    kind = serializers.CharField()
    title = serializers.SerializerMethodField()
    text = serializers.SerializerMethodField()
    path = serializers.CharField(help_text="The page for people, below the vendor's short name.")
    created_at = Instant()
    read_at = Instant(allow_null=True)

    def get_title(self, note: Notification) -> str:
        return _said(note)[0]

    def get_text(self, note: Notification) -> str:
        return _said(note)[1]


def _said(note: Notification) -> tuple[str, str]:
    return in_words(note.kind, note.values) or (note.title, note.body)


def rows(call: Call) -> QuerySet[Notification]:
    own: QuerySet[Notification] = notifications_of(call.member)
    state = call.query.get("state")
    return own.filter(read_at__isnull=state == "unread") if state else own


def found(call: Call, uid: UUID) -> Notification:
    row: Notification = get_object_or_404(notifications_of(call.member), uid=uid)
    return row


@dataclass(frozen=True, slots=True)
class Read:
    count: int


class ReadTold(Output):
    count = serializers.IntegerField(help_text="How many were not read before.")


class Notices(Resource):
    tag = "me"
    get = listing(
        "list_notices", _("List own notices"), permission=_MAY, rows=rows, asks=NoticeQuery, gives=NoticeTold,
        order="created_at", help=_("What the bell shows the token's person, the latest first."),
    )  # fmt: skip


class NoticeReading(Resource):
    tag = "me"
    post = deed(
        "mark_notice_read", _("Mark a notice as read"), permission=_MAY, found=found, by=mark_read, row="notification",
        gives=NoticeTold,
    )  # fmt: skip


class NoticesReading(Resource):
    tag = "me"

    @operation("mark_notices_read", _("Mark all own notices as read"), permission=_MAY, gives=ReadTold)
    def post(self, call: Call) -> Any:
        return Read(mark_read(actor=call.member, at=call.at))

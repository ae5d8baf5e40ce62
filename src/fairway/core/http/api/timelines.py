"""What happened to a thing, for programs: its events as the reader may see them, the latest first."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.db.models import F, Model
from django.db.models.functions import Coalesce
from rest_framework import serializers

from fairway.core.events.models import Event
from fairway.core.events.reading import begun
from fairway.core.events.record import subject_type
from fairway.core.http.api.fields import Instant, Output
from fairway.core.http.api.operations import Call, Handler, PageQuery, Resource, operation
from fairway.core.keyset import beyond


class EventTold(Output):
    """`event` says what was done to what, such as `lead.captured`. Who did it is told to the vendor's staff."""

    staff_only = frozenset({"by"})

    uid = serializers.UUIDField()
    event = serializers.CharField()
    by = serializers.CharField()
    at = Instant()


class Happenings:
    """The events of one row, page by page: the log's key is no number, so it reads its pages itself."""

    def __init__(self, subject: Model) -> None:
        self.rows = Event.objects.filter(
            subject_type=subject_type(subject), subject_id=subject.pk, at__gte=begun(subject)
        )

    def page(self, most: int, after: tuple[Any, int] | None = None) -> list[dict[str, Any]]:
        rows = self.rows.order_by("-at", "-id")
        if after is not None:
            at, pk = after
            rows = rows.filter(beyond(("-at", at), ("-id", pk)))
        named = rows.annotate(by=Coalesce(F("actor_seat__name"), F("actor_name")))
        found = named.values("id", "uid", "at", "subject_type", "verb", "by")[:most]
        return [{**row, "event": f"{row['subject_type']}.{row['verb']}"} for row in found]


def timeline(
    name: str, summary: Any, *, permission: str | tuple[str, ...], found: Callable[[Call, UUID], Model]
) -> Handler:
    """The operation that lists what happened to the row that `found` finds."""

    @operation(name, summary, permission=permission, asks=PageQuery, gives=EventTold, is_list=True, order="at")
    def get(view: Resource, call: Call, uid: UUID) -> Happenings:
        return Happenings(found(call, uid))

    return get

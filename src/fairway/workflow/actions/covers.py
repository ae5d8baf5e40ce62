"""Telling people of covers: who is to stand in, and who has lost a deputy. Reactions to events."""

from collections.abc import Sequence
from typing import Any

from fairway.core.events.record import Happened
from fairway.core.tenancy.covers import Cover
from fairway.core.tenancy.queries import covers_from
from fairway.workflow.actions.notifications import Note, notify_many

PATH = "console/covers/"


def tell_deputies(happened: Sequence[Happened]) -> None:
    """The deputy hears of it, and who is away where an administrator named the deputy."""
    notes = []
    for cover in Cover.objects.select_related("seat", "deputy").filter(pk__in=[each.subject_id for each in happened]):
        notes.append(Note(cover.deputy_id, _about(cover), PATH))
        if cover.set_by_id != cover.seat_id:
            notes.append(Note(cover.seat_id, _about(cover), PATH, "told"))
    notify_many(notes, "cover", at=happened[0].at)


def tell_of_lost_deputies(happened: Sequence[Happened]) -> None:
    """Whose deputy has left is told that nobody stands in."""
    at = happened[0].at
    closed = [each.subject_id for each in happened]
    lost = covers_from(at).filter(deputy_id__in=closed)
    notes = [Note(cover.seat_id, _about(cover), PATH, "lost") for cover in lost]
    notify_many(notes, "cover", at=at)


def _about(cover: Cover) -> dict[str, Any]:
    return {
        "name": cover.seat.name,
        "deputy": cover.deputy.name,
        "first": cover.first_on,
        "last": cover.last_on,
    }

"""Decisions that name a person, given to another: those that wait, and the steps that come after them."""

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy

from fairway.core.events.record import Happened
from fairway.core.tenancy.handing import Kind, register
from fairway.core.tenancy.models import Seat
from fairway.core.told import Stored
from fairway.core.words import Words, said
from fairway.workflow.actions.notifications import Note, notify_many
from fairway.workflow.models import Approval, ApprovalState


def _waiting(seat_id: int) -> QuerySet[Any]:
    return Approval.objects.filter(approver_id=seat_id, state=ApprovalState.WAITING)


def _to_come(seat_id: int) -> list[tuple[int, list[dict[str, Any]]]]:
    """(id, steps) of what waits now and is to be decided by this person afterwards."""
    waiting = Approval.objects.filter(state=ApprovalState.WAITING).exclude(next_steps=None)
    rows = waiting.values_list("pk", "next_steps")
    return [(pk, steps) for pk, steps in rows if any(step.get("seat_id") == seat_id for step in steps)]


def _steps(seat_id: int) -> int:
    return len(_to_come(seat_id))


def _give_steps(seat_id: int, taker: Seat) -> int:
    changed = 0
    for pk, steps in _to_come(seat_id):
        instead = [named_instead(step, seat_id, taker) for step in steps]
        changed += Approval.objects.filter(pk=pk, state=ApprovalState.WAITING).update(next_steps=instead)
    return changed


def named_instead(step: dict[str, Any], seat_id: int, taker: Seat) -> dict[str, Any]:
    """A step {role, …, seat_id} with another person in place of this one."""
    return {**step, "seat_id": taker.pk, "role": taker.role} if step.get("seat_id") == seat_id else step


def register_kinds() -> None:
    register(
        Kind(
            "approvals", gettext_lazy("Decisions asked of the person"), Approval, _waiting, "approver", "handed_on",
            partner="partner_id", extra=lambda taker: {"approver_role": taker.role}, count=_steps, give=_give_steps,
            is_shareable=True, order=("due_at", "pk"),
        )
    )  # fmt: skip


def tell_takers(happened: Sequence[Happened]) -> None:
    """Who is asked now hears of it."""
    rows = Approval.objects.filter(pk__in=[event.subject_id for event in happened]).exclude(approver=None)
    notes = [Note(row.approver_id, {"title": _title(row)}, row.path) for row in rows]
    notify_many(notes, "approval.requested", at=happened[0].at)


def _title(row: Approval) -> Stored | Words:
    return Stored(row.title, row.title_words) if row.title else said("A decision")

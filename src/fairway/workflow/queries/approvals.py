"""Decisions: what waits for a person, and how a subject was decided about."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Model, Q

from fairway.core.access import HIGHER, Member, deciders
from fairway.core.events.record import subject_type
from fairway.core.tenancy.models import Role, Seat
from fairway.core.tenancy.queries import links_at
from fairway.core.tenancy.scope import TenantQuerySet
from fairway.core.tenancy.standing_in import stood_in_for
from fairway.workflow.models import Approval, ApprovalState


def waiting_for(member: Member) -> TenantQuerySet:
    """What the member is asked to decide, most pressing first; an account manager's are those of the own partners.

    With it, what waits for colleagues who are away and for whom the member stands in; never what the member asked for.
    """
    asked = _asked_of(member.role, member.seat_id)
    if absent := member.answers_for[1:]:
        for seat_id, role in Seat.objects.filter(pk__in=absent).values_list("pk", "role"):
            asked |= _asked_of(role, seat_id)
    waiting = Approval.objects.filter(asked, state=ApprovalState.WAITING)
    return waiting.exclude(requested_by_id=member.seat_id or 0).order_by("due_at", "pk")


def _asked_of(role: str, seat_id: int | None) -> Q:
    asked = Q(approver=None, approver_role=role)
    if role == Role.CAM:
        asked &= Q(partner__cam_id=seat_id) | Q(partner=None)
    if role in HIGHER.values():  # asked in its turn, also when the role above was asked after it
        asked |= Q(escalated_to__in=deciders(role))
    return asked | Q(approver_id=seat_id)


@dataclass(frozen=True, slots=True)
class Standing:
    """By what right somebody decides: `for_seat_id` is a colleague who is away; `by_name` is not by role alone."""

    for_seat_id: int | None = None
    by_name: bool = False


def standing(approval: Approval, actor: Member, at: datetime) -> Standing | None:
    """The right by which the actor may decide this now, the own one first; None without any."""
    found = _right(approval, actor.role, actor.seat_id)
    if found is not None or actor.seat_id is None:
        return found
    absent = stood_in_for(actor.seat_id, links_at(at))
    for seat_id, role in Seat.objects.filter(pk__in=absent).order_by("pk").values_list("pk", "role"):
        if right := _right(approval, role, seat_id):
            return Standing(seat_id, right.by_name)
    return None


def _right(approval: Approval, role: str, seat_id: int | None) -> Standing | None:
    """A person or relation that is named, or the role asked, or one above it."""
    asked, *above = deciders(approval.approver_role)
    if role in above:
        return Standing()
    if approval.approver_id is not None:
        return Standing(by_name=True) if approval.approver_id == seat_id else None
    if role != asked:
        return None
    if asked == Role.CAM and approval.partner is not None:
        return Standing(by_name=True) if approval.partner.cam_id == seat_id else None
    return Standing()


def waiting_about(subject: Model) -> Approval | None:
    """The decision that is open about a subject."""
    about = Approval.objects.filter(subject_type=subject_type(subject), subject_id=subject.pk)
    return about.filter(state=ApprovalState.WAITING).first()


def approvals_of(subject: Model) -> TenantQuerySet:
    """Every decision about a subject, newest first."""
    found = Approval.objects.filter(subject_type=subject_type(subject), subject_id=subject.pk)
    return found.select_related("decided_by", "decided_for", "approver", "requested_by").order_by("-pk")

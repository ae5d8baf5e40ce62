"""Decisions: what waits for a person, and how a subject was decided about."""

from django.db.models import Model, Q

from fairway.core.access import Member
from fairway.core.events.record import subject_type
from fairway.core.tenancy.models import Role
from fairway.core.tenancy.scope import TenantQuerySet
from fairway.workflow.models import Approval, ApprovalState
from fairway.workflow.rules.states import HIGHER, deciders


def waiting_for(member: Member) -> TenantQuerySet:
    """What the member is asked to decide, most pressing first; an account manager's are those of the own partners."""
    asked = Q(approver_role=member.role)
    if member.role == Role.CAM:
        asked &= Q(partner__cam_id=member.seat_id) | Q(partner=None)
    if member.role in HIGHER.values():  # asked in its turn, also when the role above was asked after it
        asked |= Q(escalated_to__in=deciders(member.role))
    waiting = Approval.objects.filter(asked, state=ApprovalState.WAITING)
    return waiting.order_by("due_at", "pk")


def approvals_of(subject: Model) -> TenantQuerySet:
    """Every decision about a subject, newest first."""
    found = Approval.objects.filter(subject_type=subject_type(subject), subject_id=subject.pk)
    return found.select_related("decided_by", "requested_by").order_by("-pk")

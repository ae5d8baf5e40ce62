"""Decisions: who is asked, until when, who decided and why.

Called by the actions of the thing that is decided about, inside their `acting_for`: they move their own state in
the same transaction. The time limit runs in the business hours of the vendor, where the deciders sit.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db.models import Model
from django.utils.translation import gettext as _

from fairway.core.access import HIGHER, Forbidden, Member, system_member
from fairway.core.events.record import record, subject_type
from fairway.core.moves import StateConflict, move
from fairway.core.tenancy.models import Organization, Partner, Role, Seat
from fairway.core.told import Stored, columns
from fairway.workflow.actions.deadlines import cancel_deadlines, set_deadline
from fairway.workflow.actions.notifications import notify
from fairway.workflow.models import Approval, ApprovalState
from fairway.workflow.queries.approvals import standing, waiting_about
from fairway.workflow.queries.hours import hours_after
from fairway.workflow.queries.people import seats_for
from fairway.workflow.rules.notices import role_named
from fairway.workflow.rules.states import APPROVAL, VERBS

ESCALATE = "escalate"
HOURS_TO_NEXT_ROLE = 8  # business hours until the role above that one is asked too


class AlreadyDecided(StateConflict):
    """Somebody else has decided, or the question was taken back."""

    def __init__(self, decided: Approval | None):
        super().__init__(APPROVAL)
        self.decided = decided

    def __str__(self) -> str:
        if self.decided is None:
            return _("Nothing waits for a decision here.")
        if self.decided.state == ApprovalState.WITHDRAWN:
            return _("This was withdrawn. Nothing is left to decide.")
        who = self.decided.decided_by.name if self.decided.decided_by else _("a rule")
        return _("Already decided by %(name)s: %(state)s.") % {
            "name": who,
            "state": APPROVAL.label(self.decided.state).lower(),
        }


def request_approval(
    *,
    subject: Model,
    role: str,
    limit_hours: float,
    actor: Member,
    at: datetime,
    partner: Partner | None = None,
    reasons: Sequence[Any] = (),
    title: Any = "",
    path: str = "",
    steps: Sequence[Mapping[str, Any]] = (),
    previous: Approval | None = None,
    seat_id: int = 0,
) -> Approval:
    """Ask the people of a staff `role` to decide within `limit_hours` of business time; after that the role above.

    With `seat_id` that person alone; the role "cam" with a partner is the partner's own account manager. Where that
    person has no open seat, the role above is asked instead.

    `steps` are asked afterwards, one by one, each {role, limit_hours, seat_id}; they stay as they are now.

    `reasons` say why no rule decided. With a `title` those who are asked are told, with `path` as the page.
    """
    vendor = Organization.objects.get(pk=actor.vendor_id)
    role, seat_id = _present(role, seat_id, partner)
    approval = Approval.objects.create(
        vendor_id=actor.vendor_id,
        subject_type=subject_type(subject),
        subject_id=subject.pk,
        **columns(title=title, most=200),
        path=path,
        partner=partner,
        approver_role=role,
        approver_id=seat_id or None,
        requested_by_id=actor.seat_id,
        requested_at=at,
        due_at=hours_after(vendor.country, vendor.time_zone, at, limit_hours),
        reasons=list(reasons),
        previous=previous,
        next_steps=[dict(step) for step in steps] or None,
    )
    set_deadline(approval, ESCALATE, approval.due_at)
    record("requested", approval, actor=actor, at=at, partner_id=approval.partner_id, role=role)
    if title:
        notify(_asked(approval, role), "approval.requested", {"title": title}, path, at=at)
    return approval


def _present(role: str, seat_id: int, partner: Partner | None) -> tuple[str, int]:
    """(role, seat) to ask, when the person named, or the partner's account manager, has left: the role above."""
    if seat_id:
        named = Seat.objects.filter(pk=seat_id, is_active=True).first()
        return (named.role, named.pk) if named else (HIGHER.get(role, Role.ADMIN), 0)
    if role == Role.CAM and partner is not None and not (partner.cam and partner.cam.is_active):
        return HIGHER[Role.CAM], 0
    return role, 0


def decide(
    *,
    subject: Model,
    outcome: str,
    actor: Member,
    at: datetime,
    note: str = "",
    automatic: bool = False,
    reasons: Sequence[Any] = (),
) -> Approval:
    """Decide what waits about `subject`: `outcome` is approved, returned or rejected.

    A deputy decides in the place of who is away, and that is kept. Raises Forbidden for who is not asked, and for
    who asked for the decision or took the one before; AlreadyDecided when nothing waits any more. An `automatic`
    decision is a rule's, with its reasons; it needs no question before it. An approval with steps to come asks the
    next one: it is `follower` of what is returned. Nobody decides two steps of one decision.
    """
    approval, in_place_of = waiting_about(subject), None
    if approval is None:
        if not automatic:
            raise AlreadyDecided(_latest(subject))
        approval = _unasked(subject, actor, at)
    if not automatic:
        in_place_of = _by_right(approval, actor, at)
    changes: dict[str, Any] = {"decided_by_id": actor.seat_id, "decided_at": at, "note": note, "automatic": automatic}
    changes["decided_for_id"] = in_place_of
    if reasons:
        changes["reasons"] = list(reasons)
    _move(approval, VERBS[outcome], subject, **changes)
    extra: dict[str, Any] = {"in_place_of": in_place_of} if in_place_of else {}
    record(outcome, approval, actor=actor, at=at, partner_id=approval.partner_id, automatic=automatic, **extra)
    if outcome == "approved" and approval.next_steps:
        approval.follower = _ask_next(approval, subject, actor, at)
    return approval


def _by_right(approval: Approval, actor: Member, at: datetime) -> int | None:
    """The seat in whose place the actor decides; None by an own right. Raises Forbidden without any."""
    right = standing(approval, actor, at)
    if right is None:
        raise Forbidden(_("This decision is for: %(role)s.") % {"role": approval.asked_of})
    if actor.seat_id in _deciders_before(approval):
        raise Forbidden(_("You decided the step before this one. Somebody else decides now."))
    if approval.requested_by is not None and actor.user_id and approval.requested_by.user_id == actor.user_id:
        raise Forbidden(_("You asked for this decision yourself. Somebody else decides."))
    return right.for_seat_id


def _deciders_before(approval: Approval) -> list[int]:
    """Seats that decided earlier steps of the same decision, or in whose place somebody did."""
    seats, before = [], approval.previous
    while before is not None:
        seats += [seat for seat in (before.decided_by_id, before.decided_for_id) if seat]
        before = before.previous
    return seats


def _ask_next(done: Approval, subject: Model, actor: Member, at: datetime) -> Approval:
    step, *others = done.next_steps or []
    return request_approval(
        subject=subject, role=step["role"], limit_hours=step["limit_hours"], actor=actor, at=at, partner=done.partner,
        reasons=done.reasons, title=Stored(done.title, done.title_words), path=done.path, steps=others, previous=done,
        seat_id=step.get("seat_id", 0),
    )  # fmt: skip


def withdraw_approval(*, subject: Model, actor: Member, at: datetime) -> Approval | None:
    """Take the question back; None when nothing waits."""
    approval = waiting_about(subject)
    if approval is None:
        return None
    _move(approval, "withdraw", subject, decided_by_id=actor.seat_id, decided_at=at)
    record("withdrawn", approval, actor=actor, at=at, partner_id=approval.partner_id)
    return approval


def escalate(*, vendor_id: int, subject_id: int, at: datetime) -> None:
    """The deadline of a decision is reached: ask the role above as well, and tell it. Called by the deadline."""
    approval = Approval.objects.select_for_update().filter(pk=subject_id, state=ApprovalState.WAITING).first()
    if approval is None:
        return
    higher = HIGHER.get(approval.escalated_to or approval.approver_role)
    if higher is None:
        return
    if HIGHER.get(higher) is not None:
        vendor = Organization.objects.get(pk=vendor_id)
        again_at = hours_after(vendor.country, vendor.time_zone, at, HOURS_TO_NEXT_ROLE)
        set_deadline(approval, ESCALATE, again_at)
    approval.escalated_at, approval.escalated_to = at, higher
    approval.save(update_fields=["escalated_at", "escalated_to"])
    actor = system_member(vendor_id, "deadlines")
    record("escalated", approval, actor=actor, at=at, partner_id=approval.partner_id, role=higher)
    values = {"title": Stored(approval.title, approval.title_words), "role": _asked_of(approval)}
    form, path = "" if approval.title else "untitled", approval.path or "console/"
    notify(_asked(approval, higher), "approval.escalated", values, path, at=at, form=form)


def _asked_of(approval: Approval) -> dict[str, Any]:
    return role_named(approval.approver_role, approval.approver.name if approval.approver else "")


def _move(approval: Approval, verb: str, subject: Model, **changes: Any) -> None:
    try:
        move(approval, APPROVAL, verb, field="state", **changes)
    except StateConflict:
        raise AlreadyDecided(_latest(subject)) from None
    cancel_deadlines(approval)


def _asked(approval: Approval, role: str) -> list[int]:
    if approval.approver_id is not None and role == approval.approver_role:
        return [approval.approver_id]
    if role == Role.CAM and approval.partner_id is not None:
        return seats_for(cam_of_partner=approval.partner_id)
    return seats_for(roles=[role])


def _latest(subject: Model) -> Approval | None:
    return _about(subject).exclude(state=ApprovalState.WAITING).select_related("decided_by").order_by("-pk").first()


def _about(subject: Model) -> Any:
    return Approval.objects.filter(subject_type=subject_type(subject), subject_id=subject.pk)


def _unasked(subject: Model, actor: Member, at: datetime) -> Approval:
    """The row of a decision that a rule takes before anybody was asked."""
    return Approval.objects.create(
        vendor_id=actor.vendor_id,
        subject_type=subject_type(subject),
        subject_id=subject.pk,
        partner_id=getattr(subject, "partner_id", None),
        approver_role=Role.DEAL_DESK,
        requested_at=at,
        due_at=at,
    )

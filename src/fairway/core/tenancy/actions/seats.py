"""Seats: closed and opened again. A closed one ends its sessions and keys at the next request."""

from datetime import datetime

from django.utils.translation import gettext as _

from fairway.core.access import SUPPORT, Forbidden, Member, require
from fairway.core.events.record import record, record_many
from fairway.core.jobs import defer
from fairway.core.refusals import Refused
from fairway.core.tenancy.acting import acting_for
from fairway.core.tenancy.covers import Cover
from fairway.core.tenancy.handing import kinds_of
from fairway.core.tenancy.lookups import is_only_ours
from fairway.core.tenancy.models import STAFF_ROLES, Role, Seat
from fairway.core.tenancy.queries import may_give
from fairway.core.tenancy.roles import CustomRole
from fairway.core.tenancy.tokens import ApiToken


class WorkLeft(Refused):
    """The seat would leave behind what somebody has to do."""


def close_seat(*, seat: Seat, actor: Member, at: datetime) -> None:
    """The person sees nothing here any more. What the person did stays.

    Refused for oneself, for the last administrator, and while work would be left behind: hand it over first.
    """
    require_mine(seat, actor)
    if seat.pk == actor.seat_id:
        raise Refused(_("You cannot close your own seat. Ask a colleague."))
    with acting_for(actor):
        close_in_block(seat, actor, at)


def close_in_block(seat: Seat, actor: Member, at: datetime) -> None:
    """Close it inside the caller's `acting_for`: keys revoked, covers ended, signed out where no other seat is open."""
    _keep_an_administrator(seat)
    if left := [f"{kind.label} ({n})" for kind in kinds_of(seat) if kind.is_needed and (n := kind.number(seat.pk))]:
        said = {"name": seat.name, "what": ", ".join(left)}
        raise WorkLeft(_("%(name)s still has work here: %(what)s. Hand it over first.") % said)
    if not Seat.objects.filter(pk=seat.pk, is_active=True).update(is_active=False):
        return
    tokens = list(ApiToken.objects.filter(seat=seat, revoked_at=None))
    ApiToken.objects.filter(pk__in=[token.pk for token in tokens]).update(revoked_at=at)
    record_many("revoked", ApiToken, [(token.pk, token.partner_id, {}) for token in tokens], actor=actor, at=at)
    Cover.objects.filter(seat=seat, ended_at=None, ends_until__gt=at).update(ended_at=at)
    record("closed", seat, actor=actor, at=at, partner_id=seat.partner_id)
    if is_only_ours(seat.user_id) and not Seat.objects.filter(user_id=seat.user_id, is_active=True).exists():
        defer("core.end_sign_ins", vendor_id=actor.vendor_id, user_id=seat.user_id)


def _keep_an_administrator(seat: Seat) -> None:
    """Refuse when nobody else could give rights. All administrators are locked in key order: two cannot go at once."""
    admins = Seat.objects.filter(role=Role.ADMIN, custom_role=None, is_active=True).order_by("pk").select_for_update()
    if [admin.pk for admin in admins] == [seat.pk]:
        raise Refused(_("This is the last administrator. Invite another one first."))


def change_role(*, seat: Seat, role: str, custom_role: CustomRole | None, actor: Member, at: datetime) -> None:
    """Give the person another role, built in or (with its base as `role`) of the vendor's own. At once.

    Raises Forbidden, and Refused for oneself, for another side of the house, and for the last administrator.
    """
    require(actor, "people.manage")
    if seat.pk == actor.seat_id:
        raise Refused(_("You cannot change your own role. Ask a colleague."), field="role")
    if seat.role == SUPPORT:
        raise Refused(_("A visitor of the support has no role to change. End the visit instead."), field="role")
    if (role in STAFF_ROLES) != (seat.partner_id is None):
        raise Refused(_("This role is for the other side of the house."), field="role")
    if custom_role is not None and (custom_role.base != role or custom_role.retired_at is not None):
        raise Refused(_("This role does not exist any more."), field="role")
    with acting_for(actor):
        if role != Role.ADMIN or custom_role is not None:
            _keep_an_administrator(seat)
        if Seat.objects.filter(user=seat.user_id, partner=seat.partner_id, role=role).exclude(pk=seat.pk).exists():
            raise Refused(_("This person has this role already, in another seat."), field="role")
        if custom_role is not None:
            CustomRole.objects.select_for_update().get(pk=custom_role.pk, retired_at=None)
        Seat.objects.filter(pk=seat.pk).update(role=role, custom_role=custom_role)
        now = custom_role.name if custom_role else role
        record("role_changed", seat, actor=actor, at=at, partner_id=seat.partner_id, role=now, before=seat.role)


def open_seat(*, seat: Seat, actor: Member, at: datetime) -> None:
    """Let the person in again."""
    require_mine(seat, actor)
    with acting_for(actor):
        if Seat.objects.filter(pk=seat.pk, is_active=False).update(is_active=True):
            record("opened", seat, actor=actor, at=at, partner_id=seat.partner_id)


def require_mine(seat: Seat, actor: Member) -> None:
    """Raise Forbidden unless the actor may let people into this seat, and so out of it."""
    require(actor, "people.invite")
    if seat.vendor_id != actor.vendor_id or not may_give(actor, seat.role, seat.partner):
        raise Forbidden(_("This seat is not yours to change. Ask your administrator."))

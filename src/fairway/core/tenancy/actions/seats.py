"""Seats: closed and opened again. A closed one ends its sessions and keys at the next request."""

from datetime import datetime

from django.utils.translation import gettext as _

from fairway.core.access import Forbidden, Member, require
from fairway.core.events.record import record
from fairway.core.refusals import Refused
from fairway.core.tenancy.acting import acting_for
from fairway.core.tenancy.models import Role, Seat
from fairway.core.tenancy.queries import may_give


def close_seat(*, seat: Seat, actor: Member, at: datetime) -> None:
    """The person sees nothing here any more. What the person did stays. Refused for oneself and the last one left."""
    _require_mine(seat, actor)
    if seat.pk == actor.seat_id:
        raise Refused(_("You cannot close your own seat. Ask a colleague."))
    with acting_for(actor):
        # All administrators are locked in key order, so that two do not close each other at once.
        admins = list(Seat.objects.filter(role=Role.ADMIN, is_active=True).order_by("pk").select_for_update())
        if seat.role == Role.ADMIN and [admin.pk for admin in admins] == [seat.pk]:
            raise Refused(_("This is the last administrator. Invite another one first."))
        if Seat.objects.filter(pk=seat.pk, is_active=True).update(is_active=False):
            record("closed", seat, actor=actor, at=at, partner_id=seat.partner_id)


def open_seat(*, seat: Seat, actor: Member, at: datetime) -> None:
    """Let the person in again."""
    _require_mine(seat, actor)
    with acting_for(actor):
        if Seat.objects.filter(pk=seat.pk, is_active=False).update(is_active=True):
            record("opened", seat, actor=actor, at=at, partner_id=seat.partner_id)


def _require_mine(seat: Seat, actor: Member) -> None:
    require(actor, "people.invite")
    if seat.vendor_id != actor.vendor_id or not may_give(actor, seat.role, seat.partner):
        raise Forbidden(_("This seat is not yours to change. Ask your administrator."))

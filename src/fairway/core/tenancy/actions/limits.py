"""Staff who see a part of the channel only: what a seat is limited to, by the ids of the room that has them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from django.utils.translation import gettext as _

from fairway.core.access import Member, require
from fairway.core.events.record import record
from fairway.core.refusals import Refused
from fairway.core.tenancy.acting import acting_for
from fairway.core.tenancy.models import Role, Seat

Limit = Literal["territories", "units"]
COLUMNS: dict[Limit, str] = {"territories": "territory_ids", "units": "unit_ids"}


def set_limit(*, seat: Seat, by: Limit, ids: Sequence[int] | None, actor: Member, at: datetime) -> None:
    """Let a member of staff see only what belongs to these; None: all again. Holds with the next click.

    Raises Forbidden, and Refused for oneself, administrators and people of partners.
    """
    require(actor, "people.manage")
    if seat.partner_id is not None:
        raise Refused(_("People of a partner see their own partner only."))
    if seat.pk == actor.seat_id or (seat.role == Role.ADMIN and seat.custom_role_id is None):
        raise Refused(_("Administrators see the whole channel."))
    kept = None if ids is None else sorted(ids)
    with acting_for(actor):
        before = Seat.objects.values_list(COLUMNS[by], flat=True).get(pk=seat.pk)
        Seat.objects.filter(pk=seat.pk).update(**{COLUMNS[by]: kept})
        record(f"{by}_changed", seat, actor=actor, at=at, **{by: kept, "before": before})

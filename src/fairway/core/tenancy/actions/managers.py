"""Whom a member of staff reports to."""

from datetime import datetime

from django.utils.translation import gettext as _

from fairway.core.access import Member, require
from fairway.core.events.record import record
from fairway.core.refusals import Refused
from fairway.core.tenancy.acting import acting_for
from fairway.core.tenancy.models import Seat


def set_manager(*, seat: Seat, manager: Seat | None, actor: Member, at: datetime) -> None:
    """Name who is asked when this person does not act; None for nobody.

    Raises Refused for people of partners, a closed seat, and where managers would go in a circle.
    """
    require(actor, "people.manage")
    with acting_for(actor):
        # All in one order, so that two who name each other at once meet at the first row.
        managers = dict(
            Seat.objects.select_for_update(of=("self",)).filter(partner_key=0).order_by("pk")
            .values_list("pk", "manager_id")
        )  # fmt: skip
        if seat.pk not in managers:
            raise Refused(_("Managers are for the vendor's own staff."))
        if manager is not None:
            _check(seat, manager, managers)
        manager_id = manager.pk if manager else None
        if managers[seat.pk] == manager_id:
            return
        Seat.objects.filter(pk=seat.pk).update(manager_id=manager_id)
        seat.manager_id = manager_id
        record("manager_set", seat, actor=actor, at=at, manager=manager_id)


def _check(seat: Seat, manager: Seat, managers: dict[int, int | None]) -> None:
    if manager.pk not in managers or not manager.is_active:
        raise Refused(_("The manager has to be one of your staff with an open seat."), field="manager")
    way: list[int] = [seat.pk]
    above: int | None = manager.pk
    while above is not None and above not in way:
        way.append(above)
        above = managers.get(above)
    if above == seat.pk:
        names = dict(Seat.objects.filter(pk__in=way).values_list("pk", "name"))
        said = " → ".join(names[pk] for pk in [*way, seat.pk])
        raise Refused(
            _("They would report to each other in a circle: %(names)s. Choose another.") % {"names": said},
            field="manager",
        )

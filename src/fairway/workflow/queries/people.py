"""Whom to tell: the seats behind a role, a partner, or a partner's account manager."""

from collections.abc import Iterable

from django.db.models import Q

from fairway.core.tenancy.models import STAFF_ROLES, Partner, Role, Seat


def seats_for(
    *, roles: Iterable[str] = (), partner_id: int | None = None, cam_of_partner: int | None = None
) -> list[int]:
    """Ids of active seats, without repetition.

    `roles` are staff roles, or with `partner_id` the roles of that partner's people (all its people when no role
    is named). `cam_of_partner` adds the partner's account manager, or the channel chiefs where it has none.
    """
    wanted = Q(pk=None)
    if partner_id is not None:
        wanted |= Q(partner_key=partner_id, **({"role__in": list(roles)} if roles else {}))
    elif roles:
        wanted |= Q(partner_key=0, role__in=STAFF_ROLES.intersection(roles))
    found = list(Seat.objects.filter(wanted, is_active=True).order_by("pk").values_list("pk", flat=True))
    if cam_of_partner is not None:
        found += [seat for seat in _cam_or_chiefs(cam_of_partner) if seat not in found]
    return found


def _cam_or_chiefs(partner_id: int) -> list[int]:
    cam = Partner.objects.filter(pk=partner_id, cam__is_active=True).values_list("cam_id", flat=True).first()
    return [cam] if cam else seats_for(roles=[Role.CHIEF])

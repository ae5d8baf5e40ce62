"""Whom to tell, for many partners at once. Ids of active seats."""

from collections import defaultdict
from collections.abc import Iterable

from fairway.core.tenancy.models import Partner, Role, Seat

MOST_PER_PARTNER = 20


def sellers_of(partner_ids: Iterable[int]) -> dict[int, list[int]]:
    """Partner id → seats of its sellers and executives, at most twenty."""
    return _people_of(partner_ids, [Role.SELLER, Role.EXECUTIVE])


def executives_of(partner_ids: Iterable[int]) -> dict[int, list[int]]:
    """Partner id → seats of its executives, at most twenty."""
    return _people_of(partner_ids, [Role.EXECUTIVE])


def _people_of(partner_ids: Iterable[int], roles: list[Role]) -> dict[int, list[int]]:
    seats = Seat.objects.filter(partner_key__in=set(partner_ids), role__in=roles, is_active=True).order_by("pk")
    found: dict[int, list[int]] = defaultdict(list)
    for seat_id, partner_id in seats.values_list("pk", "partner_key"):
        if len(found[partner_id]) < MOST_PER_PARTNER:
            found[partner_id].append(seat_id)
    return found


def cams_of(partner_ids: Iterable[int]) -> dict[int, list[int]]:
    """Partner id → seat of its account manager, or of the channel chiefs where it has none."""
    partners = Partner.objects.filter(pk__any=set(partner_ids))
    cams = partners.values_list("pk", "cam_id", "cam__is_active")
    found = {partner_id: [cam_id] for partner_id, cam_id, is_active in cams if cam_id and is_active}
    without = [partner_id for partner_id, cam_id, is_active in cams if not (cam_id and is_active)]
    if without:
        chiefs = staff_in([Role.CHIEF])
        found |= dict.fromkeys(without, chiefs)
    return found


def staff_in(roles: Iterable[str]) -> list[int]:
    seats = Seat.objects.filter(partner_key=0, role__in=list(roles), is_active=True)
    return list(seats.order_by("pk").values_list("pk", flat=True))

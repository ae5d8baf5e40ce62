"""The pause of a partner that is planned or running."""

from collections.abc import Iterable
from typing import Any

from django.db.models import BigIntegerField, QuerySet

from fairway.core.access import Member
from fairway.core.prepared import Given, prepared
from fairway.core.tenancy.models import Partner, Seat
from fairway.partners.models import PartnerPause


def pause_of(partner: Partner | int) -> PartnerPause | None:
    key = partner if isinstance(partner, int) else partner.pk
    return PartnerPause.objects.filter(partner_id=key, ended_at=None).select_related("partner", "set_by").first()


def pause_told(partner_id: int) -> dict[str, Any] | None:
    """The days of a partner's pause, for pages that are opened all day."""
    return next(iter(_told(given={"partner": partner_id})[:1]), None)


@prepared
def _told() -> QuerySet[PartnerPause, dict[str, Any]]:
    rows = PartnerPause.objects.filter(partner_id=Given("partner", BigIntegerField()), ended_at=None)
    return rows.values("first_on", "last_on", "begun_at")


def paused(partner_ids: Iterable[int]) -> dict[int, PartnerPause]:
    """Partner id → its running pause: one query, none where nobody is asked for."""
    ids = list(partner_ids)
    if not ids:
        return {}
    rows = PartnerPause.objects.filter(partner_id__in=ids, ended_at=None, begun_at__isnull=False)
    return {row.partner_id: row for row in rows}


def may_end(actor: Member, pause: PartnerPause) -> bool:
    """Staff may end every pause, a partner those that its own people set. Inside a scope."""
    if actor.partner_id is None:
        return True
    return Seat.objects.filter(pk=pause.set_by_id, partner_key=pause.partner_id).exists()

"""What a person was told. In a reader's context the database shows each seat its own rows only."""

from datetime import datetime

from django.db.models import BigIntegerField, Count
from django.utils.translation import ngettext

from fairway.core.access import Member
from fairway.core.http.desk import Waiting
from fairway.core.prepared import Given, Wanted, prepared
from fairway.core.tenancy.context import Surface
from fairway.core.tenancy.scope import TenantQuerySet
from fairway.workflow.models import Notification

UNREAD_MOST = 1_000


def notifications_of(member: Member) -> TenantQuerySet:
    """The member's own, newest first."""
    return Notification.objects.filter(seat_id=member.seat_id).order_by("-created_at", "-pk")


@prepared
def _unread() -> TenantQuerySet:
    return Notification.objects.filter(seat_id=Given("seat", BigIntegerField()), read_at=None).values("id")


def unread_count(member: Member) -> Wanted[int]:
    """Counted no further than a badge can say."""
    return _unread(given={"seat": member.seat_id}).counted(UNREAD_MOST)


def unread_by_vendor(member: Member) -> dict[int, int]:
    """Vendor id → unread notifications of all seats of a desk member."""
    assert member.context.surface is Surface.DESK
    rows = Notification.objects.filter(read_at=None).values("vendor_id").annotate(n=Count("pk"))
    return {row["vendor_id"]: row["n"] for row in rows.order_by()}


def unread_waiting(member: Member, at: datetime) -> dict[int, Waiting]:
    """For the desk's list of vendors."""
    return {
        vendor_id: Waiting(n, ngettext("%(n)d new notice", "%(n)d new notices", n) % {"n": n}, "notifications/")
        for vendor_id, n in unread_by_vendor(member).items()
    }

"""A person's own calendar address: made, made anew, ended, and followed without a log-in."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _

from fairway.core.access import Forbidden, Member, member_of_seat, require, system_member
from fairway.core.events.record import Happened, record
from fairway.core.tenancy.acting import acting_for
from fairway.core.tenancy.lookups import linked_seat, readers_of
from fairway.core.tenancy.models import Seat
from fairway.leads.models import CalendarFeed


def make_feed(*, actor: Member, at: datetime) -> CalendarFeed:
    """A new address for the actor alone; the one before ends. Raises Forbidden for who is no partner's person.

    Two at once wait for each other at the seat, as does its closing.
    """
    _require_own(actor)
    with acting_for(actor):
        if not Seat.objects.select_for_update(no_key=True).filter(pk=actor.seat_id, is_active=True).first():
            raise Forbidden(_("This is for people of partners, each for themselves."))
        _end(actor.seat_id, actor, at)
        feed = CalendarFeed.objects.create(
            vendor_id=actor.vendor_id, partner_id=actor.partner_id, seat_id=actor.seat_id, made_at=at
        )
        record("made", feed, actor=actor, at=at, partner_id=actor.partner_id)
    return feed


def end_feed(*, actor: Member, at: datetime) -> bool:
    """The address is good for nothing from now on; False when there is none."""
    _require_own(actor)
    with acting_for(actor):
        return _end(actor.seat_id, actor, at)


def _end(seat_id: int | None, actor: Member, at: datetime) -> bool:
    open_now = CalendarFeed.objects.filter(seat_id=seat_id, ended_at=None).select_for_update().first()
    if open_now is None:
        return False
    CalendarFeed.objects.filter(pk=open_now.pk).update(ended_at=at)
    record("ended", open_now, actor=actor, at=at, partner_id=open_now.partner_id)
    return True


def seats_closed(happened: Sequence[Happened]) -> None:
    """On seat.closed: the address does not work again when the seat is opened anew."""
    for event in happened:
        _end(event.subject_id, event.actor, event.at)


def _require_own(actor: Member) -> None:
    require(actor, "offer.read")
    if actor.is_staff or actor.is_support or actor.seat_id is None or actor.partner_id is None:
        raise Forbidden(_("This is for people of partners, each for themselves."))


@dataclass(frozen=True, slots=True)
class Reader:
    """Whose calendar it is, and the language it is written in."""

    member: Member
    language: str


def reader_of(*, vendor_id: int, feed_uid: UUID) -> Reader | None:
    """Who stands behind an address that is ours; None when it has ended, or the person's access. Changes nothing."""
    with acting_for(system_member(vendor_id, "calendar")):
        feed = CalendarFeed.objects.filter(uid=feed_uid, ended_at=None).select_related("seat").first()
        found = linked_seat(feed.seat.uid) if feed else None
        if found is None:
            return None
        user_id, seat = found
        known = [(language, zone) for _seat, language, zone in readers_of([seat.seat_id])]
    language, zone = known[0] if known else ("en", "UTC")
    member = member_of_seat(seat, user_id=user_id, seats=(seat,), time_zone=zone)
    return Reader(member, language) if member.can("offer.read") else None

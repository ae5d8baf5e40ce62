"""A deputy for the days somebody is away: named, and taken back. Who decides what is asked in `workflow`."""

from collections.abc import Iterable
from datetime import date, datetime

from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext as _

from fairway.core.access import Member, require
from fairway.core.events.record import record
from fairway.core.http.format import day
from fairway.core.refusals import Refused
from fairway.core.tenancy.acting import acting_for
from fairway.core.tenancy.covers import Cover
from fairway.core.tenancy.lookups import zone_of_seat
from fairway.core.tenancy.models import Seat
from fairway.core.tenancy.queries import links_from, may_stand_in
from fairway.core.tenancy.standing_in import Link, bounds, circle

DAYS_MOST = 366
_LOCK = "SELECT pg_advisory_xact_lock(hashtext('covers'), %s::int)"


def set_cover(
    *, seat: Seat, deputy: Seat, first_on: date, last_on: date, actor: Member, at: datetime
) -> Cover:  # fmt: skip
    """Let `deputy` stand in for `seat` on these whole days, on the clocks of who is away; it ends by itself.

    One's own seat, or as who manages people anybody's. Raises Forbidden, and Refused for days that are past or taken,
    for a deputy who could not decide, and where people would stand in for each other in a circle.
    """
    require(actor, "cover.set")
    if seat.pk != actor.seat_id:
        require(actor, "people.manage")
    with acting_for(actor):
        _wait_my_turn(actor.vendor_id)
        seat, deputy = (Seat.objects.select_related("custom_role").get(pk=each.pk) for each in (seat, deputy))
        _check_people(seat, deputy)
        zone = zone_of_seat(seat.pk)
        starts_at, ends_until = bounds(first_on, last_on, zone)
        _check_days(first_on, last_on, ends_until, at)
        _refuse_circle(Link(seat.pk, deputy.pk, starts_at, ends_until), at)
        cover = Cover(
            vendor_id=actor.vendor_id, seat=seat, deputy=deputy, first_on=first_on, last_on=last_on, time_zone=zone,
            starts_at=starts_at, ends_until=ends_until, set_by_id=actor.seat_id, created_at=at,
        )  # fmt: skip
        _save(cover)
        record(
            "set", cover, actor=actor, at=at, seat=seat.pk, deputy=deputy.pk, first_on=first_on, last_on=last_on
        )  # fmt: skip
    return cover


def end_cover(*, cover: Cover, actor: Member, at: datetime) -> None:
    """Take a cover back, or end it before its day. One's own, that one stands in for, or as who manages people any.

    Raises Refused when it is over already.
    """
    require(actor, "cover.set")
    if actor.seat_id not in {cover.seat_id, cover.deputy_id}:
        require(actor, "people.manage")
    with acting_for(actor):
        if not Cover.objects.filter(pk=cover.pk, ended_at=None, ends_until__gt=at).update(ended_at=at):
            raise Refused(_("This is over already."))
        record("ended", cover, actor=actor, at=at, seat=cover.seat_id, deputy=cover.deputy_id)


def _wait_my_turn(vendor_id: int) -> None:
    """Two who name each other at once: the second finds the first one's row, and the circle."""
    with connection.cursor() as cursor:
        cursor.execute(_LOCK, [vendor_id % 2**31])


def _check_people(seat: Seat, deputy: Seat) -> None:
    if seat.partner_id is not None:
        raise Refused(_("Deputies are for the vendor's own staff."))
    if not seat.is_active:
        raise Refused(_("%(name)s has no open seat. Hand the work over instead.") % {"name": seat.name})
    if seat.user_id == deputy.user_id:
        raise Refused(_("Choose somebody else: nobody stands in for themselves."), field="deputy")
    if why := may_stand_in(deputy, seat):
        raise Refused(why, field="deputy")


def _check_days(first_on: date, last_on: date, ends_until: datetime, at: datetime) -> None:
    if last_on < first_on:
        raise Refused(_("The last day is before the first."), field="last_on")
    if ends_until <= at:
        raise Refused(_("These days are past."), field="last_on")
    if (last_on - first_on).days >= DAYS_MOST:
        raise Refused(
            _("%(most)d days are the most. Hand the work over instead.") % {"most": DAYS_MOST}, field="last_on"
        )


def _refuse_circle(new: Link, at: datetime) -> None:
    round_trip = circle(new, links_from(at))
    if round_trip is None:
        return
    names = dict(Seat.objects.filter(pk__in=round_trip).values_list("pk", "name"))
    said = " → ".join(names[pk] for pk in (new.seat_id, *round_trip))
    text = _("They would stand in for each other in a circle (%(names)s), and nobody would be there. Choose another.")
    raise Refused(text % {"names": said}, field="deputy")


def _save(cover: Cover) -> None:
    try:
        with transaction.atomic():
            cover.save(force_insert=True)
    except IntegrityError:
        taken = _taken(Cover.objects.filter(seat=cover.seat, ended_at=None, ends_until__gt=cover.starts_at), cover)
        text = _("%(days)s is covered already by %(name)s. End that first, or choose other days.")
        raise Refused(text % taken, field="first_on") from None


def _taken(rows: Iterable[Cover], cover: Cover) -> dict[str, str]:
    row = next(row for row in rows if row.starts_at < cover.ends_until)
    return {"days": f"{day(row.first_on)} – {day(row.last_on)}", "name": row.deputy.name}

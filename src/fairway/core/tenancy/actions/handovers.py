"""Handing over when somebody leaves, or only changes desks: everything in one transaction, and back again."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db.models import F, Model
from django.utils.translation import gettext as _

from fairway.core.access import Member
from fairway.core.events.record import record, record_many
from fairway.core.refusals import Refused
from fairway.core.tenancy.acting import acting_for
from fairway.core.tenancy.actions.seats import close_in_block, require_mine
from fairway.core.tenancy.handing import Kind, kind_named, kinds_of
from fairway.core.tenancy.handovers import Handover
from fairway.core.tenancy.models import Seat

UNDO_WITHIN = timedelta(days=30)
ROWS_MOST = 30_000


def hand_over(
    *, seat: Seat, takers: Mapping[str, Sequence[Seat]], close: bool, actor: Member, at: datetime
) -> Handover:  # fmt: skip
    """Give what is open of `seat` to others, kind by kind, and close the seat if asked.

    With several takers of a kind its rows are dealt out evenly, in their order. Raises Forbidden for a seat that is
    not the actor's to close, Refused for who cannot take something and when something would be left behind.
    """
    require_mine(seat, actor)
    if close and seat.pk == actor.seat_id:
        raise Refused(_("You cannot close your own seat. Ask a colleague."))
    with acting_for(actor):
        seat = Seat.objects.select_for_update(of=("self",)).get(pk=seat.pk)
        moved: list[dict[str, Any]] = []
        for kind in kinds_of(seat):
            chosen = [
                Seat.objects.select_related("custom_role").get(pk=taker.pk) for taker in takers.get(kind.name, ())
            ]
            for taker in chosen:
                check_taker(kind, taker, seat)
            moved += _moved(kind, seat, chosen, actor, at)
        if not moved and not close:
            raise Refused(_("Choose who takes over."))
        done = Handover.objects.create(
            vendor_id=actor.vendor_id, partner_id=seat.partner_id, seat=seat, handed_by_id=actor.seat_id,
            handed_at=at, moved=moved, closed_seat=close,
        )  # fmt: skip
        counts = {entry["kind"]: 0 for entry in moved}
        for entry in moved:
            counts[entry["kind"]] += entry["count"]
        record("handed_over", seat, actor=actor, at=at, partner_id=seat.partner_id, counts=counts)
        if close:
            close_in_block(seat, actor, at)
    return done


def check_taker(kind: Kind, taker: Seat, leaver: Seat) -> None:
    """Refuse who has no open seat on this side, or a role that cannot take this kind."""
    names = {"name": taker.name, "what": kind.label}
    if taker.pk == leaver.pk or not taker.is_active or taker.partner_id != leaver.partner_id:
        raise Refused(_("%(name)s has no other open seat here.") % names, field=kind.name)
    if taker.role not in kind.roles:
        raise Refused(_("%(name)s has a role that cannot take over: %(what)s.") % names, field=kind.name)
    if not taker.sees_all_of(leaver):
        raise Refused(_("%(name)s sees a part of the channel only.") % names, field=kind.name)
    if why := kind.refuse(taker, leaver):
        raise Refused(why, field=kind.name)


def _moved(kind: Kind, seat: Seat, takers: list[Seat], actor: Member, at: datetime) -> list[dict[str, Any]]:
    if not takers:
        return []
    rows = list(kind.rows(seat.pk).order_by(*kind.order)[: ROWS_MOST + 1])
    if len(rows) > ROWS_MOST:
        raise Refused(_("Too many in one go. Hand over %(what)s in the lists first.") % {"what": kind.label})
    found = []
    for number, taker in enumerate(takers):
        share = rows[number :: len(takers)]
        _change(kind, share, taker, actor, at)
        named = kind.give(seat.pk, taker) if kind.give and number == 0 else 0
        if share or named:
            ids = [row.pk for row in share]
            found.append({"kind": kind.name, "to": taker.pk, "ids": ids, "named": named, "count": len(ids) + named})
    return found


def _change(kind: Kind, rows: Sequence[Model], taker: Seat, actor: Member, at: datetime) -> None:
    if not rows:
        return
    changes: dict[str, Any] = {f"{kind.column}_id": taker.pk, **kind.extra(taker)}
    if any(field.name == "version" for field in kind.model._meta.concrete_fields):
        changes["version"] = F("version") + 1
    kind.model._default_manager.filter(pk__in=[row.pk for row in rows]).update(**changes)
    told = [(row.pk, getattr(row, kind.partner) if kind.partner else None, {"to": taker.pk}) for row in rows]
    record_many(kind.verb, kind.model, told, actor=actor, at=at)


def undo_handover(*, handover: Handover, actor: Member, at: datetime) -> int:
    """Give back what is still with who took it, and open the seat again; returns how many rows went back."""
    with acting_for(actor):
        seat = Seat.objects.select_related("custom_role", "partner").get(pk=handover.seat_id)
        require_mine(seat, actor)
        if handover.handed_at + UNDO_WITHIN < at:
            raise Refused(_("This is longer ago than %(days)d days. Hand over anew.") % {"days": UNDO_WITHIN.days})
        if not Handover.objects.filter(pk=handover.pk, undone_at=None).update(undone_at=at):
            raise Refused(_("This was taken back already."))
        if handover.closed_seat:
            Seat.objects.filter(pk=seat.pk, is_active=False).update(is_active=True)
            record("opened", seat, actor=actor, at=at, partner_id=seat.partner_id)
        back = sum(_given_back(entry, seat, actor, at) for entry in handover.moved)
        record("handed_back", seat, actor=actor, at=at, partner_id=seat.partner_id, count=back)
    return back


def _given_back(entry: Mapping[str, Any], seat: Seat, actor: Member, at: datetime) -> int:
    kind = kind_named(entry["kind"])
    rows = list(kind.rows(entry["to"]).filter(pk__in=entry["ids"]))
    _change(kind, rows, seat, actor, at)
    named = kind.give(entry["to"], seat) if kind.give and entry.get("named") else 0
    return len(rows) + named

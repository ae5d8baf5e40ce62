"""Choosing how one hears of things; and ending mails by the link in one of them."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import connection
from django.utils.translation import gettext as _

from fairway.core.access import Forbidden, Member, system_member
from fairway.core.events.record import record
from fairway.core.refusals import Refused
from fairway.core.tenancy.acting import acting_for
from fairway.core.tenancy.models import Seat
from fairway.workflow.models import NoticeChoices
from fairway.workflow.queries.choices import Chosen, chosen_by, kinds_for, way_of
from fairway.workflow.queries.unsubscribing import DIGEST_MAILS, Unsubscribing
from fairway.workflow.rules.digests import DAYS, DIGEST_MINUTE
from fairway.workflow.rules.notices import BELL, DIGEST, MAIL, WAYS, kind_named

_KEEP = """INSERT INTO workflow_noticechoices
 (uid, vendor_id, partner_id, seat_id, choices, digest_days, digest_minute, version)
 SELECT uuidv7(), s.vendor_id, s.partner_id, s.id, %(choices)s::jsonb, %(days)s, %(minute)s, 1
 FROM core_seat s WHERE s.id = %(seat)s AND s.vendor_id = %(vendor)s
 ON CONFLICT (vendor_id, seat_id) DO UPDATE SET choices = workflow_noticechoices.choices || excluded.choices,
   digest_days = excluded.digest_days, digest_minute = excluded.digest_minute,
   version = workflow_noticechoices.version + 1"""


def choose(
    *,
    ways: Mapping[str, str],
    actor: Member,
    at: datetime,
    digest_days: str | None = None,
    digest_minute: int | None = None,
) -> Chosen:
    """Keep how the actor hears of these kinds (kind → way); what is not named stays as it is.

    `digest_minute` counts from midnight. Refused for a kind, way or day there is not; nothing is kept then.
    """
    if actor.seat_id is None:
        raise Forbidden(_("Only people have notification settings."))
    with acting_for(actor):
        before = chosen_by(actor)
        days = before.digest_days if digest_days is None else digest_days
        minute = before.digest_minute if digest_minute is None else digest_minute
        _check(ways, actor.role, days, minute)
        changed = {kind: way for kind, way in ways.items() if before.ways.get(kind) != way}
        if changed or (days, minute) != (before.digest_days, before.digest_minute):
            _keep(actor.seat_id, actor.vendor_id, changed, days, minute)
            record("notices_chosen", Seat(pk=actor.seat_id), actor=actor, at=at, partner_id=actor.partner_id)
        return chosen_by(actor)


def _check(ways: Mapping[str, str], role: str, days: str, minute: int) -> None:
    known = {kind.name: kind for kind in kinds_for(role)}
    for kind, way in ways.items():
        if kind not in known:
            raise Refused(_("There are no notices of the kind “%(kind)s” for you.") % {"kind": kind}, field="ways")
        if way not in WAYS:
            raise Refused(_("“%(way)s” is not a way to be told.") % {"way": way}, field="ways")
        if known[kind].is_always and way != MAIL:
            text = _("“%(kind)s” always comes by mail. Nobody can switch it off.")
            raise Refused(text % {"kind": known[kind].label}, field="ways")
    if days not in DAYS:
        raise Refused(_("This is not one of the choices."), field="digest_days")
    if not 0 <= minute < 24 * 60:
        raise Refused(_("This is not a time of day."), field="digest_minute")


def _keep(seat_id: int, vendor_id: int, choices: Mapping[str, str], days: str, minute: int) -> None:
    values: dict[str, Any] = {
        "choices": json.dumps(dict(choices)),
        "days": days,
        "minute": minute,
        "seat": seat_id,
        "vendor": vendor_id,
    }
    with connection.cursor() as cursor:
        cursor.execute(_KEEP, values)


def end_mails(*, vendor_id: int, asked: Unsubscribing, at: datetime) -> bool:
    """No more mails of this kind to this seat; the bell goes on. False when the seat is gone. Twice does no harm."""
    actor = system_member(vendor_id, "unsubscribe")
    with acting_for(actor):
        seat = Seat.objects.filter(uid=asked.seat_uid).first()
        if seat is None:
            return False
        row = NoticeChoices.objects.filter(seat=seat).first()
        own = row.choices if row else {}
        now = {kind.name: way_of(kind, own, seat.role) for kind in kinds_for(seat.role) if not kind.is_always}
        ended = {name: BELL for name, way in now.items() if _is_ended(name, way, asked.topic)}
        if ended:
            days, minute = (row.digest_days, row.digest_minute) if row else ("weekdays", DIGEST_MINUTE)
            _keep(seat.pk, vendor_id, ended, days, minute)
            record("unsubscribed", seat, actor=actor, at=at, partner_id=seat.partner_id, topic=asked.topic)
    return True


def _is_ended(kind: str, way: str, topic: str) -> bool:
    return way == DIGEST if topic == DIGEST_MAILS else kind == topic and way in (MAIL, DIGEST)


def topic_label(topic: str) -> str:
    """What the mails are about, for the page behind the link."""
    if topic == DIGEST_MAILS:
        return _("the digest")
    kind = kind_named(topic)
    return f"“{kind.label}”" if kind else _("this kind")

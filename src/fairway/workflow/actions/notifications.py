"""Telling people: a line in the bell, and a mail that a job sends.

`notify` belongs into the transaction of the change it tells of: call it inside `acting_for`, with seats found by
`queries.people.seats_for`.
"""

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.utils.translation import gettext as _

from fairway.core import clock, mail
from fairway.core.access import Member, require, system_member
from fairway.core.brand.fronts import fronts
from fairway.core.brand.looks import LookValue, look_of
from fairway.core.events.record import record
from fairway.core.jobs import defer, ids_at_work
from fairway.core.refusals import Refused
from fairway.core.tenancy.acting import acting_for
from fairway.core.tenancy.context import Surface, current
from fairway.core.tenancy.models import Organization, Seat
from fairway.core.tenancy.queries import links_at
from fairway.core.tenancy.standing_in import deputies_of
from fairway.workflow.models import Mail, MailState, Notification

log = logging.getLogger("fairway.mail")
MAILS_A_JOB = 50
MAILS_LEFT_MOST = 5_000
ATTEMPTS_MOST = 7  # fewer than the job's own, so that the last one finds every mail settled
# What happened longer ago than this is history being told (an import, a demo world): nobody is written to.
MAIL_WITHIN = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Note:
    """What one seat is told. `path` is below the vendor's prefix, such as "portal/offers/…/"."""

    seat_id: int
    title: str
    body: str = ""
    path: str = ""


_TELL = """INSERT INTO workflow_notification
 (uid, vendor_id, partner_id, seat_id, kind, title, body, path, created_at)
 SELECT uuidv7(), s.vendor_id, s.partner_id, s.id, %(kind)s, left(n.title, 200), n.body, n.path, %(at)s
 FROM unnest(%(seats)s::bigint[], %(titles)s::text[], %(bodies)s::text[], %(paths)s::text[])
   AS n(seat_id, title, body, path)
 JOIN core_seat s ON s.id = n.seat_id AND s.vendor_id = %(vendor)s AND s.is_active"""

_WRITE = """INSERT INTO workflow_mail
 (uid, vendor_id, kind, to_email, to_name, subject, text, path, state, created_at, attempts, error)
 SELECT uuidv7(), s.vendor_id, %(kind)s, s.email, s.name, left(n.title, 200), n.body, n.path, 'waiting', %(at)s, 0, ''
 FROM unnest(%(seats)s::bigint[], %(titles)s::text[], %(bodies)s::text[], %(paths)s::text[])
   AS n(seat_id, title, body, path)
 JOIN core_seat s ON s.id = n.seat_id AND s.vendor_id = %(vendor)s AND s.is_active
 RETURNING id"""


def notify(
    seat_ids: Iterable[int],
    kind: str,
    title: str,
    body: str = "",
    path: str = "",
    *,
    at: datetime,
    by_mail: bool = True,
) -> None:
    """Tell every seat the same."""
    notify_many([Note(seat_id, title, body, path) for seat_id in dict.fromkeys(seat_ids)], kind, at=at, by_mail=by_mail)


# About one's own things; of no use to a deputy, who could not open them.
FOR_ONESELF = frozenset({"cover", "import"})


def notify_many(notes: Sequence[Note], kind: str, *, at: datetime, by_mail: bool = True) -> None:
    """Tell many seats something each, and beside those who are away their deputies. Inactive seats are left out.

    Three statements, however many.
    """
    if not notes:
        return
    context = current()
    if context.surface is not Surface.ACTING:
        raise RuntimeError("People are told by actions, inside acting_for.")
    if kind not in FOR_ONESELF:
        notes = [*notes, *_for_deputies(notes, at)]
    values: dict[str, Any] = {
        "kind": kind,
        "at": at,
        "vendor": context.vendor_id,
        "seats": [note.seat_id for note in notes],
        "titles": [str(note.title) for note in notes],
        "bodies": [str(note.body) for note in notes],
        "paths": [note.path.lstrip("/") for note in notes],
    }
    with connection.cursor() as cursor:
        cursor.execute(_TELL, values)
        if not by_mail or clock.now() - at > MAIL_WITHIN:
            return
        cursor.execute(_WRITE, values)
        mail_ids = [row[0] for row in cursor.fetchall()]
    for start in range(0, len(mail_ids), MAILS_A_JOB):
        defer("workflow.send_mail", vendor_id=context.vendor_id, mail_ids=mail_ids[start : start + MAILS_A_JOB])


def _for_deputies(notes: Sequence[Note], at: datetime) -> list[Note]:
    """The same for those who stand in, saying for whom; not twice to one who is told anyway."""
    links = links_at(at, {note.seat_id for note in notes})
    if not links:
        return []
    names = dict(Seat.objects.filter(pk__in={link.seat_id for link in links}).values_list("pk", "name"))
    told = {(note.seat_id, note.title, note.path) for note in notes}
    return [
        replace(
            note,
            seat_id=deputy,
            title=_("For %(name)s: %(title)s") % {"name": names[note.seat_id], "title": note.title},
        )
        for note in notes
        for deputy in deputies_of(note.seat_id, links)
        if (deputy, note.title, note.path) not in told
    ]


def mark_read(*, actor: Member, at: datetime, notification: Notification | None = None) -> int:
    """Mark one of the actor's own notifications as read, or all; returns how many were new."""
    with acting_for(actor):
        own = Notification.objects.filter(seat_id=actor.seat_id, read_at=None)
        if notification is not None:
            own = own.filter(pk=notification.pk)
        return own.update(read_at=at)


def retry_mail(*, found: Mail, actor: Member, at: datetime) -> None:
    """Try a mail again that was given up. Refused when it is not."""
    require(actor, "mail.read")
    with acting_for(actor):
        given_up = Mail.objects.filter(pk=found.pk, state=MailState.FAILED)
        if not given_up.update(state=MailState.WAITING, attempts=0):
            raise Refused(_("This mail is not given up: it waits or was sent."))
        record("retried", found, actor=actor, at=at)
        defer("workflow.send_mail", vendor_id=actor.vendor_id, mail_ids=[found.pk])


LEFT_AFTER = timedelta(minutes=15)


def send_left_mails(*, vendor_id: int, at: datetime) -> int:
    """Give the mails that wait for no job any more to a new one: theirs was given up, or lost. Returns how many."""
    with acting_for(system_member(vendor_id, "mail")):
        old = Mail.objects.filter(state=MailState.WAITING, created_at__lt=at - LEFT_AFTER).order_by("pk")
        found = list(old.values_list("pk", flat=True)[:MAILS_LEFT_MOST])
        at_work = ids_at_work("workflow.send_mail", "mail_ids") if found else set()
        left = [mail_id for mail_id in found if mail_id not in at_work]
        for start in range(0, len(left), MAILS_A_JOB):
            defer("workflow.send_mail", vendor_id=vendor_id, mail_ids=left[start : start + MAILS_A_JOB])
    return len(left)


class MailRefused(Exception):
    """Some mails of a batch were not taken by the server; the job comes again for them."""


def send_mails(*, vendor_id: int, mail_ids: Sequence[int], at: datetime) -> None:
    """Send those of the mails that still wait, each in a transaction of its own.

    Raises MailRefused when some are to be tried again. A mail whose worker dies between the server's yes and the
    commit goes out twice, with the same Message-ID.
    """
    vendor = Organization.objects.get(pk=vendor_id)
    front = fronts().by_vendor.get(vendor_id)
    look = look_of(front.look_uid if front else None)
    waiting = [mail_id for mail_id in mail_ids if not _send_one(vendor, look, mail_id, at)]
    if waiting:
        raise MailRefused(f"{len(waiting)} of {len(mail_ids)} mails wait for another attempt.")


def _send_one(vendor: Organization, look: LookValue, mail_id: int, at: datetime) -> bool:
    """Whether nothing is left to do for this mail."""
    with acting_for(system_member(vendor.pk, "mail")):
        found = Mail.objects.select_for_update(skip_locked=True).filter(pk=mail_id, state=MailState.WAITING).first()
        if found is None:
            return True
        found.attempts += 1
        try:
            mail.send(_letter(found, vendor, look))
        except Exception as error:
            log.warning("mail %s was not taken: %s", found.uid, error)
            found.error = f"{type(error).__name__}: {error}"[:2000]
            if found.attempts >= ATTEMPTS_MOST:
                found.state = MailState.FAILED
        else:
            found.state, found.sent_at, found.error = MailState.SENT, at, ""
        found.save(update_fields=["attempts", "error", "state", "sent_at"])
        return found.state != MailState.WAITING


def _letter(found: Mail, vendor: Organization, look: LookValue) -> mail.Letter:
    return mail.Letter(
        to_email=found.to_email,
        to_name=found.to_name,
        subject=found.subject,
        text=found.text,
        path=f"/{vendor.slug}/{found.path}" if found.path else "",
        key=str(found.uid),
        sender=vendor.name,
        vendor_id=vendor.pk,
        look=look,
    )

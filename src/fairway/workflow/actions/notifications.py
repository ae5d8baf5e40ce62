"""Telling people: a line in the bell, and a mail that a job sends.

`notify` belongs into the transaction of the change it tells of: call it inside `acting_for`, with seats found by
`queries.people.seats_for`.
"""

import json
import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
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
from fairway.workflow.queries.letters import letter_of
from fairway.workflow.queries.notices import FORM, IN_PLACE_OF, Reader, as_read_by, in_words
from fairway.workflow.rules.notices import kind_named, packed

log = logging.getLogger("fairway.mail")
MAILS_A_JOB = 50
MAILS_LEFT_MOST = 5_000
ATTEMPTS_MOST = 7  # fewer than the job's own, so that the last one finds every mail settled
# What happened longer ago than this is history being told (an import, a demo world): nobody is written to.
MAIL_WITHIN = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Note:
    """What one seat is told: what the words of its kind are filled with. `path` is below the vendor's prefix, such as
    "portal/offers/…/"; values are texts, numbers, Words, moments and amounts (`rules.notices`)."""

    seat_id: int
    values: Mapping[str, Any] = field(default_factory=dict)
    path: str = ""
    form: str = ""  # of the kind; "" is that of the whole call


# Each in the way its person chose for the kind, else in the way of the role.
_CHOSEN = """FROM json_to_recordset(%(notes)s::json) AS n(seat_id bigint, title text, body text, path text,
   filling jsonb)
 JOIN core_seat s ON s.id = n.seat_id AND s.vendor_id = %(vendor)s AND s.is_active
 LEFT JOIN workflow_noticechoices c ON c.seat_id = s.id AND c.vendor_id = s.vendor_id
 CROSS JOIN LATERAL (SELECT coalesce(c.choices->>%(chosen)s, %(by_role)s::jsonb->>s.role, %(way)s) AS way) w"""

_TELL = f"""INSERT INTO workflow_notification
 (uid, vendor_id, partner_id, seat_id, kind, title, body, path, values, created_at, is_for_digest)
 SELECT uuidv7(), s.vendor_id, s.partner_id, s.id, %(kind)s, left(n.title, 200), n.body, n.path, n.filling, %(at)s,
   w.way = 'digest' AND %(mail)s
 {_CHOSEN} WHERE w.way <> 'off'"""

_WRITE = f"""INSERT INTO workflow_mail
 (uid, vendor_id, seat_id, kind, to_email, to_name, subject, text, path, values, state, created_at, attempts, error)
 SELECT uuidv7(), s.vendor_id, s.id, %(kind)s, s.email, s.name, left(n.title, 200), n.body, n.path, n.filling,
   'waiting', %(at)s, 0, ''
 {_CHOSEN} WHERE w.way = 'mail'
 RETURNING id"""


def notify(
    seat_ids: Iterable[int],
    kind: str,
    values: Mapping[str, Any] | None = None,
    path: str = "",
    *,
    at: datetime,
    by_mail: bool = True,
    form: str = "",
) -> None:
    """Tell every seat the same."""
    notes = [Note(seat_id, values or {}, path) for seat_id in dict.fromkeys(seat_ids)]
    notify_many(notes, kind, at=at, by_mail=by_mail, form=form)


# About one's own things; of no use to a deputy, who could not open them.
FOR_ONESELF = frozenset({"cover", "import", "import.drop", "personal.export", "support"})


def notify_many(notes: Sequence[Note], kind: str, *, at: datetime, by_mail: bool = True, form: str = "") -> None:
    """Tell many seats something each, and beside those who are away their deputies. Inactive seats are left out.

    Three statements, however many. Everybody hears of it as they chose for this kind; without `by_mail` in the bell at
    most. KeyError for a kind, or a form of it, that no room has registered.
    """
    if not notes:
        return
    context = current()
    if context.surface is not Surface.ACTING:
        raise RuntimeError("People are told by actions, inside acting_for.")
    if kind not in FOR_ONESELF:
        notes = [*notes, *_for_deputies(notes, at)]
    is_now = clock.now() - at <= MAIL_WITHIN
    values = _columns(notes, kind, form) | {"at": at, "vendor": context.vendor_id, "mail": by_mail and is_now}
    with connection.cursor() as cursor:
        cursor.execute(_TELL, values)
        if not values["mail"]:
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
    told = [(note.seat_id, note.values, note.path) for note in notes]
    return [
        replace(note, seat_id=deputy, values={**note.values, IN_PLACE_OF: names[note.seat_id]})
        for note in notes
        for deputy in deputies_of(note.seat_id, links)
        if (deputy, note.values, note.path) not in told
    ]


def _columns(notes: Sequence[Note], kind: str, form: str) -> dict[str, Any]:
    """The notes as arrays of the statements above, with the words of the messages' own language."""
    known = kind_named(kind)
    forms = {note.form or form for note in notes}
    if known is None or forms - {"", *known.forms}:
        raise KeyError(f"{kind} {forms}")
    filling = [packed({**note.values, **({FORM: named} if (named := note.form or form) else {})}) for note in notes]
    with as_read_by(Reader()):
        said = [in_words(kind, each) for each in filling]
    if None in said:
        raise KeyError(f"{kind}: its words name a value that is not given")
    words = [each for each in said if each is not None]
    return {
        "kind": kind,
        "chosen": None if known.is_always else kind,  # what was chosen before it became mandatory counts no more
        "way": known.way,
        "by_role": json.dumps(dict(known.by_role)),
        "notes": json.dumps(
            [
                {"seat_id": note.seat_id, "title": title, "body": body, "path": note.path.lstrip("/"), "filling": each}
                for note, (title, body), each in zip(notes, words, filling, strict=True)
            ]
        ),
    }


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
            letter = letter_of(found, vendor, look)
            found.subject, found.text = letter.subject[:200], letter.text  # as it is sent, for those who look
            mail.send(letter)
        except Exception as error:
            log.warning("mail %s was not taken: %s", found.uid, error)
            found.error = f"{type(error).__name__}: {error}"[:2000]
            if found.attempts >= ATTEMPTS_MOST:
                found.state = MailState.FAILED
        else:
            found.state, found.sent_at, found.error = MailState.SENT, at, ""
        found.save(update_fields=["attempts", "error", "state", "sent_at", "subject", "text"])
        return found.state != MailState.WAITING

"""The digest: one mail with what happened since the last one, at the time of day the person chose.

Nothing says when the next one is due: whoever has notices older than the last due moment gets one. So a worker that
was away catches up with one mail, and nobody gets one without news. The UPDATE that marks the notices is what makes it
one mail, however many workers try.
"""

from datetime import datetime, timedelta

from django.db.models import Min
from django.utils.translation import gettext_noop

from fairway.core.access import system_member
from fairway.core.jobs import defer
from fairway.core.tenancy.acting import acting_for
from fairway.core.tenancy.models import Seat
from fairway.core.tenancy.scope import TenantQuerySet
from fairway.workflow.models import Mail, NoticeChoices, Notification
from fairway.workflow.queries.letters import DIGEST_KIND
from fairway.workflow.queries.notices import Reader, readers
from fairway.workflow.rules.digests import DIGEST_MINUTE, last_due

SUBJECT = gettext_noop("What is new")
SEATS_A_TURN = 500
NOTICES_MOST = 1_000
# Older ones were never sent because nobody was there to send them; they are in the bell.
OLDEST = timedelta(days=40)


def send_digests(*, vendor_id: int, at: datetime) -> int:
    """Write the digests that are due, each in a transaction of its own. Returns how many."""
    actor = system_member(vendor_id, "digest")
    with acting_for(actor):
        due = _due(at)
    written = 0
    for seat_id, until in due:
        with acting_for(actor):
            written += _write(vendor_id, seat_id, until, at)
    return written


def _waiting(at: datetime) -> TenantQuerySet:
    return Notification.objects.filter(is_for_digest=True, digested_at=None, created_at__gt=at - OLDEST)


def _due(at: datetime) -> list[tuple[int, datetime]]:
    """(seat id, the moment up to which its digest tells) of those whose digest is due."""
    oldest = _waiting(at).values_list("seat_id").annotate(oldest=Min("created_at")).order_by("oldest")
    found = list(oldest[:SEATS_A_TURN])
    seats = [seat_id for seat_id, _oldest in found]
    zones = readers(seats)
    chosen = {row.seat_id: row for row in NoticeChoices.objects.filter(seat_id__in=seats)}
    due = []
    for seat_id, first in found:
        row = chosen.get(seat_id)
        days, minute = (row.digest_days, row.digest_minute) if row else ("weekdays", DIGEST_MINUTE)
        until = last_due(at, zones.get(seat_id, Reader()).time_zone, days, minute)
        if first < until:
            due.append((seat_id, until))
    return due


def _write(vendor_id: int, seat_id: int, until: datetime, at: datetime) -> bool:
    """Take the notices, then write the mail; whoever finds them taken writes none. What was read is not told again."""
    seat = Seat.objects.select_for_update().filter(pk=seat_id).first()
    waiting = _waiting(at).filter(seat_id=seat_id, created_at__lt=until)
    told = list(waiting.filter(read_at=None).order_by("created_at", "pk").values_list("pk", flat=True)[:NOTICES_MOST])
    taken = waiting.update(digested_at=at)
    if seat is None or not seat.is_active or not (taken and told):
        return False
    written = Mail.objects.create(
        vendor_id=vendor_id, seat=seat, kind=DIGEST_KIND, values={"notices": told}, to_email=seat.email,
        to_name=seat.name, subject=SUBJECT, created_at=at,
    )  # fmt: skip
    defer("workflow.send_mail", vendor_id=vendor_id, mail_ids=[written.pk])
    return True

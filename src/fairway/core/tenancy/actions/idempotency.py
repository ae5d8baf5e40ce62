"""Answers kept for idempotency keys: the same request with the same key is done once."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import connection
from django.utils.translation import gettext as _

from fairway.core.access import Member
from fairway.core.refusals import Refused
from fairway.core.tenancy.acting import acting_for
from fairway.core.tenancy.tokens import IdempotencyKey

KEPT_FOR = timedelta(hours=24)
_LOCK = "SELECT pg_try_advisory_xact_lock(hashtextextended(%s, %s))"


class InUse(Refused):
    """A request with the same key is being worked on at this moment."""


class OtherRequest(Refused):
    """The key belongs to a request that said something else."""


@dataclass(frozen=True, slots=True)
class Kept:
    """An answer as it was given: JSON text, status and the headers that belong to it."""

    status: int
    text: str
    headers: dict[str, str] = field(default_factory=dict)


def earlier_answer(*, actor: Member, key: str, body_hash: str, at: datetime) -> Kept | None:
    """The answer given to this request before; None when it is new, and then the key is the caller's alone until
    the transaction ends. Raises InUse and OtherRequest."""
    with acting_for(actor):
        with connection.cursor() as cursor:
            cursor.execute(_LOCK, [f"idempotency {actor.seat_id} {key}", actor.vendor_id])
            if not cursor.fetchone()[0]:
                raise InUse(_("A request with this key is being worked on. Try again in a moment."))
        IdempotencyKey.objects.filter(seat_id=actor.seat_id, key=key, created_at__lte=at - KEPT_FOR).delete()
        row = IdempotencyKey.objects.filter(seat_id=actor.seat_id, key=key).first()
    if row is None:
        return None
    if row.body_hash != body_hash:
        raise OtherRequest(_("This key was used for another request. Take a new key for each request."))
    return Kept(row.status, row.answer["text"], row.answer["headers"])


def keep_answer(*, actor: Member, key: str, body_hash: str, answer: Kept, at: datetime) -> None:
    """Keep what was answered, in the transaction of the change itself."""
    with acting_for(actor):
        IdempotencyKey.objects.create(
            vendor_id=actor.vendor_id, seat_id=actor.seat_id, key=key, body_hash=body_hash, status=answer.status,
            answer={"text": answer.text, "headers": answer.headers}, created_at=at,
        )  # fmt: skip


def forget_answers(*, actor: Member, at: datetime) -> int:
    """Delete the answers of one vendor that are older than a day; returns how many."""
    with acting_for(actor):
        deleted, _by_model = IdempotencyKey.objects.filter(created_at__lte=at - KEPT_FOR).delete()
    return deleted

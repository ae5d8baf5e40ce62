"""Deadlines: set and take back by actions, fired once by whichever worker is first.

`set_*` and `cancel_*` belong into the transaction of the change they go with: call them inside `acting_for`. What
happens when a deadline is reached stands in `config.reactions.DEADLINES`.
"""

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from django.conf import settings
from django.db import connection, models, transaction
from django.db.models.functions import Now
from django.utils.module_loading import import_string

from fairway.core.access import system_member
from fairway.core.events.record import array_text, subject_type
from fairway.core.ids import uuid7_many
from fairway.core.states import TransitionRefused
from fairway.core.tenancy.acting import acting_for
from fairway.core.tenancy.context import Surface, current
from fairway.core.tenancy.models import Organization
from fairway.workflow.models import Deadline

log = logging.getLogger("fairway.deadlines")
Handler = Callable[..., None]
LONGEST_WAIT = timedelta(hours=6)

_SET = """INSERT INTO workflow_deadline
 (uid, vendor_id, subject_type, subject_id, kind, due_at, wake_at, outcome, attempts, error)
 SELECT u, %s, %s, s, %s, d, d, '', 0, '' FROM unnest(%s::uuid[], %s::bigint[], %s::timestamptz[]) AS rows(u, s, d)
 ON CONFLICT (vendor_id, subject_type, subject_id, kind) WHERE settled_at IS NULL
 DO UPDATE SET due_at = EXCLUDED.due_at, wake_at = EXCLUDED.due_at, attempts = 0, error = ''"""


def set_deadline(subject: models.Model, kind: str, due_at: datetime) -> None:
    """Let `kind` happen to `subject` at `due_at`; an open deadline of that kind is moved there."""
    set_deadlines(type(subject), [(subject.pk, due_at)], kind)


def set_deadlines(model: type[models.Model], rows: Sequence[tuple[int, datetime]], kind: str) -> None:
    """The same for many subjects, given as (id, due_at): one statement. KeyError when nothing handles the kind."""
    if not rows:
        return
    name = subject_type(model)
    if (name, kind) not in handlers():
        raise KeyError(f"No handler is declared for the deadline {kind!r} of {name!r}.")
    latest = dict(rows)
    context = current()
    if context.surface is not Surface.ACTING:
        raise RuntimeError("Deadlines are set by actions, inside acting_for.")
    with connection.cursor() as cursor:
        cursor.execute(
            _SET,
            [
                context.vendor_id,
                name,
                kind,
                array_text(uuid7_many(len(latest))),
                array_text(list(latest)),
                array_text([due_at.isoformat() for due_at in latest.values()]),
            ],
        )


def cancel_deadlines(subject: models.Model, kinds: Iterable[str] | None = None) -> int:
    """Take back the open deadlines of `subject`, all or those of `kinds`; returns how many there were."""
    return cancel_deadlines_of(type(subject), [subject.pk], kinds)


def cancel_deadlines_of(model: type[models.Model], ids: Iterable[int], kinds: Iterable[str] | None = None) -> int:
    open_ones = Deadline.objects.filter(subject_type=subject_type(model), subject_id__in=list(ids), settled_at=None)
    if kinds is not None:
        open_ones = open_ones.filter(kind__in=list(kinds))
    return open_ones.update(settled_at=Now(), outcome="cancelled")


def fire_due(now: datetime, *, vendor_id: int | None = None, limit: int = 10_000) -> int:
    """Fire what is due at `now`, each in a transaction of its own; returns how many were settled.

    A handler that fails leaves its deadline open, to be tried again later, and does not hold up the others. Many
    may call this at once. Outside a transaction, except in tests.
    """
    vendors = [vendor_id] if vendor_id else Organization.objects.filter(is_vendor=True).values_list("pk", flat=True)
    return sum(_fire_due_of(vendor, now, limit) for vendor in list(vendors))


def _fire_due_of(vendor_id: int, now: datetime, limit: int) -> int:
    settled = 0
    failed: list[int] = []
    while settled + len(failed) < limit:
        deadline_id = 0
        try:
            with acting_for(system_member(vendor_id, "deadlines")):
                deadline = _claim(now, failed)
                if deadline is None:
                    break
                deadline_id = deadline.pk
                _fire(deadline, now)
                settled += 1
        except Exception as error:
            if not deadline_id:
                raise
            failed.append(deadline_id)
            _postpone(vendor_id, deadline_id, now, error)
    return settled


def _claim(now: datetime, but: Sequence[int]) -> Deadline | None:
    due = Deadline.objects.filter(settled_at=None, wake_at__lte=now).exclude(pk__in=but)
    return due.order_by("wake_at", "pk").select_for_update(skip_locked=True).first()


def _fire(deadline: Deadline, now: datetime) -> None:
    # Settled before the handler runs, so that the handler may set the same kind again.
    deadline.settled_at, deadline.outcome, deadline.attempts = now, "fired", deadline.attempts + 1
    deadline.save(update_fields=["settled_at", "outcome", "attempts"])
    handler = handlers()[deadline.subject_type, deadline.kind]
    with connection.cursor() as cursor:
        # A person's action locks its subject first and the deadline then. Who waits for whom is ended here, before
        # PostgreSQL looks for deadlocks (after a second): the deadline gives way and is tried again.
        cursor.execute("SET LOCAL lock_timeout = '700ms'")
    try:
        with transaction.atomic():
            handler(vendor_id=deadline.vendor_id, subject_id=deadline.subject_id, at=now)
    except TransitionRefused:
        # Somebody was faster: the subject has left the state that the deadline was about.
        deadline.outcome = "overtaken"
        deadline.save(update_fields=["outcome"])


def _postpone(vendor_id: int, deadline_id: int, now: datetime, error: Exception) -> None:
    log.error("deadline %s failed; it stays open", deadline_id, exc_info=error)
    with acting_for(system_member(vendor_id, "deadlines")):
        deadline = Deadline.objects.filter(pk=deadline_id, settled_at=None).select_for_update().first()
        if deadline is None:
            return
        deadline.attempts += 1
        deadline.wake_at = now + min(timedelta(minutes=2 ** min(deadline.attempts - 1, 10)), LONGEST_WAIT)
        deadline.error = f"{type(error).__name__}: {error}"[:2000]
        deadline.save(update_fields=["attempts", "wake_at", "error"])


@cache
def handlers() -> dict[tuple[str, str], Handler]:
    """(subject type, kind) → handler(*, vendor_id, subject_id, at), from the one table in `config.reactions`."""
    table: Mapping[tuple[str, str], Any] = import_string(settings.DEADLINES)
    return {key: import_string(path) for key, path in table.items()}

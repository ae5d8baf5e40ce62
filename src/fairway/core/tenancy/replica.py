"""Reports read from a replica of the database, when one is set (DATABASE_REPLICA_URL), in the same context.

A replica is PostgreSQL's own streaming copy: roles, rights and row security come with it. A view that only reads may
say `@reads_replica`; its queries of tenant tables then go there, under the same role and settings. A replica that
does not answer, or lags, costs one line in the log and nothing else: the primary is read, and the replica is left
alone for a while.
"""

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any, TypeVar

from django.conf import settings
from django.db import InterfaceError, OperationalError, connections, models, transaction
from psycopg.errors import QueryCanceled

from fairway.core.access import Member
from fairway.core.tenancy.context import Context, apply_context, reading_alias
from fairway.core.tenancy.scope import Tenancy

log = logging.getLogger("fairway.replica")
REPLICA = "replica"
LEFT_ALONE_SECONDS = 30
Answer = TypeVar("Answer")
View = TypeVar("View", bound=Callable[..., Any])

# Workers write a sign of life every few seconds, so a replica whose last change is old is behind, or cut off.
_BEHIND = """SELECT pg_is_in_recovery()
 AND coalesce(extract(epoch FROM clock_timestamp() - pg_last_xact_replay_timestamp()), 1e9) > %s"""

_left_alone_until = 0.0


class ReplicaAway(Exception):
    """The replica cannot be read now; the message says why."""


class Router:
    """Sends reads of tenant rows to the replica inside `reading_replica`, and everything else to the primary."""

    def db_for_read(self, model: type[models.Model], **hints: Any) -> str | None:
        alias = reading_alias.get()
        is_tenants = getattr(model, "tenancy", Tenancy.SYSTEM) is not Tenancy.SYSTEM
        return alias if alias and is_tenants else "default"

    def db_for_write(self, model: type[models.Model], **hints: Any) -> str:
        return "default"

    def allow_relation(self, one: models.Model, other: models.Model, **hints: Any) -> bool:
        return True

    def allow_migrate(self, db: str, app_label: str, **hints: Any) -> bool | None:
        return None if db == "default" else False


def is_used() -> bool:
    return REPLICA in settings.DATABASES and time.monotonic() >= _left_alone_until


@contextmanager
def reading_replica(context: Context, *, limit_ms: int = 0) -> Iterator[None]:
    """Read from the replica for a block. ReplicaAway when it cannot be reached or is too far behind.

    A statement that takes longer than `limit_ms` is ended, as it would be at the primary.
    """
    connection = connections[REPLICA]
    try:
        with transaction.atomic(using=REPLICA):
            with connection.cursor() as cursor:
                cursor.execute(_BEHIND, [settings.REPLICA_LAG_SECONDS])
                if cursor.fetchone()[0]:
                    raise ReplicaAway(f"it is more than {settings.REPLICA_LAG_SECONDS} s behind")
                if limit_ms:
                    cursor.execute("SELECT set_config('statement_timeout', %s, true)", [str(limit_ms)])
            apply_context(context, connection)
            token = reading_alias.set(REPLICA)
            try:
                yield
            finally:
                reading_alias.reset(token)
    except (OperationalError, InterfaceError) as error:
        if isinstance(error.__cause__, QueryCanceled):
            raise
        connection.close()
        raise ReplicaAway(str(error).strip().partition("\n")[0]) from error


def leave_alone(reason: object) -> None:
    global _left_alone_until
    _left_alone_until = time.monotonic() + LEFT_ALONE_SECONDS
    log.warning("the replica is not read for %s s, the primary is read instead: %s", LEFT_ALONE_SECONDS, reason)


def from_replica(context: Context, read: Callable[[], Answer], *, limit_ms: int = 0) -> Answer:
    """The answer of `read`, which changes nothing: from the replica, or else from the primary in the context in force.

    It is called again when the replica fails in its middle.
    """
    if not is_used():
        return read()
    try:
        with reading_replica(context, limit_ms=limit_ms):
            return read()
    except ReplicaAway as away:
        leave_alone(away)
    return read()


def reads_replica(view: View) -> View:
    """For views that change nothing: all they read of tenants comes from the replica."""

    @wraps(view)
    def run(request: Any, *arguments: Any, **named: Any) -> Any:
        member: Member | None = getattr(request, "member", None)
        if member is None:
            return view(request, *arguments, **named)
        return from_replica(member.context, lambda: view(request, *arguments, **named))

    return run  # type: ignore[return-value]

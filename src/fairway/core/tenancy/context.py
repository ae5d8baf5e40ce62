"""The context: on whose behalf the database is read and written.

Exactly one context is in force at a time. It lives in a context variable, for managers that filter when SQL is
compiled, and in the transaction, as a role and settings that row security reads. Both are set and taken back
together by `entering`; neither has a default, so code without a context fails instead of seeing everything.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from django.db import connection, transaction


class Surface(StrEnum):
    """Through which door rows are read; each has a database role of its own."""

    CONSOLE = "console"
    PORTAL = "portal"
    DESK = "desk"
    PUBLIC = "public"
    ACTING = "acting"


class NoContext(RuntimeError):
    """Tenant rows were asked for outside any context."""


class OutsideContext(RuntimeError):
    """The context in force has no right to this table at all."""


@dataclass(frozen=True, slots=True)
class Context:
    """What row security needs to know. Ids are database ids."""

    surface: Surface
    vendor_id: int = 0
    partner_ids: tuple[int, ...] = ()
    organization_id: int = 0
    seat_id: int = 0
    vendor_ids: tuple[int, ...] = ()
    territory_ids: tuple[int, ...] | None = None  # staff who see only the partners of these; None: all
    unit_ids: tuple[int, ...] | None = None  # staff who see only what is sold by these business units; None: all

    @property
    def limited_by(self) -> str:
        """What narrows this reader: "territories", "units", "both", or nothing."""
        if self.surface is not Surface.CONSOLE:
            return ""
        by = {(True, True): "both", (True, False): "territories", (False, True): "units"}
        return by.get((self.territory_ids is not None, self.unit_ids is not None), "")

    @property
    def is_limited(self) -> bool:
        """Staff of some territories or business units only: a database role of their own."""
        return bool(self.limited_by)

    @property
    def role(self) -> str:
        return "fw_limited" if self.is_limited else f"fw_{self.surface}"

    def acting(self, vendor_id: int) -> "Context":
        return replace(self, surface=Surface.ACTING, vendor_id=vendor_id)


_current: ContextVar[Context | None] = ContextVar("fairway_context", default=None)
# Which database tenant rows are read from: "" is the primary; see core.tenancy.replica.
reading_alias: ContextVar[str] = ContextVar("fairway_reading_alias", default="")


def current() -> Context:
    context = _current.get()
    if context is None:
        raise NoContext(
            "No context is in force. Enter one (a member's, or acting_for in an action) before reading tenant rows."
        )
    return context


def current_or_none() -> Context | None:
    return _current.get()


_APPLY = """SELECT set_config('role', %s, true), set_config('fw.vendor_id', %s, true),
 set_config('fw.partner_ids', %s, true), set_config('fw.organization_id', %s, true),
 set_config('fw.seat_id', %s, true), set_config('fw.vendor_ids', %s, true),
 set_config('fw.territory_ids', %s, true), set_config('fw.unit_ids', %s, true), set_config('fw.limited_by', %s, true)"""


def _array(ids: tuple[int, ...]) -> str:
    return "{" + ",".join(map(str, ids)) + "}"


def apply_context(context: Context, on: Any) -> None:
    """Set role and settings of the open transaction of this connection."""
    values = [
        context.role,
        str(context.vendor_id),
        _array(context.partner_ids),
        str(context.organization_id),
        str(context.seat_id),
        _array(context.vendor_ids or (context.vendor_id,)),
        _array(context.territory_ids or ()),
        _array(context.unit_ids or ()),
        context.limited_by,
    ]
    with on.cursor() as cursor:
        cursor.execute(_APPLY, values)


def _apply(context: Context | None) -> None:
    if context is not None:
        apply_context(context, connection)
        return
    with connection.cursor() as cursor:
        # The settings stay empty text, which no policy can cast: without a context a query is an error.
        cursor.execute(_APPLY, ["none", *[""] * 8])


def _reads_alike(one: Context | None, other: Context | None) -> bool:
    """Whether the database would answer both alike, so that nothing has to be set anew."""
    if one is None or other is None or one.surface is not Surface.ACTING:
        return one == other
    # Acting reads the whole vendor; who sits where plays no part, except for an organization's own tables.
    alike = (one.surface, one.vendor_id, one.organization_id)
    return alike == (other.surface, other.vendor_id, other.organization_id)


@contextmanager
def entering(context: Context) -> Iterator[Context]:
    """Put `context` in force for a block, inside a transaction (a savepoint when one is open already)."""
    outer = _current.get()
    is_set = _reads_alike(outer, context)
    is_outermost = not connection.in_atomic_block
    with transaction.atomic():
        if not is_set:
            _apply(context)
        token = _current.set(context)
        # Only the primary is told of a context that is entered within another.
        from_primary = reading_alias.set("") if reading_alias.get() else None
        try:
            yield context
        finally:
            _current.reset(token)
            if from_primary:
                reading_alias.reset(from_primary)
        # Not reached after an error: rolling back to the savepoint restores role and settings by itself. And the end
        # of the outermost transaction takes them back without being asked.
        if not is_set and not is_outermost and not connection.needs_rollback:
            _apply(outer)

"""Figures of reports: kept while they are fresh, worked out anew by a job."""

import time
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import OperationalError, connection, transaction
from psycopg.errors import QueryCanceled

from fairway.core.access import Member, member_of_seat, system_member
from fairway.core.events.record import Happened
from fairway.core.jobs import defer
from fairway.core.tenancy.acting import acting_for
from fairway.core.tenancy.context import entering
from fairway.core.tenancy.lookups import seats_of_user
from fairway.core.tenancy.models import Organization, Seat
from fairway.core.tenancy.replica import from_replica
from fairway.insight.models import KeptFigures
from fairway.insight.queries.kept import Figures, asked_lately, is_stale, kept_rows, seat_of, shown, worked
from fairway.insight.rules.periods import Window
from fairway.insight.rules.plain import plain

KEPT_FIGURES_FOR = timedelta(days=2)
NOT_YET = Figures(None)


Asked = Mapping[str, Mapping[str, str]]
NOTHING: Asked = {}


def figures(
    names: Sequence[str], *, member: Member, window: Window, at: datetime, asked: Asked = NOTHING
) -> dict[str, Figures]:
    """The figures of those names (`queries.kept.SOURCES`) for a member: kept ones, or worked out now.

    What took long is kept; what is kept and no longer fresh is shown once more, and a job works it out anew. What
    takes too long for a page is left to a job as well: its value is None until then. `asked`: by name, what reports
    that are asked for more than a day need to know (`queries.kept.named`).
    """
    rows = kept_rows(names, member, window)
    found = {name: shown(row) for name, row in rows.items()}
    later = [name for name, row in rows.items() if is_stale(row, at)]
    missing = [name for name in names if name not in found]
    if missing:
        made = _in_time(missing, member, window, at, asked)
        later += [name for name in missing if name not in made]
        found |= made
    if later:
        with acting_for(member):
            _renew_later(later, member.vendor_id, seat_of(member), window)
            # The next who ask need not try: an empty row says that a job is at it.
            awaited = [
                _row(name, member, window, {}, at, settings.FIGURES_PAGE_LIMIT_MS, asked.get(name)) for name in later
            ]
            KeptFigures.objects.bulk_create(awaited, ignore_conflicts=True)
    return {name: found.get(name, NOT_YET) for name in names}


def _in_time(names: Sequence[str], member: Member, window: Window, at: datetime, asked: Asked) -> dict[str, Figures]:
    """Those of the figures that can be worked out while somebody waits for the page."""
    made: dict[str, Figures] = {}
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT set_config('statement_timeout', %s, true)", [str(settings.FIGURES_PAGE_LIMIT_MS)])
            begun = time.monotonic()
            for name in names:
                if time.monotonic() - begun < settings.FIGURES_PAGE_LIMIT_MS / 1000:
                    limit_ms = settings.FIGURES_PAGE_LIMIT_MS
                    made[name] = work_out(
                        name, member=member, window=window, at=at, limit_ms=limit_ms, asked=asked.get(name)
                    )
            cursor.execute("SELECT set_config('statement_timeout', '0', true)")
    except OperationalError as error:
        if not isinstance(error.__cause__, QueryCanceled):
            raise
        return {}  # what was worked out before is kept no more than the rest
    return made


def work_out(
    name: str, *, member: Member, window: Window, at: datetime, limit_ms: int = 0, is_awaited: bool = False,
    asked: Mapping[str, str] | None = None,
) -> Figures:  # fmt: skip
    """Work figures out as the member sees them, in the context in force; keep them if that took long or they are
    awaited.

    They are read from the replica where there is one; `limit_ms` is what one statement may take there.
    """
    begun = time.monotonic()
    value = from_replica(member.context, lambda: worked(name, asked or {}, member, window), limit_ms=limit_ms)
    took = timedelta(seconds=time.monotonic() - begun)
    if took < timedelta(milliseconds=settings.FIGURES_KEPT_FROM_MS) and not is_awaited:
        return Figures(value)
    row = _row(name, member, window, plain(value), at, int(took.total_seconds() * 1000), asked)
    with acting_for(member):
        KeptFigures.objects.bulk_create(
            [row], update_conflicts=True, unique_fields=["vendor", "name", "seat_id", "as_of"],
            update_fields=["figures", "made_at", "took_ms"],
        )  # fmt: skip
    return Figures(value)


def _row(
    name: str, member: Member, window: Window, value: Any, at: datetime, took_ms: int,
    asked: Mapping[str, str] | None = None,
) -> KeptFigures:  # fmt: skip
    return KeptFigures(
        vendor_id=member.vendor_id, name=name, seat_id=seat_of(member), as_of=window.as_of, figures=value, made_at=at,
        took_ms=took_ms, asked=dict(asked or {}),
    )  # fmt: skip


def renew_figures(*, vendor_id: int, name: str, seat_id: int, as_of: date, at: datetime) -> None:
    """Work out anew what is kept for the whole channel, or for one account manager while it has the seat."""
    member = system_member(vendor_id, "figures")
    if seat_id:
        with acting_for(member):
            user_id = Seat.objects.filter(pk=seat_id, is_active=True).values_list("user_id", flat=True).first()
        seat = next((seat for seat in seats_of_user(user_id) if seat.seat_id == seat_id), None) if user_id else None
        if seat is None:
            return
        member = member_of_seat(seat, user_id=user_id)
    with entering(member.context):
        row = kept_rows([name], member, Window(as_of)).get(name)
        work_out(name, member=member, window=Window(as_of), at=at, is_awaited=True, asked=row.asked if row else None)


def forget_of_seats(happened: Sequence[Happened]) -> None:
    """Their territories changed: what was kept for them was of others."""
    KeptFigures.objects.filter(seat_id__in=[each.subject_id for each in happened]).delete()


def begin_day(*, vendor_id: int, at: datetime) -> None:
    """Forget figures of past days, and have those that people look at worked out for today before they ask."""
    actor = system_member(vendor_id, "figures")
    with acting_for(actor):
        vendor = Organization.objects.get(pk=vendor_id)
        today = Window(at.astimezone(ZoneInfo(vendor.time_zone)).date())
        asked = asked_lately(at - KEPT_FIGURES_FOR)
        KeptFigures.objects.filter(made_at__lt=at - KEPT_FIGURES_FOR).delete()
        there = set(KeptFigures.objects.filter(as_of=today.as_of).values_list("name", "seat_id"))
        for name, seat_id in asked:
            if (name, seat_id) not in there:
                _renew_later([name], vendor_id, seat_id, today)


def _renew_later(names: Iterable[str], vendor_id: int, seat_id: int, window: Window) -> None:
    as_of = window.as_of.isoformat()
    for name in names:
        key = f"insight.renew/{vendor_id}/{name}/{seat_id}/{as_of}"
        defer("insight.renew_figures", vendor_id=vendor_id, once=key, what=name, seat_id=seat_id, as_of=as_of)

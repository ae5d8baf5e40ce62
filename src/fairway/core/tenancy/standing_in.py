"""Who stands in for whom at a moment, and whether a new cover would make a circle. Pure.

A deputy who is away too is stood in for in turn: what waits for Ada, whom Ben covers, reaches Ben's own deputy while
Ben is away. A deputy whose seat is closed breaks the chain there.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True)
class Link:
    """`deputy_id` stands in for `seat_id` from `starts_at` until `ends_until` (exclusive)."""

    seat_id: int
    deputy_id: int
    starts_at: datetime
    ends_until: datetime


def stood_in_for(seat_id: int, links: Iterable[Link]) -> tuple[int, ...]:
    """The seats for which this one stands in, itself left out; `links` are those in force."""
    away = {link.seat_id: link.deputy_id for link in links}
    return tuple(sorted(absent for absent in away if absent != seat_id and seat_id in _chain(absent, away)))


def deputies_of(seat_id: int, links: Iterable[Link]) -> tuple[int, ...]:
    """Who stands in for this seat, the nearest first."""
    return tuple(deputy for deputy in _chain(seat_id, {x.seat_id: x.deputy_id for x in links}) if deputy != seat_id)


def _chain(seat_id: int, away: dict[int, int]) -> list[int]:
    found: list[int] = []
    while (deputy := away.get(seat_id)) is not None and deputy not in found:
        found.append(deputy)
        seat_id = deputy
    return found


def circle(new: Link, links: Iterable[Link]) -> tuple[int, ...] | None:
    """The seats of a circle that `new` would close at some moment, from its deputy back to who is away; else None."""
    known = list(links)
    return _way_back(new.deputy_id, new.seat_id, new.starts_at, new.ends_until, known, ())


def _way_back(
    at: int, goal: int, start: datetime, until: datetime, links: list[Link], passed: tuple[int, ...]
) -> tuple[int, ...] | None:
    passed = (*passed, at)
    if at == goal:
        return passed
    for link in links:
        both_from, both_until = max(start, link.starts_at), min(until, link.ends_until)
        if link.seat_id != at or both_from >= both_until or link.deputy_id in passed:
            continue
        found = _way_back(link.deputy_id, goal, both_from, both_until, links, passed)
        if found:
            return found
    return None


def bounds(first: date, last: date, zone: str) -> tuple[datetime, datetime]:
    """The instants, in UTC, between which these whole days lie on the clocks of a place; the end is exclusive.

    A day that begins with an hour that does not exist begins where the clocks jump.
    """
    place = ZoneInfo(zone)
    start, until = (datetime.combine(day, time(0), place) for day in (first, last + timedelta(days=1)))
    return start.astimezone(UTC), until.astimezone(UTC)

"""Time that counts only while a place is open: opening hours, weekends and holidays of its own time zone.

All instants are aware; results are UTC. On the days when clocks change, a place is open for as long as real
time passes between its opening and its closing on the wall clock.
"""

import itertools
from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

Opening = tuple[time, time]
# Longer than any deadline; a calendar that never opens must not be searched for ever.
HORIZON_DAYS = 3660


@dataclass(frozen=True, slots=True)
class BusinessCalendar:
    """When one place is open.

    `hours` maps weekdays (Monday is 0) to openings in order of the day, on the wall clock of `zone`; closing
    at 00:00 means the end of the day. `holidays` are dates on which it stays closed.
    """

    zone: ZoneInfo
    hours: Mapping[int, tuple[Opening, ...]]
    holidays: Container[date] = field(default_factory=frozenset)

    def __post_init__(self) -> None:
        for weekday, openings in self.hours.items():
            if weekday not in range(7):
                raise ValueError(f"There is no weekday {weekday}.")
            edges = [edge for opening in openings for edge in opening]
            if edges and edges[-1] == time(0):
                edges[-1] = time.max
            if any(early >= late for early, late in itertools.pairwise(edges)):
                raise ValueError(f"The openings of weekday {weekday} overlap or end before they begin.")


def add_business_time(calendar: BusinessCalendar, start: datetime, minutes: Decimal | float) -> datetime:
    """The UTC instant at which `minutes` of open time have passed since `start`; with 0, `start` itself.

    Raises ValueError for a naive start, negative minutes, and a calendar that does not open that long in ten
    years.
    """
    left = timedelta(microseconds=round(Decimal(str(minutes)) * 60_000_000))
    begin = _utc(start)
    if left < timedelta(0):
        raise ValueError("Business time can only be added, not taken away.")
    if not left:
        return begin
    for opens, closes in _openings(calendar, begin):
        opens = max(opens, begin)
        if closes - opens >= left:
            return opens + left
        left -= closes - opens
    raise ValueError("The calendar does not open often enough within ten years.")


def business_time_between(calendar: BusinessCalendar, start: datetime, end: datetime) -> timedelta:
    """Open time from `start` to `end`; negative when `end` is earlier.

    Raises ValueError for naive instants.
    """
    begin, finish = _utc(start), _utc(end)
    if finish < begin:
        return -business_time_between(calendar, finish, begin)
    total = timedelta(0)
    days = (finish - begin).days + 3
    for opens, closes in _openings(calendar, begin, days):
        if opens >= finish:
            break
        total += min(closes, finish) - max(opens, begin)
    return total


def is_open(calendar: BusinessCalendar, at: datetime) -> bool:
    instant = _utc(at)
    return any(opens <= instant < closes for opens, closes in _openings(calendar, instant, days=2))


def _openings(
    calendar: BusinessCalendar, since: datetime, days: int = HORIZON_DAYS
) -> Iterator[tuple[datetime, datetime]]:
    """Openings in UTC that end after `since`, in order and without overlap, over so many local days."""
    first_day = since.astimezone(calendar.zone).date()
    after = since
    for offset in range(-1, days):
        day = first_day + timedelta(days=offset)
        if day in calendar.holidays:
            continue
        for opening in calendar.hours.get(day.weekday(), ()):
            opens, closes = _instants(calendar.zone, day, opening)
            opens = max(opens, after)
            if opens < closes:
                yield opens, closes
                after = closes


def _instants(zone: ZoneInfo, day: date, opening: Opening) -> tuple[datetime, datetime]:
    opens, closes = opening
    closing_day = day + timedelta(days=1) if closes == time(0) else day
    # An hour that comes twice counts twice: open from its first coming to its second.
    return (
        datetime.combine(day, opens.replace(fold=0), zone).astimezone(UTC),
        datetime.combine(closing_day, closes.replace(fold=1), zone).astimezone(UTC),
    )


def _utc(instant: datetime) -> datetime:
    if instant.tzinfo is None:
        raise ValueError("Business time needs an instant with a time zone.")
    return instant.astimezone(UTC)

"""Business calendars of places as a vendor has them: its own hours where it set some, else what is usual there."""

from collections.abc import Container
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from fairway.workflow.calendars import PublicHolidays, calendar_for
from fairway.workflow.hour_models import PlaceHours
from fairway.workflow.rules.business_hours import BusinessCalendar, Opening, add_business_time

Week = tuple[tuple[int, tuple[Opening, ...]], ...]


@dataclass(frozen=True, slots=True)
class OwnHours:
    """A row of `PlaceHours`, as values that can be compared."""

    week: Week
    keeps_holidays: bool
    closed_on: frozenset[date]
    open_on: frozenset[date]


@dataclass(frozen=True, slots=True)
class DaysOff:
    """The dates on which a place rests: public holidays, and what the vendor says beside and instead."""

    holidays: Container[date]
    closed_on: frozenset[date]
    open_on: frozenset[date]

    def __contains__(self, day: object) -> bool:
        return day in self.closed_on or (day not in self.open_on and day in self.holidays)


@dataclass(frozen=True, slots=True)
class Hours:
    """All hours of a vendor's own, by (country, state); equal for equal rows."""

    own: tuple[tuple[tuple[str, str], OwnHours], ...] = ()

    def calendar(self, country: str, zone: str, subdivision: str = "") -> BusinessCalendar:
        """The calendar of a place: of its state, else of its country, else of all, else the usual one.

        A time zone that is not known counts as UTC: a mistyped one must not stop the work.
        """
        try:
            ZoneInfo(zone)
        except (ZoneInfoNotFoundError, ValueError):
            zone = "UTC"
        return _calendar(self, country.upper(), zone, subdivision.upper())

    def own_of(self, country: str, subdivision: str) -> OwnHours | None:
        known = dict(self.own)
        return known.get((country, subdivision)) or known.get((country, "")) or known.get(("", ""))


@lru_cache(maxsize=4096)
def _calendar(hours: Hours, country: str, zone: str, subdivision: str) -> BusinessCalendar:
    own = hours.own_of(country, subdivision)
    if own is None:
        return calendar_for(country, zone, subdivision)
    holidays: Container[date] = PublicHolidays(country, subdivision) if own.keeps_holidays else frozenset()
    return BusinessCalendar(ZoneInfo(zone), dict(own.week), DaysOff(holidays, own.closed_on, own.open_on))


def hours_of_vendor() -> Hours:
    """Those of the vendor in force: one query."""
    rows = PlaceHours.objects.order_by("country", "state_code")
    return Hours(tuple(((row.country, row.state_code), own_hours(row)) for row in rows))


def own_hours(row: PlaceHours) -> OwnHours:
    return OwnHours(
        week=tuple((int(day), tuple(opening_of(pair) for pair in pairs)) for day, pairs in sorted(row.hours.items())),
        keeps_holidays=row.keeps_holidays,
        closed_on=frozenset(date.fromisoformat(day) for day in row.closed_on),
        open_on=frozenset(date.fromisoformat(day) for day in row.open_on),
    )


def opening_of(pair: Any) -> Opening:
    """("09:00", "17:00") as times; 24:00 is the end of the day."""
    opens, closes = pair
    return time.fromisoformat(opens), time(0) if closes == "24:00" else time.fromisoformat(closes)


def hours_after(country: str, time_zone: str, start: datetime, hours: float, subdivision: str = "") -> datetime:
    """The UTC instant at which `hours` of the place's business time have passed since `start`."""
    return add_business_time(hours_of_vendor().calendar(country, time_zone, subdivision), start, hours * 60)

"""Business calendars of real places: weekends and public holidays by country and subdivision."""

from dataclasses import dataclass
from datetime import date, time
from functools import lru_cache
from zoneinfo import ZoneInfo

import holidays

from fairway.workflow.rules.business_hours import BusinessCalendar

OFFICE_HOURS = ((time(9), time(17)),)
_FRIDAY, _SATURDAY, _SUNDAY = 4, 5, 6
# Where the holidays package does not know the weekend, or where it differs inside a country.
_WEEKENDS: dict[tuple[str, str], frozenset[int]] = {
    ("LY", ""): frozenset({_FRIDAY, _SATURDAY}),
    ("PS", ""): frozenset({_FRIDAY, _SATURDAY}),
    ("NP", ""): frozenset({_SATURDAY}),
    ("MY", "KDH"): frozenset({_FRIDAY, _SATURDAY}),
    ("MY", "KTN"): frozenset({_FRIDAY, _SATURDAY}),
    ("MY", "TRG"): frozenset({_FRIDAY, _SATURDAY}),
}


@lru_cache(maxsize=1024)
def calendar_for(country: str, zone: str, subdivision: str = "") -> BusinessCalendar:
    """The usual calendar of a place: office hours 9 to 17 on its working days, closed on public holidays.

    `country` is an alpha-2 code, `zone` an IANA name, `subdivision` a code such as BY. A country that is not
    known has no holidays and rests on Saturday and Sunday; a subdivision that is not known counts as the
    whole country. Raises ZoneInfoNotFoundError for an unknown zone.
    """
    country, subdivision = country.upper(), subdivision.upper()
    weekend = weekend_of(country, subdivision)
    hours = {weekday: OFFICE_HOURS for weekday in range(7) if weekday not in weekend}
    return BusinessCalendar(ZoneInfo(zone), hours, PublicHolidays(country, subdivision))


@dataclass(frozen=True, slots=True)
class PublicHolidays:
    """The public holidays of a place as a set of dates without end, worked out year by year."""

    country: str
    subdivision: str = ""

    def __contains__(self, day: object) -> bool:
        return isinstance(day, date) and day in holidays_in(self.country, self.subdivision, day.year)


@lru_cache(maxsize=4096)
def holidays_in(country: str, subdivision: str, year: int) -> frozenset[date]:
    """The dates of one year's public holidays; none for a country that is not known."""
    known = _known(country, subdivision, year)
    return frozenset(known) if known is not None else frozenset()


@lru_cache(maxsize=512)
def weekend_of(country: str, subdivision: str = "") -> frozenset[int]:
    """The weekdays (Monday is 0) on which a place usually rests."""
    for place in ((country, subdivision), (country, "")):
        if place in _WEEKENDS:
            return _WEEKENDS[place]
    known = _known(country, subdivision)
    return frozenset({_SATURDAY, _SUNDAY} if known is None else known.weekend)


def _known(country: str, subdivision: str, year: int | None = None) -> holidays.HolidayBase | None:
    for part in (subdivision or None, None):
        try:
            return holidays.country_holidays(country, subdiv=part, years=year)
        except NotImplementedError:
            continue
    return None

"""When things happen in a large world: working days as numbers, and how much of a whole falls on each.

A working day is a number since the Monday the world begins with (sql/00_words.sql); its whole part is the day, the
rest the way from 13:00 to 21:00 UTC.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from fairway.config.demo.plan import SEASON

OPENS, CLOSES = 13, 21
JUST_BEFORE = 1e-6


@dataclass(frozen=True)
class Calendar:
    begins: datetime
    ends: datetime

    @property
    def monday(self) -> datetime:
        """13:00 of the first Monday."""
        day = self.begins.date() + timedelta(days=-self.begins.weekday() % 7)
        return datetime.combine(day, time(OPENS), tzinfo=UTC)

    @property
    def until(self) -> float:
        """`ends` as a number: nothing of the world is later."""
        days = (self.ends.date() - self.monday.date()).days
        weeks, weekday = divmod(days, 7)
        if weekday > 4:
            return weeks * 5 + 5 - JUST_BEFORE
        hour = self.ends.hour + self.ends.minute / 60
        share = (min(max(hour, OPENS), CLOSES) - OPENS) / (CLOSES - OPENS)
        return max(0.0, weeks * 5 + weekday + min(share, 1 - JUST_BEFORE) - (JUST_BEFORE if share == 0 else 0))

    def date_of(self, day: int) -> date:
        weeks, weekday = divmod(day, 5)
        return self.monday.date() + timedelta(days=7 * weeks + weekday)

    def spread(self, total: int) -> list[tuple[int, int, int]]:
        """(day, first, last) of `total` numbers from 1: more each month than a year before, and by season."""
        days = int(self.until) + 1
        weights = [self._weight(day, days) for day in range(days)]
        # Of the last day only the part that is over.
        weights[-1] *= self.until - int(self.until)
        bounds = shares(weights, total)
        return [(day, first, last) for day, (first, last) in enumerate(bounds) if last >= first]

    def _weight(self, day: int, days: int) -> float:
        return (0.5 + 0.5 * day / days) * SEASON[self.date_of(day).month - 1]

    def months(self) -> list[tuple[date, int, float]]:
        """(first day, days of it that lines may be of, share) of each month."""
        found, first = [], self.monday.date().replace(day=1)
        last = self.ends.date()
        while first <= last:
            found.append(first)
            first = (first + timedelta(days=32)).replace(day=1)
        pace = [SEASON[month.month - 1] * (0.75 + 0.5 * n / len(found)) for n, month in enumerate(found)]
        days = [min(28, (last - month).days + 1) for month in found]
        return [(month, count, weight * count / 28) for month, count, weight in zip(found, days, pace, strict=True)]


def shares(weights: Sequence[float], total: int) -> list[tuple[int, int]]:
    """(first, last) of the numbers 1 to `total` cut by weight; last < first where a share is empty."""
    whole, upto, before = sum(weights), 0.0, 0
    bounds = []
    for weight in weights:
        upto += weight
        here = round(total * upto / whole)
        bounds.append((before + 1, here))
        before = here
    return bounds

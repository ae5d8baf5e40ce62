"""Twelve rolling months that end on an as-of date, and the same twelve a year before."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta


def months_before(day: date, months: int) -> date:
    """The same day of an earlier month, or its last day where the month is too short."""
    count = day.year * 12 + day.month - 1 - months
    year, month = divmod(count, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def month_ends(as_of: date, months: int) -> list[date]:
    """The last days of `months` rolling months, oldest first. At the end of a month they are calendar months."""
    is_month_end = (as_of + timedelta(days=1)).day == 1
    ends = []
    for back in range(months - 1, -1, -1):
        end = months_before(as_of, back)
        ends.append(date(end.year, end.month, monthrange(end.year, end.month)[1]) if is_month_end else end)
    return ends


@dataclass(frozen=True)
class Window:
    """Twelve months up to and including `as_of`. Bounds are first days; the last bound is the day after."""

    as_of: date
    months: int = 12

    @property
    def ends(self) -> list[date]:
        return month_ends(self.as_of, self.months)

    @property
    def bounds(self) -> list[date]:
        """`months` + 1 first days, oldest first."""
        first = month_ends(self.as_of, self.months + 1)[0]
        return [end + timedelta(days=1) for end in [first, *self.ends]]

    @property
    def start(self) -> date:
        return self.bounds[0]

    @property
    def until(self) -> date:
        return self.bounds[-1]

    @property
    def year_before(self) -> "Window":
        return Window(self.start - timedelta(days=1), self.months)

    @property
    def instants(self) -> list[datetime]:
        return [datetime.combine(day, time(), tzinfo=UTC) for day in self.bounds]

    @property
    def until_at(self) -> datetime:
        return self.instants[-1]

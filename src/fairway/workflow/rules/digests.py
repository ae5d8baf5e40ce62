"""When a digest is due. Pure: the last moment at or before `now` at which one was to come, in the person's own time."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from fairway.core.words import said as _

DAYS = {"daily": _("Every day"), "weekdays": _("Monday to Friday"), "weekly": _("Mondays")}
ON_DAYS = {"daily": range(7), "weekdays": range(5), "weekly": range(1)}
DIGEST_MINUTE = 7 * 60 + 30


def last_due(now: datetime, zone: str, days: str, minute: int) -> datetime:
    """The last time of day and day of the week, chosen by the person, that is over. Aware, in the person's zone.

    Where the clock leaps over the time of day, it is the moment the clock leaps.
    """
    local = now.astimezone(ZoneInfo(zone))
    wanted = ON_DAYS.get(days, ON_DAYS["weekdays"])
    for back in range(8):
        day = local.date() - timedelta(days=back)
        due = datetime(day.year, day.month, day.day, minute // 60, minute % 60, tzinfo=ZoneInfo(zone))
        if day.weekday() in wanted and due.timestamp() <= now.timestamp():
            return due
    raise AssertionError("one of eight days is wanted")

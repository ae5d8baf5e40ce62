"""The clock. Rules take an instant; only views, jobs and the command line ask what time it is."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo


def now() -> datetime:
    return datetime.now(UTC)


def today(zone: str = "UTC") -> date:
    """The calendar day in a place, by its IANA time zone."""
    return now().astimezone(ZoneInfo(zone)).date()

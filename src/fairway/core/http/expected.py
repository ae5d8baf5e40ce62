"""What is expected of a person by when: one registry that the page of it reads, so that no room has to know another.

    expected.register(offers_to_answer)            # (member, at) -> Iterable[Due], in AppConfig.ready()

A provider reads in the member's context, costs the same few queries whatever there is, and returns at most MOST.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from fairway.core.access import Member
from fairway.core.http.gate import may_be_told

MOST = 100
DAYS_AHEAD = 14


@dataclass(frozen=True, slots=True)
class Due:
    """One thing: `due_at` is when it must be done; with `is_day` that is the end of a day, and only the day is told."""

    what: str
    title: str
    text: str
    due_at: datetime
    url: str
    action: str
    icon: str = "point"
    is_day: bool = False


Provider = Callable[[Member, datetime], Iterable[Due]]
_providers: list[Provider] = []


def register(provider: Provider) -> None:
    """Registering the same one twice changes nothing."""
    if provider not in _providers:
        _providers.append(provider)


def gather(member: Member, at: datetime) -> list[Due]:
    """Everything that is expected of the member, what is due first at the top."""
    allowed = [provider for provider in _providers if may_be_told(member, "portal", provider)]
    dues = [due for provider in allowed for due in provider(member, at)]
    return sorted(dues, key=lambda due: (due.due_at, due.title))


def end_of(day: date, zone: str) -> datetime:
    """The end of a day where the member is."""
    return datetime.combine(day + timedelta(days=1), time(), ZoneInfo(zone))

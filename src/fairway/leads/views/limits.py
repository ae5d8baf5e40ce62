"""Time left to answer, in words and as a share, the same on every page."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from fairway.core.http.format import day, duration
from fairway.core.http.parts import Kind

PRESSING_SHARE = 100 / 3


@dataclass(frozen=True, slots=True)
class TimeLeft:
    """`words` “2 h 10 min”, `end` “today 12:20”, `share` of the limit that is left, 0 to 100."""

    words: str
    end: str
    share: float
    is_over: bool

    @property
    def kind(self) -> Kind:
        return "bad" if self.is_over else "attention" if self.share < PRESSING_SHARE else "accent"

    @property
    def text(self) -> str:
        return _("time is over") if self.is_over else _("%(time)s left") % {"time": self.words}

    @property
    def note(self) -> str:
        return (_("ended %(end)s") if self.is_over else _("lapses %(end)s")) % {"end": self.end}


def time_left(offered_at: datetime, lapses_at: datetime, at: datetime, zone: str) -> TimeLeft:
    """What is left of a limit at `at`, its end told in the time zone `zone`."""
    whole = (lapses_at - offered_at).total_seconds()
    left = (lapses_at - at).total_seconds()
    share = max(0.0, min(100.0, 100 * left / whole)) if whole > 0 else 0.0
    return TimeLeft(duration(lapses_at - at), end_words(lapses_at, at, zone), share, left <= 0)


def end_words(lapses_at: datetime, at: datetime, zone: str) -> str:
    """“today 12:20”, “tomorrow 08:05”, “Tue 24 Nov 09:00”, in a time zone."""
    place = ZoneInfo(zone)
    local, today = lapses_at.astimezone(place), at.astimezone(place).date()
    clock = f"{local:%H:%M}"
    days = (local.date() - today).days
    if days == 0:
        return _("today %(time)s") % {"time": clock}
    if days == 1:
        return _("tomorrow %(time)s") % {"time": clock}
    if days == -1:
        return _("yesterday %(time)s") % {"time": clock}
    return f"{day(local.date(), today=today)} {clock}"


def left_of(offer: Mapping[str, Any], at: datetime, zone: str) -> TimeLeft:
    return time_left(offer["offered_at"], offer["lapses_at"], at, zone)

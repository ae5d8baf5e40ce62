"""A calendar that other programs read (RFC 5545), of what is due by when. Pure."""

import hashlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

LINE_OCTETS = 75
SHOWN_FOR = timedelta(minutes=15)  # what is due at a moment ends there, so that it is seen before
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing: due at a moment, or (`on`) on a whole day. `key` is the same as long as it is the same thing."""

    key: str
    summary: str
    text: str
    url: str
    due_at: datetime
    on: date | None = None


def calendar(name: str, entries: Iterable[Entry], *, owner: str, host: str, at: datetime) -> str:
    """The whole file. `owner` tells the entries of one address from those of another, `at` is now."""
    lines = [
        "BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Fairway//Expected//EN", "CALSCALE:GREGORIAN", "METHOD:PUBLISH",
        f"X-WR-CALNAME:{escaped(name)}", "REFRESH-INTERVAL;VALUE=DURATION:PT1H", "X-PUBLISHED-TTL:PT1H",
    ]  # fmt: skip
    for entry in entries:
        lines += _event(entry, owner, host, at)
    lines.append("END:VCALENDAR")
    return "".join(f"{part}\r\n" for line in lines for part in folded(line))


def _event(entry: Entry, owner: str, host: str, at: datetime) -> Iterator[str]:
    mark = hashlib.sha256(f"{owner}\n{entry.key}".encode()).hexdigest()[:32]
    yield from ("BEGIN:VEVENT", f"UID:{mark}@{host}", f"DTSTAMP:{_moment(at)}")
    if entry.on is not None:
        yield f"DTSTART;VALUE=DATE:{entry.on:%Y%m%d}"
        yield f"DTEND;VALUE=DATE:{entry.on + timedelta(days=1):%Y%m%d}"
    else:
        yield f"DTSTART:{_moment(entry.due_at - SHOWN_FOR)}"
        yield f"DTEND:{_moment(entry.due_at)}"
    yield f"SUMMARY:{escaped(entry.summary)}"
    if entry.text:
        yield f"DESCRIPTION:{escaped(entry.text)}"
    yield from (f"URL:{_CONTROL.sub('', entry.url)}", "TRANSP:TRANSPARENT", "END:VEVENT")


def _moment(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def escaped(text: str) -> str:
    """A text value: what has a meaning in the file is written so that it has none."""
    text = _CONTROL.sub(" ", text.replace("\r\n", "\n").replace("\r", "\n"))
    return text.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,").replace("\n", "\\n")


def folded(line: str) -> Iterator[str]:
    """The line in parts of at most 75 octets, none of which cuts a letter; all but the first begin with a space."""
    part, size = "", 0
    for letter in line:
        octets = len(letter.encode())
        if size + octets > LINE_OCTETS:
            yield part
            part, size = " ", 1
        part, size = part + letter, size + octets
    yield part

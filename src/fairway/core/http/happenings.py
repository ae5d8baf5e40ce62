"""Timelines out of the event log: each room says its events in words, and any page may show them.

    happenings.register({"offer.made": (_("Offered"), _("to %(partner)s"))})

A text may name `actor`, `partner`, and what the event's data holds; what is missing is left out.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q

from fairway.core.access import name_of_system
from fairway.core.events.models import Event
from fairway.core.http.parts import Happening
from fairway.core.told import told_of

Said = tuple[Any, Any]
MOST = 60
_words: dict[str, Said] = {}


def register(words: Mapping[str, Said]) -> None:
    """Add "<subject>.<verb>" → (verb in bold, the text after it)."""
    _words.update(words)


@dataclass(frozen=True, slots=True)
class Happened:
    """One event as pages need it."""

    name: str
    subject_id: int
    at: datetime
    actor: str
    partner: str
    data: Mapping[str, Any]


def happened(
    subjects: Mapping[str, Sequence[int]], *, since: datetime | None = None, most: int = MOST
) -> list[Happened]:
    """The events of these subjects (type → ids) that the context may read, newest first. One query.

    `since`, an instant before the first of them, spares the months of the log before it.
    """
    asked = Q()
    for kind, ids in subjects.items():
        if ids:
            asked |= Q(subject_type=kind, subject_id__in=list(ids))
    if not asked:
        return []
    if since is not None:
        asked &= Q(at__gte=since)
    rows = (
        Event.objects.filter(asked)
        .order_by("-at", "-id")
        .values(
            "subject_type", "verb", "subject_id", "at", "actor_name", "actor_seat__name", "partner__name", "data"
        )[:most]
    )  # fmt: skip
    return [
        Happened(
            f"{row['subject_type']}.{row['verb']}", row["subject_id"], row["at"],
            row["actor_seat__name"] or name_of_system(row["actor_name"]), row["partner__name"] or "", row["data"],
        )
        for row in rows
    ]  # fmt: skip


def in_words(data: Mapping[str, Any]) -> dict[str, Any]:
    """What an event says, its kept sentences in the language in force."""
    return {name: told_of(data, name) if f"{name}_words" in data else value for name, value in data.items()}


def said(events: Iterable[Happened], fill: Callable[[Happened], Mapping[str, Any]] | None = None) -> list[Happening]:
    """The events that have words, as a timeline. `fill` gives values beyond those of the event's data."""
    shown: list[Happening] = []
    for event in events:
        if event.name not in _words:
            continue
        verb, text = _words[event.name]
        extra = fill(event) if fill else {}
        values = defaultdict(str, {**in_words(event.data), "actor": event.actor, "partner": event.partner, **extra})
        shown.append(Happening(str(verb), (str(text) % values).strip(), event.at, is_now=not shown))
    return shown

"""What happened to a row, from the event log, as the reader may see it."""

from collections.abc import Iterable
from typing import Any

from django.db.models import Model, Q

from fairway.core.events.models import Event
from fairway.core.events.reading import begun
from fairway.core.events.record import subject_type

MOST = 60


def events_of(subjects: Iterable[Model], most: int = MOST) -> list[Event]:
    """Events of the rows, newest first; the actor's name needs no further query."""
    rows = list(subjects)
    wanted = Q(pk__in=[])
    for subject in rows:
        wanted |= Q(subject_type=subject_type(subject), subject_id=subject.pk)
    found = Event.objects.filter(wanted, at__gte=begun(*rows))
    return list(found.select_related("actor_seat").order_by("-at", "-id")[:most])


def actor_of(event: Event) -> str:
    """The person, rule or job that did it."""
    seat: Any = event.actor_seat
    return seat.name if seat else event.actor_name

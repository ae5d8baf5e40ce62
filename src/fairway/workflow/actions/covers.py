"""Telling people of covers: who is to stand in, and who has lost a deputy. Reactions to events."""

from collections.abc import Sequence

from django.utils.translation import gettext as _

from fairway.core.events.record import Happened
from fairway.core.http.format import day
from fairway.core.tenancy.covers import Cover
from fairway.core.tenancy.queries import covers_from
from fairway.workflow.actions.notifications import Note, notify_many

PATH = "console/covers/"


def tell_deputies(happened: Sequence[Happened]) -> None:
    """The deputy hears of it, and who is away where an administrator named the deputy."""
    notes = []
    for cover in Cover.objects.select_related("seat", "deputy").filter(pk__in=[each.subject_id for each in happened]):
        days = {"first": day(cover.first_on), "last": day(cover.last_on)}
        said = {"name": cover.seat.name, "deputy": cover.deputy.name}
        body = _("From %(first)s to %(last)s.") % days
        notes.append(Note(cover.deputy_id, _("You stand in for %(name)s") % said, body, PATH))
        if cover.set_by_id != cover.seat_id:
            notes.append(Note(cover.seat_id, _("%(deputy)s stands in for you") % said, body, PATH))
    notify_many(notes, "cover", at=happened[0].at)


def tell_of_lost_deputies(happened: Sequence[Happened]) -> None:
    """Whose deputy has left is told that nobody stands in."""
    at = happened[0].at
    closed = [each.subject_id for each in happened]
    notes = [
        Note(
            cover.seat_id,
            _("%(deputy)s has left: nobody stands in for you") % {"deputy": cover.deputy.name},
            _("From %(first)s to %(last)s.") % {"first": day(cover.first_on), "last": day(cover.last_on)},
            PATH,
        )
        for cover in covers_from(at).filter(deputy_id__in=closed)
    ]
    notify_many(notes, "cover", at=at)

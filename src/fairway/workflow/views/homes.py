"""What the home page says of colleagues who are away."""

from collections.abc import Iterable
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from fairway.core.access import Member
from fairway.core.http.format import day
from fairway.core.http.todo import TodoItem
from fairway.core.tenancy.queries import covers_from


def standing_in_now(member: Member, at: datetime) -> Iterable[TodoItem]:
    """For whom one stands in, and how long; no query for those who do not."""
    absent = member.answers_for[1:]
    if not absent:
        return
    for cover in covers_from(at).filter(seat_id__in=absent, starts_at__lte=at):
        yield TodoItem(
            title=_("You stand in for %(name)s") % {"name": cover.seat.name},
            second=_("What waits for %(name)s is among yours.") % {"name": cover.seat.name},
            due_text=_("until %(day)s") % {"day": day(cover.last_on)},
            late=False,
            url=reverse("cover-list"),
            action_label=_("Days away"),
            kind="watch",
            sort=cover.ends_until.timestamp(),
            icon="calendar",
        )

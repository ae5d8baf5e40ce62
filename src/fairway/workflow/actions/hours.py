"""Working hours and days off of places, where a vendor says they differ from the usual."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from itertools import pairwise

from django.utils.translation import gettext as _
from django_countries import countries

from fairway.core.access import Member, require
from fairway.core.events.record import record
from fairway.core.refusals import Refused
from fairway.core.tenancy.acting import acting_for
from fairway.workflow.models import PlaceHours

DAYS_MOST = 400
NAME_MOST = 100
Week = Mapping[str, Sequence[Sequence[str]]]


def save_hours(
    *, country: str, state_code: str, hours: Week, keeps_holidays: bool, closed_on: Mapping[str, str],
    open_on: Mapping[str, str], actor: Member, at: datetime, version: int | None = None,
) -> PlaceHours:  # fmt: skip
    """Keep when a country, or one state of it, works; without a country, all places that no other is for.

    `hours` is weekday ("0" is Monday) → [["09:00", "17:00"], …]; 24:00 is the end of a day. What limits are already
    set stays; new ones go by it. Raises Refused for what cannot be, and when somebody else changed it since `version`.
    """
    require(actor, "hours.edit")
    _check_place(country, state_code)
    week = _checked_week(hours)
    days = [_checked_days(given, name) for given, name in ((closed_on, "closed_on"), (open_on, "open_on"))]
    if both := set(days[0]) & set(days[1]):
        raise Refused(_("%(day)s is both a day off and a working day.") % {"day": min(both)}, field="open_on")
    with acting_for(actor):
        row = PlaceHours.objects.select_for_update().filter(country=country, state_code=state_code).first()
        if row is not None and version is not None and row.version != version:
            raise Refused(_("Somebody else changed this meanwhile. Reload and look again."))
        row = row or PlaceHours(vendor_id=actor.vendor_id, country=country, state_code=state_code, version=0)
        row.hours, row.keeps_holidays, row.closed_on, row.open_on = week, keeps_holidays, *days
        row.version += 1
        row.save()
        record("saved", row, actor=actor, at=at, country=country, state=state_code, hours=week)
    return row


def remove_hours(*, row: PlaceHours, actor: Member, at: datetime) -> None:
    """The place has its usual hours again."""
    require(actor, "hours.edit")
    with acting_for(actor):
        record("removed", row, actor=actor, at=at, country=row.country, state=row.state_code)
        PlaceHours.objects.filter(pk=row.pk).delete()


def _check_place(country: str, state_code: str) -> None:
    if country and country not in dict(countries):
        raise Refused(
            _("“%(code)s” is no country. Write two letters, such as DE.") % {"code": country}, field="country"
        )
    if state_code and not country:
        raise Refused(_("A state belongs to a country. Choose the country too."), field="state_code")


def _checked_week(hours: Week) -> dict[str, list[list[str]]]:
    week: dict[str, list[list[str]]] = {}
    for day, pairs in hours.items():
        if day not in {str(number) for number in range(7)}:
            raise Refused(_("There is no weekday “%(day)s”.") % {"day": day}, field="hours")
        edges = [_edge(text) for pair in pairs for text in _two(pair)]
        if any(early >= late for early, late in pairwise(edges)):
            raise Refused(_("Hours of one day overlap, or end before they begin."), field="hours")
        if pairs:
            week[day] = [list(pair) for pair in pairs]
    if not week:
        raise Refused(_("Give at least one working day."), field="hours")
    return week


def _two(pair: Sequence[str]) -> Sequence[str]:
    if len(pair) != 2:
        raise Refused(_("Hours have a beginning and an end, such as 09:00 to 17:00."), field="hours")
    return pair


def _edge(text: str) -> int:
    """Minutes after midnight."""
    if text == "24:00":
        return 24 * 60
    try:
        moment = time.fromisoformat(text)
    except ValueError:
        wrong = _("“%(text)s” is no time of day. Write 09:00.") % {"text": str(text)[:20]}
        raise Refused(wrong, field="hours") from None
    return moment.hour * 60 + moment.minute


def _checked_days(days: Mapping[str, str], field: str) -> dict[str, str]:
    if len(days) > DAYS_MOST:
        raise Refused(_("At most %(n)d days.") % {"n": DAYS_MOST}, field=field)
    found = {}
    for day, name in days.items():
        try:
            found[date.fromisoformat(day).isoformat()] = str(name).strip()[:NAME_MOST]
        except ValueError:
            wrong = _("“%(text)s” is no day. Write 2026-12-24.") % {"text": str(day)[:20]}
            raise Refused(wrong, field=field) from None
    return dict(sorted(found.items()))

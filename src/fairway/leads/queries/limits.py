"""How long a partner has to answer: hours that count only while its place is open."""

from datetime import datetime
from functools import lru_cache
from zoneinfo import ZoneInfoNotFoundError

from fairway.core.tenancy.models import Partner
from fairway.partners.models import Profile
from fairway.workflow.calendars import calendar_for
from fairway.workflow.rules.business_hours import BusinessCalendar, add_business_time

DEFAULT_HOURS = 8
REMIND_AFTER = 2 / 3


@lru_cache(maxsize=8192)
def limit_instants(country: str, zone: str, subdivision: str, at: datetime, minutes: int) -> tuple[datetime, datetime]:
    """(when to remind, when the offer lapses), `minutes` of business time after `at` at a partner's place."""
    calendar = _calendar(country, zone, subdivision)
    return (
        add_business_time(calendar, at, round(minutes * REMIND_AFTER)),
        add_business_time(calendar, at, minutes),
    )


def _calendar(country: str, zone: str, subdivision: str) -> BusinessCalendar:
    try:
        return calendar_for(country, zone, subdivision)
    except (ZoneInfoNotFoundError, ValueError):
        return calendar_for(country, "UTC", subdivision)


def partner_limit(partner: Partner, at: datetime, minutes: int) -> tuple[datetime, datetime]:
    """The same for one partner."""
    profile = Profile.objects.filter(partner=partner).values_list("state_code", flat=True).first()
    return limit_instants(partner.country, partner.time_zone, profile or "", at, minutes)

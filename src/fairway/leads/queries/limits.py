"""How long a partner has to answer: hours that count only while its place is open."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from fairway.core.tenancy.models import Partner
from fairway.leads.queries.following import Following, following
from fairway.leads.rules.following import FollowUp
from fairway.partners.models import Profile
from fairway.workflow.queries.hours import Hours, hours_of_vendor
from fairway.workflow.rules.business_hours import add_business_time

DEFAULT_HOURS = 8


Instants = tuple[datetime | None, datetime]


@dataclass(frozen=True, slots=True)
class Limits:
    """What limits of a vendor are worked out by: the hours of its places, and how its leads are followed up."""

    hours: Hours
    following: Following

    def instants(self, place: tuple[str, str, str], at: datetime, minutes: int, rule_uid: str = "") -> Instants:
        """(when to remind first, when the offer lapses), `minutes` of business time after `at` at a partner's place.

        `place` is (country, time zone, state); None where the rule reminds of nothing.
        """
        shares = self.following.of(rule_uid).remind_shares
        return _instants(self.hours, *place, at, minutes, min(shares) if shares else None)


@lru_cache(maxsize=8192)
def _instants(
    hours: Hours, country: str, zone: str, subdivision: str, at: datetime, minutes: int, share: float | None
) -> Instants:
    calendar = hours.calendar(country, zone, subdivision)
    remind_at = None if share is None else add_business_time(calendar, at, round(minutes * share))
    return remind_at, add_business_time(calendar, at, minutes)


def limits() -> Limits:
    """Those of the vendor in force: two queries, or four where it has rules of its own."""
    return Limits(hours_of_vendor(), following())


def place_of(partner: Partner) -> tuple[str, str, str]:
    """(country, time zone, state) where a partner's business hours run."""
    profile = Profile.objects.filter(partner=partner).values_list("state_code", flat=True).first()
    return partner.country, partner.time_zone, profile or ""


def partner_limit(partner: Partner, at: datetime, minutes: int, rule_uid: str = "") -> Instants:
    """(when to remind first, when it lapses) for one partner."""
    return limits().instants(place_of(partner), at, minutes, rule_uid)


def next_reminder(
    place: tuple[str, str, str], since: datetime, minutes: int, rule: FollowUp, now: datetime
) -> datetime | None:
    """The first reminder after `now` of a limit that began at `since`; None when the last one was."""
    calendar = hours_of_vendor().calendar(*place)
    instants = [add_business_time(calendar, since, round(minutes * share)) for share in sorted(rule.remind_shares)]
    return next((instant for instant in instants if instant > now), None)


FIRST_TOUCH_MINUTES = 8 * 60  # a business day


def first_touch_limits(partner_id: int, accepted: Sequence[datetime]) -> list[datetime]:
    """Until when the customer should have been contacted, for leads accepted then. None asked for no lead."""
    if not accepted:
        return []
    calendar = hours_of_vendor().calendar(*place_of(Partner.objects.get(pk=partner_id)))
    return [add_business_time(calendar, at, FIRST_TOUCH_MINUTES) for at in accepted]

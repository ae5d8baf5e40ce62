"""The rules of silence and service levels in force, and when a silent lead's next step is due."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from fairway.core.tenancy.models import Partner
from fairway.leads.models import Lead, LeadScore, TrackingRules
from fairway.leads.queries.following import of_leads
from fairway.leads.queries.limits import hours_of_vendor
from fairway.leads.rules.states import LeadState
from fairway.leads.rules.tracking import DAY_MINUTES, SilenceStep, TrackingPolicy, bands_of
from fairway.partners.models import Profile
from fairway.workflow.rules.business_hours import add_business_time

NUMBERS = (
    "nudge_days", "executive_days", "recall_days", "touch_hours", "answer_percent", "touch_percent",
    "feedback_percent",
)  # fmt: skip


def tracking_rules() -> TrackingRules | None:
    return TrackingRules.objects.order_by("pk").first()


def policy_of(row: TrackingRules | None) -> TrackingPolicy:
    if row is None:
        return TrackingPolicy()
    numbers = {name: getattr(row, name) for name in NUMBERS}
    return TrackingPolicy(silence_is_on=row.silence_is_on, bands=bands_of(row.bands), **numbers)


def tracking_policy() -> TrackingPolicy:
    return policy_of(tracking_rules())


def silence_dues(leads: Iterable[Lead], policy: TrackingPolicy, at: datetime) -> dict[int, datetime]:
    """Lead → when its next step of silence is due; leads for which none follows are left out.

    One clock takes a lead back: while one of its rule of following up runs, silence has none. Who was told a moment ago
    has a business day before the next step, however long the silence is.
    """
    rows = list(leads)
    places = places_of(lead.partner_id for lead in rows if lead.partner_id)
    bands = dict(LeadScore.objects.filter(lead__in=[lead.pk for lead in rows]).values_list("lead_id", "band"))
    dues, hours, rules = {}, hours_of_vendor(), of_leads([lead.pk for lead in rows])
    for lead in rows:
        if rules[lead.pk].runs_for(is_touched=lead.first_touch_at is not None):
            continue
        begun, place = silent_from(lead), places.get(lead.partner_id or 0)
        days = policy.days_for(bands.get(lead.pk, "")).after(SilenceStep(lead.silence_step))
        if days is None or begun is None or place is None:
            continue
        calendar = hours.calendar(*place)
        due = add_business_time(calendar, begun, days * DAY_MINUTES)
        soonest = add_business_time(calendar, at, DAY_MINUTES) if lead.silence_step else at
        dues[lead.pk] = max(due, soonest)
    return dues


def silent_from(lead: Lead) -> datetime | None:
    """Since when nobody spoke with the customer: the last contact with this partner, or the acceptance."""
    moments = [moment for moment in (lead.last_touch_at, lead.accepted_at) if moment is not None]
    return max(moments, default=None)


def places_of(partner_ids: Iterable[int]) -> dict[int, tuple[str, str, str]]:
    """Partner → (country, time zone, state code), for its business hours. Two queries."""
    wanted = set(partner_ids)
    states = dict(Profile.objects.filter(partner_id__in=wanted).values_list("partner_id", "state_code"))
    found = Partner.objects.filter(pk__in=wanted).values_list("pk", "country", "time_zone")
    return {pk: (country, zone, states.get(pk) or "") for pk, country, zone in found}


def touch_due(partner_id: int, at: datetime, hours: int) -> datetime:
    """When the first contact of a lead accepted at `at` is due."""
    place = places_of([partner_id]).get(partner_id)
    if place is None:
        return at + timedelta(hours=hours)
    return add_business_time(hours_of_vendor().calendar(*place), at, hours * 60)


def accepted_after(last_pk: int, most: int) -> list[Lead]:
    """Leads that partners work, by id, for going through all of them in chunks. Locked, inside `acting_for`."""
    return list(Lead.objects.filter(state=LeadState.ACCEPTED, pk__gt=last_pk).order_by("pk").select_for_update()[:most])

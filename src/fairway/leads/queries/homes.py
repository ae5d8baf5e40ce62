"""The few rows and counts that the home pages show of leads."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Count, F, Q, QuerySet

from fairway.core.prepared import Wanted, prepared
from fairway.leads.models import Lead, Offer
from fairway.leads.queries.waiting import REASON, reason_told
from fairway.leads.rules.states import LeadState, OfferState

COUNT_CAP = 1000
CHANGES_SHOWN = 6
ANSWERS_COUNTED = 200
# A share does not get truer with more, and a home page reads no month of a hundred thousand.
RATED = 10_000
# The same of the leads that wait: those that wait longest say what is wrong.
WAITING_READ = 2_000


@prepared
def _waiting() -> QuerySet[Lead, dict[str, Any]]:
    return Lead.objects.filter(state=LeadState.WAITING).values("id")


def waiting_count() -> Wanted[int]:
    """Leads nobody has, counted to COUNT_CAP."""
    return _waiting().counted(COUNT_CAP)


@dataclass(frozen=True, slots=True)
class Reason:
    """Why some leads wait, how many of those that were read, and since when the oldest does.

    `text` as it is kept, `told` in the language in force.
    """

    text: str
    leads: int
    oldest: datetime
    told: str


def waiting_by_reason() -> tuple[list[Reason], bool]:
    """The reasons of the WAITING_READ leads that wait longest, most leads first; True when more wait than were read."""
    waiting = Lead.objects.filter(state=LeadState.WAITING).order_by("captured_at")
    rows = list(waiting.values_list(REASON, "captured_at", "waiting_because_words")[: WAITING_READ + 1])
    oldest: dict[str, tuple[datetime, Any]] = {}
    for text, captured_at, words in rows[:WAITING_READ]:
        oldest.setdefault(text, (captured_at, words))
    counts = Counter(row[0] for row in rows[:WAITING_READ])
    reasons = [
        Reason(text, count, oldest[text][0], reason_told(text, oldest[text][1])) for text, count in counts.items()
    ]
    return sorted(reasons, key=lambda one: (-one.leads, one.text)), len(rows) > WAITING_READ


def steps_due(today: date, seat_id: int | None) -> QuerySet[Lead, dict[str, Any]]:
    """Leads whose next step is due; with `seat_id` only that seller's and those of nobody."""
    rows = Lead.objects.filter(state=LeadState.ACCEPTED, next_step_on__lte=today)
    if seat_id is not None:
        rows = rows.filter(Q(seller_id=seat_id) | Q(seller_id=None))
    return rows.order_by("next_step_on", "id").values(
        "uid", "title", "company", "city", "stage", "amount_minor", "currency", "next_step", "next_step_on",
        "last_touch_at", "people__first_name", "people__last_name",
    )  # fmt: skip


def untouched(seat_id: int | None) -> QuerySet[Lead, dict[str, Any]]:
    """Leads being worked that nobody has contacted; with `seat_id` only that seller's and those of nobody."""
    rows = Lead.objects.filter(state=LeadState.ACCEPTED, touches=0)
    if seat_id is not None:
        rows = rows.filter(Q(seller_id=seat_id) | Q(seller_id=None))
    return rows.order_by("accepted_at", "id").values(
        "uid", "title", "company", "city", "accepted_at", "people__first_name", "people__last_name"
    )


def to_contact_or_rate(seat_id: int | None) -> QuerySet[Lead, dict[str, Any]]:
    """Leads that nobody has contacted, and contacted ones of which nobody has said how good they are; as for steps."""
    said_nothing = Q(first_touch_at__isnull=False, rated_at=None)
    rows = Lead.objects.filter(state=LeadState.ACCEPTED).filter(Q(touches=0) | said_nothing)
    if seat_id is not None:
        rows = rows.filter(Q(seller_id=seat_id) | Q(seller_id=None))
    return rows.order_by("accepted_at", "id").values(
        "uid", "title", "company", "city", "accepted_at", "first_touch_at", "people__first_name", "people__last_name"
    )


def leads_to_watch(seat_id: int | None) -> QuerySet[Lead, dict[str, Any]]:
    """Leads that are silent, or that were contacted and not rated yet; with `seat_id` as for steps."""
    rows = Lead.objects.filter(state=LeadState.ACCEPTED).filter(
        Q(silent_since__isnull=False) | Q(first_touch_at__isnull=False, rated_at=None)
    )
    if seat_id is not None:
        rows = rows.filter(Q(seller_id=seat_id) | Q(seller_id=None))
    return rows.order_by(F("silence_due_at").asc(nulls_last=True), "first_touch_at", "id").values(
        "uid", "title", "company", "city", "silent_since", "silence_step", "silence_due_at", "last_touch_at",
        "people__first_name", "people__last_name",
    )  # fmt: skip


def offers_ending(until: datetime, cams: Sequence[int] | None) -> QuerySet[Offer, dict[str, Any]]:
    """Open offers that lapse before `until`; with `cams` only those of these managers' partners."""
    rows = Offer.objects.filter(state=OfferState.OPEN, lapses_at__lt=until)
    if cams is not None:
        rows = rows.filter(partner__cam_id__in=cams)
    return rows.order_by("lapses_at", "id").values(
        "title", "offered_at", "lapses_at", "reminded_at", "partner__name", "lead__uid", "lead__company"
    )


def changes_since(since: datetime, cams: Sequence[int] | None) -> list[dict[str, Any]]:
    """Offers answered or lapsed since then, the latest first; with `cams` only those of these managers' partners."""
    rows = Offer.objects.filter(answered_at__gte=since).exclude(state=OfferState.OPEN)
    if cams is not None:
        rows = rows.filter(partner__cam_id__in=cams)
    return list(
        rows.order_by("-answered_at", "-id").values(
            "state", "title", "answered_at", "partner__name", "lead__uid", "lead__company"
        )[:CHANGES_SHOWN]
    )


def own_answers(since: datetime) -> list[tuple[str, datetime, datetime]]:
    """(state, offered at, answered at) of a partner's latest offers that are over."""
    rows = Offer.objects.filter(offered_at__gte=since).exclude(state=OfferState.OPEN).order_by("-offered_at")
    return list(rows.values_list("state", "offered_at", "answered_at")[:ANSWERS_COUNTED])


def answers_since(since: datetime, cam: int | None) -> dict[str, int]:
    """The latest RATED offers made since then that are over, and how many of them were accepted."""
    rows = Offer.objects.filter(offered_at__gte=since).exclude(state=OfferState.OPEN)
    if cam is not None:
        rows = rows.filter(partner__cam_id=cam)
    # Their states, not their ids: so the index "offer_counts" holds all that is asked.
    latest = rows.order_by("-offered_at").values("state")[:RATED]
    return latest.aggregate(answered=Count("state"), accepted=Count("state", filter=Q(state=OfferState.ACCEPTED)))

"""The moments of an open offer, kept by the workflow."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from fairway.leads.models import Offer
from fairway.workflow.actions.deadlines import cancel_deadlines_of, set_deadlines

REMIND = "remind"
LAPSE = "lapse"


def set_offer_deadlines(rows: Sequence[tuple[int, datetime | None, datetime]]) -> None:
    """Rows are (offer id, remind at or None, lapses at)."""
    reminders = [(offer_id, remind_at) for offer_id, remind_at, _lapses_at in rows if remind_at is not None]
    set_deadlines(Offer, reminders, REMIND)
    set_deadlines(Offer, [(offer_id, lapses_at) for offer_id, _remind_at, lapses_at in rows], LAPSE)


def set_offer_reminder(offer_id: int, at: datetime) -> None:
    set_deadlines(Offer, [(offer_id, at)], REMIND)


def cancel_offer_deadlines(offer_ids: Iterable[int]) -> None:
    """What has fired stays as it is."""
    cancel_deadlines_of(Offer, offer_ids)

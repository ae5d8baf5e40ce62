"""The moments of an open offer, and the silence of a lead that is worked; kept by the workflow."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from fairway.leads.models import Lead, Offer
from fairway.leads.queries.tracking import silence_dues, tracking_policy
from fairway.workflow.actions.deadlines import cancel_deadlines, cancel_deadlines_of, set_deadlines

REMIND = "remind"
LAPSE = "lapse"
SILENCE = "silence"


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


def watch_silence(leads: Sequence[Lead], at: datetime) -> None:
    """Set the next step of each lead that a partner works, by the rules in force. Inside `acting_for`."""
    policy = tracking_policy()
    if not policy.silence_is_on:
        return
    dues = silence_dues(leads, policy, at)
    set_deadlines(Lead, list(dues.items()), SILENCE)
    for lead in leads:
        lead.silence_due_at = dues.get(lead.pk)
    Lead.objects.bulk_update(leads, ["silence_due_at"])


def end_silence(lead: Lead) -> None:
    """Somebody spoke with the customer, or the lead is no longer worked. Inside `acting_for`."""
    # Told of for the last time, where nothing is taken back, it is still silent.
    if lead.silence_due_at is None and not lead.silence_step:
        return
    cancel_deadlines(lead, [SILENCE])
    Lead.objects.filter(pk=lead.pk).update(silent_since=None, silence_step=0, silence_due_at=None)
    lead.silent_since, lead.silence_step, lead.silence_due_at = None, 0, None

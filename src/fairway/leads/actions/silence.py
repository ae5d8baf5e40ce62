"""Accepted leads without a contact: their seller is told, then its executive, then the lead is taken back.

One deadline a lead at a time; each step sets the next one. Whoever logs a contact begins anew.
"""

from collections.abc import Sequence
from datetime import datetime

from fairway.core.access import Member, system_member
from fairway.core.events.record import record
from fairway.core.jobs import defer
from fairway.core.tenancy.acting import acting_for
from fairway.core.words import said as _
from fairway.leads.actions.deadlines import SILENCE, watch_silence
from fairway.leads.actions.work import recall_lead
from fairway.leads.models import Lead
from fairway.leads.queries.reasons import choices_of
from fairway.leads.queries.tracking import accepted_after, silence_dues, silent_from, tracking_policy
from fairway.leads.rules.reasons import OTHER, RECALL
from fairway.leads.rules.states import LeadState
from fairway.leads.rules.tracking import SilenceStep
from fairway.workflow.actions.deadlines import cancel_deadlines_of, set_deadlines

SILENT = "silent"  # of the reasons to take back
CHUNK = 1000


def on_silence(*, vendor_id: int, subject_id: int, at: datetime) -> None:
    """The next step of a silent lead is due. In the deadline's own transaction and acting context."""
    lead, policy = Lead.objects.select_for_update().get(pk=subject_id), tracking_policy()
    if lead.state != LeadState.ACCEPTED:  # merged or closed in the same moment
        return
    if not policy.silence_is_on:
        return
    due = silence_dues([lead], policy, silent_from(lead) or at).get(lead.pk)
    if due is None:
        return
    if due > at:  # a contact was logged or the rules were changed since the deadline was set
        set_deadlines(Lead, [(lead.pk, due)], SILENCE)
        return
    actor = system_member(vendor_id, "Silent leads")
    if lead.silence_step >= SilenceStep.EXECUTIVE_TOLD:
        _take_back(lead, actor, at)
    else:
        _warn(lead, actor, at)


def _warn(lead: Lead, actor: Member, at: datetime) -> None:
    lead.silence_step += 1
    lead.silent_since = silent_from(lead)
    lead.save(update_fields=["silence_step", "silent_since"])
    watch_silence([lead], at)
    record(
        "silent", lead, actor=actor, at=at, partner_id=lead.partner_id, audience="partner", step=lead.silence_step,
        since=lead.silent_since.isoformat() if lead.silent_since else "",
        next=lead.silence_due_at.isoformat() if lead.silence_due_at else "",
    )  # fmt: skip


def _take_back(lead: Lead, actor: Member, at: datetime) -> None:
    """With the reason that says so; where the vendor hides that one, with the words alone."""
    is_listed = any(code == SILENT for code, _name in choices_of(RECALL))
    reason = _("No contact with the customer was logged in time")
    recall_lead(lead=lead, actor=actor, at=at, code=SILENT if is_listed else OTHER, reason=reason)


def _warn_again(leads: Sequence[Lead], at: datetime) -> None:
    """No lead is taken back earlier than was said: where new rules would, the executive is told once more."""
    told = [lead for lead in leads if lead.silence_step == SilenceStep.EXECUTIVE_TOLD]
    dues = silence_dues(told, tracking_policy(), at)
    for lead in told:
        due, said = dues.get(lead.pk), lead.silence_due_at
        if due is not None and (said is None or due < said):
            lead.silence_step = SilenceStep.SELLER_TOLD
    Lead.objects.bulk_update(told, ["silence_step"])


def ask_to_watch(*, actor: Member) -> None:
    """Have the deadlines of all leads that are worked set anew, after the rules were changed. Inside `acting_for`."""
    defer("leads.watch_silence", vendor_id=actor.vendor_id, once=f"leads.watch_silence/{actor.vendor_id}")


def watch_all(*, actor: Member, at: datetime) -> int:
    """Set the silence of every lead that is worked by the rules in force, in chunks; returns how many there were.

    Switched off, what was set is taken back. Twice does no more than once.
    """
    seen, last = 0, 0
    while True:
        with acting_for(actor):
            leads = accepted_after(last, CHUNK)
            if not leads:
                return seen
            if tracking_policy().silence_is_on:
                _warn_again(leads, at)
                watch_silence(leads, at)
            else:
                ids = [lead.pk for lead in leads]
                cancel_deadlines_of(Lead, ids, [SILENCE])
                told = Lead.objects.filter(pk__in=ids).exclude(silence_due_at=None, silent_since=None)
                told.update(silent_since=None, silence_step=0, silence_due_at=None)
        seen, last = seen + len(leads), leads[-1].pk

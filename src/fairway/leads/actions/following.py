"""Accepted leads that are not worked: the partner is warned, and then the lead is taken back by the rule.

The moments are deadlines of the lead: set when a partner accepts it, moved by what the partner does, gone with it.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

from fairway.core.access import Member, require, system_member
from fairway.core.events.record import Happened, record
from fairway.core.tenancy.acting import acting_for
from fairway.core.words import Words
from fairway.core.words import said as _
from fairway.leads.actions.notices import notes_to_workers
from fairway.leads.actions.work import recall_lead
from fairway.leads.models import Lead
from fairway.leads.queries.following import Following, following, of_leads, places_of_leads
from fairway.leads.queries.reasons import reasons_of
from fairway.leads.rules.following import FollowUp
from fairway.leads.rules.reasons import OTHER, RECALL
from fairway.leads.rules.states import LeadState
from fairway.workflow.actions.deadlines import cancel_deadlines_of, set_deadlines
from fairway.workflow.actions.notifications import notify_many
from fairway.workflow.queries.hours import hours_of_vendor
from fairway.workflow.rules.business_hours import add_business_time

UNTOUCHED = "untouched"
UNMOVED = "unmoved"
KINDS = {what: (f"warn_{what}", f"recall_{what}") for what in (UNTOUCHED, UNMOVED)}
CHUNK = 500


def begin_following(happened: Sequence[Happened]) -> None:
    """On lead.accepted: the time to the first contact, and to the next stage, begins."""
    _follow([event.subject_id for event in happened], (UNTOUCHED, UNMOVED), happened[0].at)


def touched(happened: Sequence[Happened]) -> None:
    """On lead.touched: the first contact is made."""
    cancel_deadlines_of(Lead, [event.subject_id for event in happened], KINDS[UNTOUCHED])


def moved_on(happened: Sequence[Happened]) -> None:
    """On lead.staged: the time to the next stage begins anew."""
    _follow([event.subject_id for event in happened], (UNMOVED,), happened[0].at)


def end_following(happened: Sequence[Happened]) -> None:
    """On lead.recalled, closed and converted."""
    kinds = [kind for pair in KINDS.values() for kind in pair]
    cancel_deadlines_of(Lead, [event.subject_id for event in happened], kinds)


def _follow(lead_ids: Sequence[int], whats: Iterable[str], at: datetime) -> None:
    known = following()
    if not any(rule.untouched_hours or rule.unmoved_hours for rule in known.by_rule.values()):
        return
    for what in whats:
        _set(lead_ids, what, known, at)


def _set(lead_ids: Sequence[int], what: str, known: Following, at: datetime) -> None:
    """Set the two moments of each lead, or take back what the rule no longer asks for."""
    rules, places, hours = of_leads(lead_ids, known), places_of_leads(lead_ids), hours_of_vendor()
    warn_kind, recall_kind = KINDS[what]
    warnings, recalls = [], []
    for lead_id, place in places.items():
        rule = rules[lead_id]
        if limit := rule.hours_of(what):
            calendar = hours.calendar(*place)
            warnings.append((lead_id, add_business_time(calendar, at, limit * 60 * rule.warn_percent / 100)))
            recalls.append((lead_id, add_business_time(calendar, at, limit * 60)))
    going = {lead_id for lead_id, _at in recalls}
    cancel_deadlines_of(Lead, [lead_id for lead_id in lead_ids if lead_id not in going], KINDS[what])
    set_deadlines(Lead, warnings, warn_kind)
    set_deadlines(Lead, recalls, recall_kind)


def follow_again(*, actor: Member, at: datetime) -> int:
    """After a change of the rules: the accepted leads go by them, their time begins now. Returns how many."""
    require(actor, "lead.recall")
    done, last = 0, 0
    while True:
        with acting_for(actor):
            accepted = Lead.objects.filter(state=LeadState.ACCEPTED, pk__gt=last).order_by("pk")
            rows = list(accepted.values_list("pk", "first_touch_at")[:CHUNK])
            if not rows:
                return done
            known = following()
            untouched = [lead_id for lead_id, first_touch_at in rows if first_touch_at is None]
            _set(untouched, UNTOUCHED, known, at)
            _set([lead_id for lead_id, _first in rows], UNMOVED, known, at)
        done, last = done + len(rows), rows[-1][0]


def _due(subject_id: int, what: str) -> tuple[Lead, FollowUp] | None:
    """The lead, locked, and its rule; None where the partner has acted, or the rule asks for nothing any more."""
    lead = Lead.objects.select_for_update().get(pk=subject_id)
    rule = of_leads([lead.pk])[lead.pk]
    if lead.state != LeadState.ACCEPTED or not rule.hours_of(what):
        return None
    return None if what == UNTOUCHED and lead.first_touch_at else (lead, rule)


def _warn(vendor_id: int, subject_id: int, what: str, at: datetime) -> None:
    actor = system_member(vendor_id, "Time limits")
    with acting_for(actor):
        due = _due(subject_id, what)
        if due is None:
            return
        lead, rule = due
        record(
            "recall_warned", lead, actor=actor, at=at, partner_id=lead.partner_id, audience="partner", because=what,
            hours=rule.hours_of(what),
        )  # fmt: skip
        notify_many(notes_to_workers(lead), "lead.recall_warned", at=at, form=what)


def _take_back(vendor_id: int, subject_id: int, what: str, at: datetime) -> None:
    actor = system_member(vendor_id, "Time limits", kind="rule")
    with acting_for(actor):
        due = _due(subject_id, what)
        if due is None:
            return
        lead, rule = due
        active = {reason.code for reason in reasons_of(RECALL) if reason.is_active}
        code = rule.code_of(what) if rule.code_of(what) in active else OTHER
        recall_lead(lead=lead, actor=actor, at=at, code=code, reason=_said(what, rule))


def _said(what: str, rule: FollowUp) -> Words:
    hours = rule.hours_of(what)
    if what == UNTOUCHED:
        return _("No contact within %(n)s business hours.", n=hours)
    return _("The same stage for %(n)s business hours.", n=hours)


def on_warn_untouched(*, vendor_id: int, subject_id: int, at: datetime) -> None:
    _warn(vendor_id, subject_id, UNTOUCHED, at)


def on_recall_untouched(*, vendor_id: int, subject_id: int, at: datetime) -> None:
    _take_back(vendor_id, subject_id, UNTOUCHED, at)


def on_warn_unmoved(*, vendor_id: int, subject_id: int, at: datetime) -> None:
    _warn(vendor_id, subject_id, UNMOVED, at)


def on_recall_unmoved(*, vendor_id: int, subject_id: int, at: datetime) -> None:
    _take_back(vendor_id, subject_id, UNMOVED, at)

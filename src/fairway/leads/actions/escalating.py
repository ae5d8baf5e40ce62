"""The chain of people after a lapse: one step after the other, while the lead lies with nobody and nobody acts."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from fairway.core.access import Member, require, system_member
from fairway.core.events.record import Happened, record
from fairway.core.refusals import Refused
from fairway.core.tenancy.acting import acting_for
from fairway.leads.actions.notices import LEAD_PATH
from fairway.leads.models import Escalation, Lead, Offer
from fairway.leads.queries.following import following, place_of_vendor, receivers, rules_of_offers
from fairway.leads.rules.following import Step
from fairway.leads.rules.states import LeadState
from fairway.workflow.actions.deadlines import cancel_deadlines, set_deadlines
from fairway.workflow.actions.notifications import Note, notify_many
from fairway.workflow.queries.hours import hours_after

STEP = "step"
UNATTENDED = (LeadState.CAPTURED, LeadState.WAITING)


def begin_escalations(happened: Sequence[Happened]) -> None:
    """On offer.lapsed: where the rule has a chain, it begins; a lead has one open chain at most."""
    known = following()
    if not any(rule.steps for rule in known.by_rule.values()):
        return
    offers = list(Offer.objects.filter(pk__any=[event.subject_id for event in happened]).order_by("pk"))
    rules = rules_of_offers(offers)
    at, vendor_id = happened[0].at, offers[0].vendor_id
    open_ones = Escalation.objects.filter(lead_id__in=[offer.lead_id for offer in offers], ended_at=None)
    busy = set(open_ones.values_list("lead_id", flat=True))
    made = []
    for offer in offers:
        steps = known.of(rules.get(offer.pk, "")).steps
        if steps and offer.lead_id not in busy:
            busy.add(offer.lead_id)
            made.append(
                Escalation(
                    vendor_id=vendor_id, lead_id=offer.lead_id, offer=offer, partner_id=offer.partner_id, begun_at=at,
                    steps=[[step.to, step.after_hours, step.seat_id] for step in steps],
                )
            )  # fmt: skip
    kept = Escalation.objects.bulk_create(made)
    place = place_of_vendor(vendor_id)
    set_deadlines(Escalation, [(each.pk, hours_after(*place, at, each.steps[0][1])) for each in kept], STEP)


def on_step(*, vendor_id: int, subject_id: int, at: datetime) -> None:
    """The time of a step is over: tell the next in the chain, unless somebody acted meanwhile."""
    with acting_for(system_member(vendor_id, _("Time limits"))):
        found = Escalation.objects.values_list("lead_id", flat=True).get(pk=subject_id)
        lead = Lead.objects.select_for_update().get(pk=found)
        chain = Escalation.objects.select_for_update().get(pk=subject_id)
        if chain.ended_at is not None:
            return
        if lead.state not in UNATTENDED:
            _end(chain, "moved", at)
            return
        _tell(chain, lead, at)


def _tell(chain: Escalation, lead: Lead, at: datetime) -> None:
    step = Step(chain.steps[chain.told][0], chain.steps[chain.told][1], chain.steps[chain.told][2])
    actor = system_member(chain.vendor_id, _("Time limits"))
    chain.told, chain.told_at = chain.told + 1, at
    chain.save(update_fields=["told", "told_at"])
    seats = receivers(step.to, step.seat_id, chain.partner_id)
    values = {"title": lead.title, "partner": chain.partner.name, "n": chain.told}
    notify_many([Note(seat, values, LEAD_PATH.format(lead.uid)) for seat in seats], "lead.escalated", at=at)
    record("escalated", lead, actor=actor, at=at, step=chain.told, to=step.to, seat=step.seat_id)
    if chain.told >= len(chain.steps):
        _end(chain, "exhausted", at)
        return
    due_at = hours_after(*place_of_vendor(chain.vendor_id), at, chain.steps[chain.told][1])
    set_deadlines(Escalation, [(chain.pk, due_at)], STEP)


def take_escalation(*, lead: Lead, actor: Member, at: datetime) -> None:
    """“I look after it”: the chain ends here. Refused when there is none, or it has ended."""
    require(actor, "lead.route")
    with acting_for(actor):
        Lead.objects.select_for_update().get(pk=lead.pk)
        chain = Escalation.objects.select_for_update().filter(lead=lead, ended_at=None).first()
        if chain is None:
            raise Refused(_("Somebody looks after it already, or it has moved on."))
        chain.ended_by_id = actor.seat_id
        _end(chain, "taken", at)
        record("taken_care_of", lead, actor=actor, at=at)


def end_escalations(happened: Sequence[Happened]) -> None:
    """A lead was offered, accepted or closed: nobody needs to be told any more."""
    ids: list[Any] = [event.data.get("lead") or event.subject_id for event in happened]
    for chain in Escalation.objects.filter(lead_id__in=ids, ended_at=None):
        _end(chain, "moved", happened[0].at)


def _end(chain: Escalation, outcome: str, at: datetime) -> None:
    chain.ended_at, chain.outcome = at, outcome
    chain.save(update_fields=["ended_at", "outcome", "ended_by"])
    cancel_deadlines(chain, [STEP])

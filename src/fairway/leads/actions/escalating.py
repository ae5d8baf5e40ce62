"""The chain of people before and after a lapse: one step after the other, while nobody answers and nobody acts."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from fairway.core.access import Member, require, system_member
from fairway.core.events.record import Happened, record
from fairway.core.refusals import Refused
from fairway.core.tenancy.acting import acting_for
from fairway.leads.actions.notices import LEAD_PATH
from fairway.leads.models import Escalation, Lead, Offer
from fairway.leads.queries.following import following, place_of_vendor, receivers, rules_of_offers
from fairway.leads.queries.limits import place_of
from fairway.leads.queries.tracking import places_of
from fairway.leads.rules.following import Step
from fairway.leads.rules.states import LeadState, OfferState
from fairway.workflow.actions.deadlines import cancel_deadlines, set_deadlines
from fairway.workflow.actions.notifications import Note, notify_many
from fairway.workflow.queries.hours import hours_after, hours_of_vendor
from fairway.workflow.rules.business_hours import BusinessCalendar, add_business_time

STEP, EARLY = "step", "escalate"
UNATTENDED = (LeadState.CAPTURED, LeadState.WAITING)


def watch_open_offers(happened: Sequence[Happened]) -> None:
    """On offer.offered: where the rule tells somebody before the lapse, the first of them is due at its percent."""
    known = following()
    if not any(rule.early for rule in known.by_rule.values()):
        return
    offers = _offers(happened)
    rules, places, hours = rules_of_offers(offers), places_of(offer.partner_id for offer in offers), hours_of_vendor()
    dues = []
    for offer in offers:
        early = known.of(rules.get(offer.pk, "")).early
        if early and offer.partner_id in places:
            dues.append((offer.pk, _early_at(offer, hours.calendar(*places[offer.partner_id]), early[0])))
    set_deadlines(Offer, dues, EARLY)


def _offers(happened: Sequence[Happened]) -> list[Offer]:
    return list(Offer.objects.filter(pk__any=[event.subject_id for event in happened]).order_by("pk"))


def _early_at(offer: Offer, calendar: BusinessCalendar, step: Step) -> datetime:
    return add_business_time(calendar, offer.offered_at, round(offer.limit_minutes * (step.percent or 0) / 100))


def on_early(*, vendor_id: int, subject_id: int, at: datetime) -> None:
    """So much of the time to answer is over, and the offer is open still: the first of the chain is told."""
    with acting_for(system_member(vendor_id, "Time limits")):
        lead = Lead.objects.select_for_update().get(
            pk=Offer.objects.values_list("lead_id", flat=True).get(pk=subject_id)
        )
        offer = Offer.objects.get(pk=subject_id)
        rule = following().of(rules_of_offers([offer]).get(offer.pk, ""))
        if offer.state != OfferState.OPEN or not rule.early:
            return
        if Escalation.objects.filter(Q(offer=offer) | Q(lead=lead, ended_at=None)).exists():
            return
        chain = Escalation.objects.create(
            vendor_id=vendor_id,
            lead=lead,
            offer=offer,
            partner_id=offer.partner_id,
            begun_at=at,
            steps=_kept(rule.steps),
        )
        _tell(chain, lead, at)


def _kept(steps: Sequence[Step]) -> list[list[Any]]:
    return [[step.to, step.after_hours, step.seat_id, step.percent] for step in steps]


def _next(chain: Escalation) -> Step | None:
    """The step that comes next; kept ones of before have no percent."""
    return Step(*chain.steps[chain.told]) if chain.told < len(chain.steps) else None


def begin_escalations(happened: Sequence[Happened]) -> None:
    """On offer.lapsed: the chain begins, or goes on after its steps before the lapse; one open chain a lead at most."""
    known = following()
    if not any(rule.steps for rule in known.by_rule.values()):
        return
    offers = _offers(happened)
    rules = rules_of_offers(offers)
    at, vendor_id = happened[0].at, offers[0].vendor_id
    going = {chain.lead_id: chain for chain in Escalation.objects.filter(
        lead_id__in=[offer.lead_id for offer in offers], ended_at=None)}  # fmt: skip
    had = set(Escalation.objects.filter(offer__in=offers).values_list("offer_id", flat=True))
    made = []
    for offer in offers:
        steps = known.of(rules.get(offer.pk, "")).late
        if steps and offer.lead_id not in going and offer.pk not in had:
            made.append(
                Escalation(
                    vendor_id=vendor_id, lead_id=offer.lead_id, offer=offer, partner_id=offer.partner_id, begun_at=at,
                    steps=_kept(steps),
                )
            )  # fmt: skip
    begun_early = [chain for chain in going.values() if chain.offer_id in {offer.pk for offer in offers}]
    chains = [*Escalation.objects.bulk_create(made), *(chain for chain in begun_early if _goes_on(chain, at))]
    place = place_of_vendor(vendor_id)
    set_deadlines(
        Escalation, [(chain.pk, hours_after(*place, at, chain.steps[chain.told][1])) for chain in chains], STEP
    )


def _goes_on(chain: Escalation, at: datetime) -> bool:
    """The offer lapsed: steps before the lapse that were not told are passed over. False when no other follows."""
    while (step := _next(chain)) is not None and step.percent is not None:
        chain.told += 1
    chain.save(update_fields=["told"])
    if _next(chain) is None:
        _end(chain, "exhausted", at)
        return False
    return True


def on_step(*, vendor_id: int, subject_id: int, at: datetime) -> None:
    """The time of a step is over: tell the next in the chain, unless somebody acted meanwhile."""
    with acting_for(system_member(vendor_id, "Time limits")):
        found = Escalation.objects.values_list("lead_id", flat=True).get(pk=subject_id)
        lead = Lead.objects.select_for_update().get(pk=found)
        chain = Escalation.objects.select_related("offer").select_for_update(of=("self",)).get(pk=subject_id)
        step = _next(chain)
        if chain.ended_at is not None or step is None:
            return
        is_unanswered = chain.offer.state == OfferState.OPEN if step.percent else lead.state in UNATTENDED
        if not is_unanswered:
            _end(chain, "moved", at)
            return
        _tell(chain, lead, at)


def _tell(chain: Escalation, lead: Lead, at: datetime) -> None:
    step = Step(*chain.steps[chain.told])
    actor = system_member(chain.vendor_id, "Time limits")
    chain.told, chain.told_at = chain.told + 1, at
    chain.save(update_fields=["told", "told_at"])
    seats = receivers(step.to, step.seat_id, chain.partner_id)
    values = {"title": lead.title, "partner": chain.partner.name, "n": chain.told, "until": chain.offer.lapses_at}
    form = "early" if step.percent else ""
    notify_many([Note(seat, values, LEAD_PATH.format(lead.uid)) for seat in seats], "lead.escalated", at=at, form=form)
    record("escalated", lead, actor=actor, at=at, step=chain.told, to=step.to, seat=step.seat_id)
    following_step = _next(chain)
    if following_step is None:
        _end(chain, "exhausted", at)
    elif following_step.percent is not None:
        calendar = hours_of_vendor().calendar(*place_of(chain.partner))
        set_deadlines(Escalation, [(chain.pk, _early_at(chain.offer, calendar, following_step))], STEP)
    elif step.percent is None:
        due_at = hours_after(*place_of_vendor(chain.vendor_id), at, following_step.after_hours)
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

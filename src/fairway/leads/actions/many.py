"""Many leads at once, line by line. What a partner was told cannot be untold, so none of these is undone."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.utils.translation import gettext as _

from fairway.core.access import Member, require
from fairway.core.jobs import defer
from fairway.core.lines import Line, line_by_line
from fairway.core.refusals import Refused
from fairway.core.tenancy.acting import acting_for
from fairway.core.tenancy.models import Partner
from fairway.leads.actions.offers import accept_offer, decline_offer, offer_lead_to, recall_offer
from fairway.leads.actions.sellers import lock_leads
from fairway.leads.actions.work import close_lead, log_touch, recall_lead
from fairway.leads.models import Lead, Offer
from fairway.leads.rules.reasons import OTHER
from fairway.leads.rules.states import LeadState, OfferState

ROUTED = (LeadState.CAPTURED, LeadState.WAITING)


def offer_leads(*, rows: Iterable[Lead], partner: Partner, actor: Member, at: datetime, reason: str = "") -> list[Line]:
    """Offer each to one partner of choice; an open offer to another is recalled with the reason."""
    require(actor, "lead.route")
    return line_by_line(rows, lambda lead: offer_lead_to(lead=lead, partner=partner, actor=actor, at=at, reason=reason))


def recall_leads(
    *, rows: Iterable[Lead], actor: Member, at: datetime, reason: str = "", code: str = OTHER
) -> list[Line]:
    """Take each back from the partner that is offered it or has it; the rules find the next one."""
    require(actor, "lead.recall")

    def take_back(lead: Lead) -> None:
        if lead.state != LeadState.OFFERED:
            recall_lead(lead=lead, actor=actor, at=at, reason=reason, code=code)
            return
        with acting_for(actor):
            offer = Offer.objects.filter(lead=lead, state=OfferState.OPEN).first()
        if offer is None:
            raise Refused(_("Its offer was answered meanwhile."))
        recall_offer(offer=offer, actor=actor, at=at, reason=reason, code=code)

    return line_by_line(rows, take_back)


def close_leads(*, rows: Iterable[Lead], reason: str, actor: Member, at: datetime, note: str = "") -> list[Line]:
    require(actor, "lead.route")
    return line_by_line(rows, lambda lead: close_lead(lead=lead, actor=actor, at=at, reason=reason, note=note))


def touch_leads(
    *, rows: Iterable[Lead], kind: str, outcome: str, actor: Member, at: datetime, note: str = ""
) -> list[Line]:  # fmt: skip
    """The same contact with the customers of many leads, such as a mailing or a trade fair."""
    return line_by_line(
        rows, lambda lead: log_touch(subject=lead, actor=actor, at=at, kind=kind, outcome=outcome, note=note)
    )


def route_again(*, rows: Sequence[Lead], actor: Member, at: datetime) -> list[Line]:
    """Let the rules look again at leads that nobody has. One job does it."""
    require(actor, "lead.route")

    def check(lead: Lead) -> None:
        if lead.state not in ROUTED:
            raise Refused(_("A partner has it or is offered it."))

    lines = line_by_line(rows, check)
    free = {line.uid for line in lines if line.is_done}
    if free:
        with acting_for(actor):
            ids = [lead.pk for lead in rows if lead.uid in free]
            defer("leads.route", vendor_id=actor.vendor_id, lead_ids=ids)
    return lines


def accept_offers(*, rows: Iterable[Offer], actor: Member, at: datetime) -> list[Line]:
    """Accept each; one that somebody answered first is told and left."""
    require(actor, "offer.answer")
    offers = list(rows)
    with acting_for(actor):
        lock_leads(offer.lead_id for offer in offers)
        return line_by_line(offers, lambda offer: accept_offer(offer=offer, actor=actor, at=at))


def decline_offers(
    *, rows: Iterable[Offer], actor: Member, at: datetime, quality: Sequence[str], note: str = ""
) -> list[Line]:
    """Decline each for the same reasons."""
    require(actor, "offer.answer")
    return line_by_line(rows, lambda offer: decline_offer(offer=offer, actor=actor, at=at, quality=quality, note=note))

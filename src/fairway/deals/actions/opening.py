"""How a deal begins: from an approved registration, or from an accepted lead in one click."""

from datetime import datetime

from django.utils.translation import gettext as _

from fairway.core.access import Member, require
from fairway.core.events.record import record
from fairway.core.moves import StateConflict
from fairway.core.refusals import Refused
from fairway.core.tenancy.acting import acting_for
from fairway.deals.models import Deal, Protection, Registration
from fairway.deals.queries.conflicts import LIVE
from fairway.leads.actions.work import mark_converted
from fairway.leads.models import Lead, LeadPerson
from fairway.leads.rules.states import LEAD, LeadState


def open_deal(*, registration: Registration, protection: Protection, actor: Member, at: datetime) -> Deal:
    """Inside an approval: the deal of a registration, of origin partner."""
    title = registration.scope_name or (registration.product_line.name if registration.product_line else "")
    deal = Deal(
        vendor_id=registration.vendor_id, partner_id=registration.partner_id, customer_id=protection.customer_id,
        customer_name=registration.customer_name, city=registration.city, title=title or registration.customer_name,
        origin="partner", registration=registration, protection=protection,
        product_line_id=registration.product_line_id, amount_minor=registration.amount_minor,
        currency=registration.currency, closes_on=registration.closes_on, seller_id=registration.created_by_id,
        created_at=at, stage_since=at,
    )  # fmt: skip
    return _open(deal, actor, at)


def convert_lead(*, lead: Lead, actor: Member, at: datetime) -> Deal:
    """An accepted lead becomes a deal of origin vendor, with the protection it got at acceptance.

    Pressed twice, or by two at once, there is still one deal: the second gets the first one's. Raises Refused for
    a lead that no partner has accepted.
    """
    require(actor, "deal.work")
    with acting_for(actor):
        standing = Lead.objects.select_for_update().filter(pk=lead.pk, partner_id__isnull=False).first()
        if standing is None:
            raise Refused(_("Only a lead that a partner has accepted becomes a deal."))
        if standing.state == LeadState.CONVERTED:
            return Deal.objects.get(lead=standing)
        if standing.state != LeadState.ACCEPTED:
            raise StateConflict(LEAD)
        deal = _open(_from_lead(standing, actor, at), actor, at)
        mark_converted(lead=standing, actor=actor, at=at, deal_uid=str(deal.uid))
    return deal


def _from_lead(lead: Lead, actor: Member, at: datetime) -> Deal:
    protection = Protection.objects.filter(lead=lead, partner_id=lead.partner_id, state__in=LIVE).first()
    return Deal(
        vendor_id=lead.vendor_id, partner_id=lead.partner_id or 0, origin="vendor", lead=lead, protection=protection,
        customer_id=protection.customer_id if protection else None,
        customer_name=name_for_partner(lead), city=lead.city, title=lead.title, product_line_id=lead.product_line_id,
        amount_minor=lead.amount_minor, currency=lead.currency, next_step=lead.next_step,
        next_step_on=lead.next_step_on, seller_id=lead.seller_id or (None if actor.is_staff else actor.seat_id),
        created_at=at, stage_since=at,
    )  # fmt: skip


def name_for_partner(lead: Lead) -> str:
    """The company, or the person where there is none; never empty."""
    if lead.company:
        return lead.company
    person = LeadPerson.objects.filter(lead=lead).first()
    name = f"{person.first_name} {person.last_name}".strip() if person else ""
    return name or lead.title


def _open(deal: Deal, actor: Member, at: datetime) -> Deal:
    deal.save(force_insert=True)
    record(
        "opened", deal, actor=actor, at=at, partner_id=deal.partner_id, audience="partner",
        origin=deal.origin, amount_minor=deal.amount_minor, currency=deal.currency,
    )  # fmt: skip
    return deal

"""What deals do when a lead is accepted, taken back or closed. Handlers of `config.reactions`, inside the change."""

from collections.abc import Sequence
from contextlib import suppress

from fairway.core.events.record import Happened, record
from fairway.core.words import said
from fairway.customers.actions import create_unnamed, resolve_or_create
from fairway.customers.models import Customer
from fairway.deals.actions.opening import name_for_partner
from fairway.deals.actions.protections import AlreadyProtected, end_protection, protect_lead
from fairway.deals.models import Protection
from fairway.deals.queries.conflicts import LIVE
from fairway.deals.rules.conflicts import lines_overlap
from fairway.leads.models import Lead


def protect_accepted(happened: Sequence[Happened]) -> None:
    """On lead.accepted: the partner is protected at once, without a queue.

    Where another partner's protection stands, the lead stays accepted and unprotected, and staff see it.
    """
    leads = Lead.objects.in_bulk([event.subject_id for event in happened])
    for event in happened:
        lead = leads[event.subject_id]
        name = name_for_partner(lead)
        customer = _customer(lead, name, event)
        other = _protected_for(lead, customer)
        if other is None:
            with suppress(AlreadyProtected):  # the partner's own, from a registration: it goes on
                protect_lead(lead=lead, customer=customer, customer_name=name, actor=event.actor, at=event.at)
        else:
            record("left_unprotected", lead, actor=event.actor, at=event.at, other_partner=other.partner_id)


def release_of_lead(happened: Sequence[Happened]) -> None:
    """On lead.recalled and lead.closed: what was protected for it is free again."""
    rows = Protection.objects.filter(lead__in=[event.subject_id for event in happened], state__in=LIVE)
    events = {event.subject_id: event for event in happened}
    for protection in rows:
        event = events[protection.lead_id or 0]
        end_protection(protection, "release", said("The lead was taken back or closed."), event.actor, event.at)


def _protected_for(lead: Lead, customer: Customer) -> Protection | None:
    """Another partner's live protection that overlaps with what the lead asks for."""
    rows = Protection.objects.filter(customer=customer, state__in=LIVE).exclude(partner_id=lead.partner_id or 0)
    return next((row for row in rows if lines_overlap(row.product_line_id, lead.product_line_id)), None)


def _customer(lead: Lead, name: str, event: Happened) -> Customer:
    values = {
        "name": name,
        "domain": lead.domain_key,
        "city": lead.city,
        "postal_code": lead.postal_code,
        "state_code": lead.state_code,
        "country": lead.country,
    }
    if not lead.company:
        return create_unnamed(values=values, actor=event.actor, at=event.at)
    return resolve_or_create(values=values, actor=event.actor, at=event.at)

"""Rows in the states in which programs can do something with them, made by the actions themselves."""

from datetime import date, timedelta

from fairway.catalog.models import ProductLine
from fairway.core import clock
from fairway.core.tenancy.acting import acting_for
from fairway.core.tenancy.actions.invitations import invite
from fairway.core.tenancy.context import entering
from fairway.deals.actions.decisions import return_registration
from fairway.deals.actions.registrations import save_draft, submit_registration
from fairway.deals.models import Deal
from fairway.insight.actions.exports import request_export
from fairway.leads.actions.capture import LeadValues, PersonValues, capture_lead
from fairway.leads.actions.offers import accept_offer, offer_lead_to
from fairway.leads.models import Offer
from tests.cast import Cast


def make_scene(cast: Cast) -> dict[str, list[str]]:
    """uids of Beta's, by the first word of their address: an open offer, an accepted lead, and registrations as a
    draft, submitted, and returned; one was approved by the rule and has its deal."""
    with acting_for(cast.admin):
        line = ProductLine.objects.create(vendor=cast.acme, code="scene", name="Scene")
    waiting, taken = offered(cast, "Waiting"), offered(cast, "Taken")
    lead = accept_offer(offer=taken, actor=cast.beta_seller, at=clock.now())
    draft = registered(cast, line, "Deichbau Nord")
    sent = submitted(cast, registered(cast, line, "Havelwerft", 9_900_000))
    asked = submitted(cast, registered(cast, line, "Weserland", 9_900_000))
    return_registration(registration=asked, question="Which site?", actor=cast.deal_desk, at=clock.now())
    clear = submitted(cast, registered(cast, line, "Moorhof Molkerei"))
    with entering(cast.admin.context):
        deal = Deal.objects.get(registration=clear)
    free = capture_lead(
        actor=cast.operations, at=clock.now(), source="scene", values=LeadValues(need="Scene", company="Free")
    )
    at = clock.now()
    export = request_export(kind="review-rows", parameters={}, actor=cast.admin, at=at)
    guest = invite(
        email="guest@scene.example", name="", role="seller", partner=cast.beta, actor=cast.admin, at=at
    )  # fmt: skip
    return {
        "exports": [str(export.uid)],
        "invitations": [str(guest.uid)],
        "offers": [str(waiting.uid)],
        "leads": [str(lead.uid), str(free.uid)],
        "registrations": [str(row.uid) for row in (draft, sent, asked, clear)],
        "deals": [str(deal.uid)],
    }


def offered(cast: Cast, company: str) -> Offer:
    at = clock.now()
    lead = capture_lead(
        actor=cast.operations, at=at, source="scene", values=LeadValues(need="Scene", company=company),
        person=PersonValues(last_name="Scene", email=f"{company.lower()}@scene.example"),
    )  # fmt: skip
    return offer_lead_to(lead=lead, partner=cast.beta, actor=cast.cam, at=at)


def registered(cast: Cast, line: ProductLine, customer: str, amount_minor: int = 1_000_000):
    soon: date = clock.now().date() + timedelta(days=60)
    values = {
        "customer_name": customer, "city": "Bremen", "country": "DE", "product_line": line, "scope": "customer",
        "amount_minor": amount_minor, "currency": "USD", "closes_on": soon,
    }  # fmt: skip
    return save_draft(values=values, actor=cast.beta_seller, at=clock.now())


def submitted(cast: Cast, draft):
    return submit_registration(registration=draft, actor=cast.beta_seller, at=clock.now())

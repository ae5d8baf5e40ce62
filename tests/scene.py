"""Rows in the states in which programs can do something with them, made by the actions themselves."""

from datetime import date, timedelta

from fairway.catalog.models import ProductLine
from fairway.connect.actions.duplicates import dismiss_duplicate, merge_duplicate
from fairway.connect.models import DuplicatePair, ImportRun, SavedMapping
from fairway.core import clock
from fairway.core.personal.models import ErasedPerson
from fairway.core.saved.models import SavedView
from fairway.core.tenancy.acting import acting_for
from fairway.core.tenancy.actions.invitations import invite
from fairway.core.tenancy.context import entering
from fairway.core.tenancy.handovers import Handover
from fairway.core.tenancy.models import Seat
from fairway.customers.models import Customer
from fairway.deals.actions.decisions import return_registration
from fairway.deals.actions.registrations import save_draft, submit_registration
from fairway.deals.models import Deal
from fairway.insight.actions.exports import request_export
from fairway.leads.actions.capture import LeadValues, PersonValues, capture_lead
from fairway.leads.actions.mail_in import drop_draft, keep_letter
from fairway.leads.actions.offers import accept_offer, offer_lead_to
from fairway.leads.actions.score_cards import add_card
from fairway.leads.models import (
    AssignmentPlan,
    Lead,
    LeadDraft,
    LeadPool,
    Offer,
    PoolAudience,
    PoolEntry,
    PoolMember,
    Reassignment,
    ReassignmentLine,
    RoutingPolicy,
    ScoreCard,
    SellerAssignment,
)
from fairway.leads.rules.mails import Letter
from fairway.partners.actions.partners import create_partner
from fairway.partners.models import Contact, Profile, Program, Tier
from fairway.privacy.models import Erasure
from fairway.workflow.models import Mail, Notification
from tests.cast import Cast


def make_scene(cast: Cast) -> dict[str, list[str]]:
    """uids of Beta's, by the first word of their address: an open offer, an accepted lead, and registrations as a
    draft, submitted, and returned; one was approved by the rule and has its deal."""
    with acting_for(cast.admin):
        line = ProductLine.objects.create(vendor=cast.acme, code="scene", name="Scene")
    waiting, taken = offered(cast, "Waiting"), offered(cast, "Taken")
    lead = accept_offer(offer=taken, actor=cast.beta_seller, at=clock.now())
    to_take = handed_on(cast, lead)
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
        **of_connect(cast),
        **of_partners(cast),
        **of_people(cast),
        **of_distribution(cast),
        "score-cards": [str(card_of(cast).uid)],
        "assignment-plans": [str(plan_of(cast).uid)],
        "exports": [str(export.uid)],
        "invitations": [str(guest.uid)],
        "offers": [str(waiting.uid)],
        "seller-assignments": [to_take],
        "leads": [str(lead.uid), str(free.uid)],
        "lead-drafts": [str(dropped_mail(cast).uid)],
        "registrations": [str(row.uid) for row in (draft, sent, asked, clear)],
        "deals": [str(deal.uid)],
    }


def handed_on(cast: Cast, lead: Lead) -> str:
    """The lead is with Beta's executive too, who has not taken it yet."""
    with acting_for(cast.admin):
        # By a rule among the rows it may be with somebody already.
        given = {"seat_id": cast.beta_executive.seat_id, "state": "open", "how": "rule", "assigned_at": clock.now()}
        made, _is_new = SellerAssignment.objects.update_or_create(
            vendor=cast.acme, partner=cast.beta, lead=lead, ended_at=None,
            defaults={**given, "due_at": clock.now() + timedelta(days=1)},
        )  # fmt: skip
    return str(made.uid)


def dropped_mail(cast: Cast) -> LeadDraft:
    letter = Letter("scene", "sal@scene.example", "Scene", "", 0, False)
    kept = keep_letter(letter=letter, actor=cast.operations, at=clock.now())
    assert kept is not None
    drop_draft(draft=kept, actor=cast.operations, at=clock.now())
    return kept


def of_connect(cast: Cast) -> dict[str, list[str]]:
    """Possible duplicates in every state, an import that stands still, and remembered columns."""
    at = clock.now()
    with acting_for(cast.admin):
        twins = [Customer.objects.create(vendor=cast.acme, name=f"Twin {n}", created_at=at) for n in range(6)]
        pairs = [
            DuplicatePair.objects.create(
                vendor=cast.acme, kind="customers", first_id=one.pk, second_id=other.pk, likeness=0.9, found_at=at
            )
            for one, other in zip(twins[::2], twins[1::2], strict=True)
        ]
        standing = ImportRun.objects.create(
            vendor=cast.acme, kind="partners", state="waiting", file_name="scene.csv", seat_id=cast.admin.seat_id,
            created_at=at - timedelta(days=1),
        )  # fmt: skip
        ready = ImportRun.objects.create(
            vendor=cast.acme, kind="partners", file_name="scene.csv", created_at=at,
            reading={"first_line": 2, "columns": ["Id", "Name"]}, mapping={"external_id": "Id", "name": "Name"},
        )  # fmt: skip
        saved = SavedMapping.objects.create(
            vendor=cast.acme, kind="partners", name="Scene", shape="scene", columns=["Id", "Name"], created_at=at,
            mapping={"external_id": "Id", "name": "Name"}, used_at=at,
        )  # fmt: skip
    _to_decide, merged, dismissed = pairs
    merge_duplicate(pair=merged, winner_id=merged.first_id, actor=cast.admin, at=at)
    dismiss_duplicate(pair=dismissed, actor=cast.admin, at=at)
    return {
        "duplicates": [str(pair.uid) for pair in pairs],
        "imports": [str(standing.uid), str(ready.uid)],
        "saved-mappings": [str(saved.uid)],
    }


def of_partners(cast: Cast) -> dict[str, list[str]]:
    """A tier that nobody is in, a contact without a log-in, and a person of the staff."""
    with acting_for(cast.admin):
        program = Program.objects.create(vendor=cast.acme, name="Scene")
        tier = Tier.objects.create(vendor=cast.acme, program=program, code="scene", name="Scene")
        contact = Contact.objects.create(vendor=cast.acme, partner=cast.beta, name="Scene")
        seat = Seat.objects.get(pk=cast.cam.seat_id)
    other = create_partner(values={"name": "Scene", "country": "US"}, actor=cast.admin, at=clock.now())
    with acting_for(cast.admin):
        Profile.objects.filter(partner=other).update(territory=None)
    return {
        "tiers": [str(tier.uid)], "contacts": [str(contact.uid)], "seats": [str(seat.uid)],
        "partners": [str(other.uid)],
    }  # fmt: skip


def of_distribution(cast: Cast) -> dict[str, list[str]]:
    """A lead in a pool that Beta sees, and what Beta has handed on: a preview, one carried out, and one in part."""
    at = clock.now()
    lead = capture_lead(
        actor=cast.operations, at=at, source="scene", values=LeadValues(need="Scene", company="Pooled"), process=False
    )
    with acting_for(cast.admin):
        Lead.objects.filter(pk=lead.pk).update(state="pooled")
        pool = LeadPool.objects.create(vendor=cast.acme, name="Scene")
        audience = PoolAudience.objects.create(vendor=cast.acme, pool=pool, key="scene", ring=1, refreshed_at=at)
        PoolMember.objects.create(vendor=cast.acme, partner=cast.beta, audience=audience)
        entry = PoolEntry.objects.create(
            vendor=cast.acme, lead=lead, pool=pool, audience=audience, title="Scene", pooled_at=at
        )
        preview, carried, stuck = (
            Reassignment.objects.create(vendor=cast.acme, partner=cast.beta, state=state, created_at=at)
            for state in ("preview", "carried", "stuck")
        )
        # Of one uid, since the sweeps put one into every place of an address.
        ReassignmentLine.objects.create(
            vendor=cast.acme, uid=preview.uid, reassignment=preview, place=1, lead=lead, choice="route"
        )
    return {"pool-leads": [str(entry.uid)], "reassignments": [str(one.uid) for one in (preview, carried, stuck)]}


def of_people(cast: Cast) -> dict[str, list[str]]:
    """What staff and a partner's people have: notices, a mail given up, a handover, views, and an erasure."""
    at = clock.now()
    with acting_for(cast.admin):
        whose = {"vendor": cast.acme, "kind": "scene", "title": "Scene", "created_at": at}
        notes = [
            Notification.objects.create(**whose, seat_id=member.seat_id, partner_id=member.partner_id)
            for member in (cast.admin, cast.beta_executive)
        ]
        mail = Mail.objects.create(
            vendor=cast.acme, kind="scene", to_email="scene@scene.example", subject="Scene", state="failed",
            created_at=at,
        )  # fmt: skip
        handover = Handover.objects.create(
            vendor=cast.acme, seat_id=cast.cam.seat_id, handed_by_id=cast.admin.seat_id, handed_at=at
        )
        view = SavedView.objects.create(
            vendor=cast.acme, seat_id=cast.admin.seat_id, list_name="lead-list", name="Scene", created_at=at
        )
        erasure = Erasure.objects.create(
            vendor=cast.acme, placeholder="Erased person 0000", reason="Scene", asked_at=at
        )
        ErasedPerson.objects.create(vendor=cast.acme, mark="scene", placeholder=erasure.placeholder, erased_at=at)
    return {
        "notifications": [str(note.uid) for note in notes], "mails": [str(mail.uid)], "erasures": [str(erasure.uid)],
        "handovers": [str(handover.uid)], "saved-views": [str(view.uid)],
    }  # fmt: skip


def card_of(cast: Cast) -> ScoreCard:
    """A draft of a card for some leads, beside one of the routing rules."""
    some = {"field": "lead.country", "op": "is", "value": "DE"}
    card = add_card(actor=cast.admin, at=clock.now(), name="Scene", applies_to=some)
    with acting_for(cast.admin):
        ScoreCard.objects.filter(pk=card.pk).update(number=71)  # the rows of the sweeps begin with 1
        RoutingPolicy.objects.create(vendor=cast.acme, number=71)
    return card


def plan_of(cast: Cast) -> AssignmentPlan:
    """A computed plan by the rules that are published."""
    with acting_for(cast.admin):
        rules = RoutingPolicy.objects.create(vendor=cast.acme, number=70, state="published")
        return AssignmentPlan.objects.create(
            vendor=cast.acme, policy=rules, state="ready", currency="USD", created_at=clock.now()
        )


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

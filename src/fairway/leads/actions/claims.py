"""A partner takes a lead out of a pool. Of all who try, one gets it."""

from datetime import datetime

from django.db import connection
from django.db.models import F
from django.utils.translation import gettext as _

from fairway.core.access import Member, require
from fairway.core.events.record import record
from fairway.core.moves import StateConflict, move
from fairway.core.refusals import Refused
from fairway.core.tenancy.acting import acting_for
from fairway.core.tenancy.models import Partner, PartnerState
from fairway.leads.actions.offers import hand_over
from fairway.leads.actions.routing import ROUTING_LOCK
from fairway.leads.models import Lead, Offer, PoolEntry, PoolMember
from fairway.leads.queries.pools import room_of, taken_of, why_full, why_no_room
from fairway.leads.rules.states import FREE, POOL_ENTRY, EntryState, LeadState, OfferState
from fairway.partners.models import Profile
from fairway.workflow.actions.deadlines import cancel_deadlines_of

# One claim of a partner after the other, so that two colleagues cannot both take its last.
CLAIM_LOCK = 0x636C6169


class AlreadyTaken(StateConflict):
    """Somebody took the lead first, or it left the pool. `str()` says so."""

    def __init__(self, sentence: str) -> None:
        super().__init__(POOL_ENTRY)
        self.why = sentence

    @property
    def sentence(self) -> str:
        return self.why


def claim_lead(*, entry: PoolEntry, actor: Member, at: datetime) -> Lead:
    """The lead becomes the partner's, with its person, and the one who took it its seller: as if it had been offered.

    `entry` was found by the actor, who so is one of those who see it. Raises AlreadyTaken for all but the first, and
    Refused when the partner is paused, has no room, or has reached a limit of the pool.
    """
    require(actor, "offer.answer")
    partner_id = actor.partner_id
    if partner_id is None:
        raise Refused(_("Only a partner takes leads from a pool."))
    with acting_for(actor):
        _one_at_a_time(actor.vendor_id, partner_id)
        lead = Lead.objects.select_for_update().get(pk=entry.lead_id)
        fresh = PoolEntry.objects.select_for_update().get(pk=entry.pk)
        if fresh.state not in FREE or lead.state != LeadState.POOLED:
            raise AlreadyTaken(_why_not(fresh, partner_id))
        _check_may_take(fresh, partner_id, actor, at)
        move(fresh, POOL_ENTRY, "claim", field="state", closed_at=at)
        cancel_deadlines_of(PoolEntry, [fresh.pk])
        offer = _claimed(fresh, lead, partner_id, actor, at)
        hand_over(offer, lead, "claim", actor=actor, at=at)
        record("claimed", lead, actor=actor, at=at, partner_id=partner_id)
    return lead


def _one_at_a_time(vendor_id: int, partner_id: int) -> None:
    """Claims of one partner go one after the other, and not while the rules count its room."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock_shared(%s, %s), pg_advisory_xact_lock(%s, %s)",
            [ROUTING_LOCK, vendor_id % (1 << 31), CLAIM_LOCK, partner_id % (1 << 31)],
        )


def _why_not(entry: PoolEntry, partner_id: int) -> str:
    if entry.state != EntryState.CLAIMED:
        return _("This lead is no longer in the pool.")
    own = Offer.objects.filter(lead_id=entry.lead_id, partner_id=partner_id, claimed_from_id=entry.pool_id)
    took = own.filter(offered_at=entry.closed_at).select_related("answered_by").first()
    if took is None:
        return _("Already taken: another partner was faster.")
    name = took.answered_by.name if took.answered_by else _("a colleague")
    return _("Already taken by %(name)s, for you.") % {"name": name}


def _check_may_take(entry: PoolEntry, partner_id: int, actor: Member, at: datetime) -> None:
    partner = Partner.objects.get(pk=partner_id)
    if partner.state != PartnerState.ACTIVE:
        raise Refused(_("Your partnership is not active now, so you can take no leads. Ask your account manager."))
    if not Profile.objects.filter(partner_id=partner_id, accepts_leads=True).exists():
        raise Refused(_("Your profile says that you take no leads now. Change it there first."))
    # A parent sees what its children see; the lead goes to the one for whom it is.
    if not PoolMember.objects.filter(audience_id=entry.audience_id, partner_id=partner_id).exists():
        raise Refused(_("This lead is for other partners."))
    if partner_id in entry.hidden_from:
        raise Refused(_("You had this lead before. Ask your account manager."))
    taken = taken_of(partner_id, [entry.pool_id], at, partner.time_zone).get(entry.pool_id)
    if full := why_full(entry.open_most, entry.day_most, taken) or why_no_room(*room_of(partner_id)):
        raise Refused(full)


def _claimed(entry: PoolEntry, lead: Lead, partner_id: int, actor: Member, at: datetime) -> Offer:
    """What the partner took, kept as an offer that was accepted the moment it was made."""
    Lead.objects.filter(pk=lead.pk).update(offers_made=F("offers_made") + 1)
    return Offer.objects.create(
        vendor_id=actor.vendor_id, partner_id=partner_id, lead=lead, state=OfferState.ACCEPTED, title=entry.title,
        brief=entry.brief, place=entry.place, product_line_id=entry.product_line_id,
        amount_minor=entry.amount_minor, currency=entry.currency, offered_at=at, lapses_at=at, opened_at=at,
        answered_at=at, answered_by_id=actor.seat_id, claimed_from_id=entry.pool_id,
    )  # fmt: skip

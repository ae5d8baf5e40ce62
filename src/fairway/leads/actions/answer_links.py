"""Answering an offer by the link in its mail: what the link is good for now, and the answer in its person's name.

The offer is found in the person's own context, and answered by the same actions as in the portal.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from fairway.core.access import Member, member_of_seat, system_member
from fairway.core.tenancy.acting import acting_for
from fairway.core.tenancy.context import entering
from fairway.core.tenancy.lookups import linked_seat, readers_of
from fairway.core.tenancy.models import PartnerState
from fairway.leads.actions.offers import accept_offer, decline_offer
from fairway.leads.models import Offer
from fairway.leads.queries.answer_links import AnswerLink
from fairway.leads.queries.answers import AnswerLists
from fairway.leads.queries.partner_leads import lead_of_offer
from fairway.leads.rules.states import OfferState


class Standing(StrEnum):
    """What a link that is ours is good for. Only of OPEN, and of what the person may see anyway, is more shown."""

    OPEN = "open"
    SIGN_IN = "sign_in"  # a mailbox does not stand for a second factor
    OTHER_PERSON = "other_person"
    NO_ACCESS = "no_access"
    COMPANY_LEFT = "company_left"
    MAY_NOT = "may_not"
    EXPIRED = "expired"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    LAPSED = "lapsed"
    RECALLED = "recalled"


@dataclass(frozen=True, slots=True)
class Looked:
    """`offer` is there when its brief may be shown; `lead_uid` once it is the partner's."""

    standing: Standing
    member: Member | None = None
    offer: Offer | None = None
    lead_uid: UUID | None = None

    @property
    def is_by_this_person(self) -> bool:
        return bool(self.offer and self.member and self.offer.answered_by_id == self.member.seat_id)


def look_by_link(*, vendor_id: int, link: AnswerLink, at: datetime, signed_in_user_id: int | None) -> Looked:
    """What the link is good for. Changes nothing: programs open links before people do."""
    member = _person_of(vendor_id, link)
    if member is None:
        return Looked(Standing.NO_ACCESS)
    if signed_in_user_id is not None and signed_in_user_id != member.user_id:
        return Looked(Standing.OTHER_PERSON)
    with entering(member.context):
        offer = Offer.objects.select_related("partner", "answered_by").filter(uid=link.offer_uid).first()
        if offer is None:
            return Looked(Standing.NO_ACCESS)
        standing = _standing(offer, member, at)
        if standing in {Standing.COMPANY_LEFT, Standing.MAY_NOT}:
            return Looked(standing, member)
        lead_uid = lead_of_offer(offer.pk) if standing is Standing.ACCEPTED else None
    return Looked(standing, member, offer, lead_uid)


def _person_of(vendor_id: int, link: AnswerLink) -> Member | None:
    with acting_for(system_member(vendor_id, "mail")):
        found = linked_seat(link.seat_uid)
        if found is None or not link.was_sent_to(found[1].email):
            return None
        user_id, seat = found
        zone = next((zone for _seat, _language, zone in readers_of([seat.seat_id])), "UTC")
    return member_of_seat(seat, user_id=user_id, seats=(seat,), time_zone=zone)


def _standing(offer: Offer, member: Member, at: datetime) -> Standing:
    if offer.partner.state in {PartnerState.INACTIVE, PartnerState.PROSPECT}:
        return Standing.COMPANY_LEFT
    if not member.can("offer.answer"):
        return Standing.MAY_NOT
    if offer.state != OfferState.OPEN:
        return Standing(offer.state)
    if offer.lapses_at <= at:
        return Standing.EXPIRED
    if member.seat is not None and member.seat.has_second_factor:
        return Standing.SIGN_IN
    return Standing.OPEN


def read_lists(*, vendor_id: int) -> AnswerLists:
    """What may be answered at this vendor, for a page without a log-in."""
    with acting_for(system_member(vendor_id, "mail")):
        return AnswerLists().read()


def accept_by_link(*, vendor_id: int, link: AnswerLink, at: datetime, signed_in_user_id: int | None) -> Looked:
    """Accept as the person of the link; what is not open stays as it is. Raises what `accept_offer` raises."""
    found = look_by_link(vendor_id=vendor_id, link=link, at=at, signed_in_user_id=signed_in_user_id)
    if found.standing is Standing.OPEN and found.member and found.offer:
        accept_offer(offer=found.offer, actor=found.member, at=at, is_by_mail=True)
    return found


def decline_by_link(
    *,
    vendor_id: int,
    link: AnswerLink,
    at: datetime,
    signed_in_user_id: int | None,
    quality: Sequence[str],
    note: str = "",
) -> Looked:
    """Decline as the person of the link. Raises what `decline_offer` raises."""
    found = look_by_link(vendor_id=vendor_id, link=link, at=at, signed_in_user_id=signed_in_user_id)
    if found.standing is Standing.OPEN and found.member and found.offer:
        decline_offer(
            offer=found.offer, actor=found.member, at=at, quality=quality, note=note, is_by_mail=True
        )  # fmt: skip
    return found

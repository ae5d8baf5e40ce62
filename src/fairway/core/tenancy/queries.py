"""People, invitations and keys, as a member may see and change them."""

from collections.abc import Iterable
from datetime import datetime

from django.contrib.sessions.models import Session
from django.db.models import Count, QuerySet
from django.utils.translation import gettext as _

from fairway.core import clock
from fairway.core.access import Member, deciders, permissions_of, system_member
from fairway.core.tenancy.clients import OAuthClient, OAuthGrant
from fairway.core.tenancy.context import entering
from fairway.core.tenancy.covers import Cover
from fairway.core.tenancy.lookups import invitation_by_hash, seats_with_second_factor
from fairway.core.tenancy.middleware import hash_token
from fairway.core.tenancy.models import PARTNER_ROLES, STAFF_ROLES, Invitation, Partner, Role, Seat, User
from fairway.core.tenancy.roles import CustomRole
from fairway.core.tenancy.scope import TenantQuerySet
from fairway.core.tenancy.signing_in import SignIn
from fairway.core.tenancy.standing_in import Link
from fairway.core.tenancy.tokens import ApiToken

# Which roles a person may give, by own role. Nobody gives more than the own side of the house has.
_ALL_BUT_ADMIN = (STAFF_ROLES - {Role.ADMIN}) | PARTNER_ROLES
MAY_GIVE: dict[str, frozenset[str]] = {
    "system": STAFF_ROLES | PARTNER_ROLES,
    Role.ADMIN: STAFF_ROLES | PARTNER_ROLES,
    Role.OPERATIONS: _ALL_BUT_ADMIN,
    Role.CAM: PARTNER_ROLES,
    Role.EXECUTIVE: PARTNER_ROLES,
}


def may_give(actor: Member, role: str, partner: Partner | None) -> bool:
    """Whether the actor may let somebody into this role, and take it back."""
    if role not in MAY_GIVE.get(actor.role, frozenset()) or (role in PARTNER_ROLES) != (partner is not None):
        return False
    if partner is None:
        return True
    if partner.vendor_id != actor.vendor_id:
        return False
    if actor.role == Role.CAM:
        return partner.cam_id in actor.answers_for
    return actor.role != Role.EXECUTIVE or partner.pk == actor.partner_id


def people_for(member: Member) -> TenantQuerySet:
    """Seats the member looks after, with their partner: all for staff, own partners' for an account manager."""
    related = ("partner", "custom_role") if member.is_staff else ("partner",)
    seats = Seat.objects.select_related(*related).order_by("name_key", "pk")
    if member.role == Role.CAM:
        return seats.filter(partner__cam_id__in=member.answers_for)
    if not member.is_staff:
        return seats.filter(partner_id=member.partner_id)
    return seats


def invitations_for(member: Member) -> TenantQuerySet:
    """Invitations that nobody has used or taken back, newest first."""
    waiting = Invitation.objects.filter(accepted_at=None, revoked_at=None).select_related("partner", "invited_by")
    if member.role == Role.CAM:
        waiting = waiting.filter(partner__cam_id__in=member.answers_for)
    elif not member.is_staff:
        waiting = waiting.filter(partner_id=member.partner_id)
    return waiting.order_by("-created_at", "-pk")


def tokens_for(member: Member) -> TenantQuerySet:
    """Keys that are not revoked: all of the vendor's, or of the own partner."""
    tokens = (
        ApiToken.objects.filter(revoked_at=None, client=None)
        .select_related("seat", "partner")
        .order_by("-created_at", "-pk")
    )
    return tokens if member.is_staff else tokens.filter(partner_id=member.partner_id)


def clients_in_use() -> TenantQuerySet:
    return OAuthClient.objects.filter(retired_at=None).select_related("seat").order_by("name", "pk")


def grants_of(member: Member) -> TenantQuerySet:
    """What the person let in, in this seat. A code that was never redeemed let nobody in."""
    mine = OAuthGrant.objects.filter(seat_id=member.seat_id, revoked_at=None, code_used_at__isnull=False)
    return mine.order_by("-granted_at", "-pk")


def invitation_of_token(token: str) -> tuple[Invitation, str, str] | None:
    """(invitation, vendor short name, vendor name) of the secret in a mail, whatever became of it."""
    found = invitation_by_hash(hash_token(token))
    if found is None:
        return None
    invitation_id, vendor_id, slug, name = found
    with entering(system_member(vendor_id, "invitations").context):
        invitation = Invitation.objects.select_related("partner", "invited_by").get(pk=invitation_id)
    return invitation, slug, name


def own_roles() -> TenantQuerySet:
    """The vendor's own roles in use, by name."""
    return CustomRole.objects.filter(retired_at=None).order_by("name", "pk")


def seats_by_role() -> dict[tuple[str, int | None], int]:
    """(built-in role, own role's id) → how many open seats have it. One query."""
    counted = Seat.objects.filter(is_active=True).order_by().values_list("role", "custom_role_id")
    return {(role, own): count for role, own, count in counted.annotate(n=Count("id"))}


def may_stand_in(deputy: Seat, absent: Seat) -> str:
    """Why this seat cannot stand in for that one, as a sentence; empty when it can.

    A deputy has the same role or one above it; where it is about deciding registrations, any role that decides them.
    Who sees a part of the channel only stands in for nobody who sees more. Both with their `custom_role`.
    """
    if deputy.partner_id is not None or not deputy.is_active:
        return _("%(name)s has no open seat among the staff.") % {"name": deputy.name}
    decides = "registration.decide" in _permissions(absent)
    fits = deputy.role in deciders(absent.role) or decides
    if not fits or (decides and "registration.decide" not in _permissions(deputy)):
        text = _("%(name)s could not decide in that role. Choose somebody of the same role or above it.")
        return text % {"name": deputy.name}
    if not deputy.sees_all_of(absent):
        return _("%(name)s sees a part of the channel only, and would not see all that waits.") % {"name": deputy.name}
    return ""


def _permissions(seat: Seat) -> frozenset[str]:
    return permissions_of(seat.role, seat.custom_role.permissions if seat.custom_role else None)


def staff_who_see_all() -> TenantQuerySet:
    """Open seats of staff who see the whole channel, by name."""
    return Seat.objects.filter(
        partner=None, is_active=True, territory_ids=None, unit_ids=None, role__in=STAFF_ROLES
    ).order_by("name_key", "pk")


def deputies_for(absent: Seat) -> list[Seat]:
    """Who can stand in for this seat, by name."""
    staff = Seat.objects.filter(partner=None, is_active=True).exclude(user_id=absent.user_id)
    found = staff.select_related("custom_role").order_by("name_key", "pk")
    return [seat for seat in found if not may_stand_in(seat, absent)]


def covers_from(at: datetime) -> TenantQuerySet:
    """Covers that run or are to come, the next first."""
    rows = Cover.objects.filter(ended_at=None, ends_until__gt=at).select_related("seat", "deputy")
    return rows.order_by("starts_at", "pk")


def links_from(at: datetime) -> list[Link]:
    return [Link(row.seat_id, row.deputy_id, row.starts_at, row.ends_until) for row in covers_from(at)]


def links_at(at: datetime, seat_ids: Iterable[int] | None = None) -> list[Link]:
    """Covers in force whose people have open seats; with `seat_ids` none unless one of these is away. One query."""
    rows = covers_from(at).filter(starts_at__lte=at, deputy__is_active=True, seat__is_active=True)
    links = [Link(row.seat_id, row.deputy_id, row.starts_at, row.ends_until) for row in rows]
    if seat_ids is not None and not {link.seat_id for link in links}.intersection(seat_ids):
        return []
    return links


def sign_ins_of(user: User) -> QuerySet[SignIn]:
    """Where the person is signed in now, the latest seen first."""
    living = Session.objects.filter(expire_date__gt=clock.now()).values("session_key")
    return SignIn.objects.filter(user_id=user.pk, session_key__in=living).order_by("-last_seen_at", "-pk")


def staff_without_second_factor() -> TenantQuerySet:
    """Open staff seats of the vendor in context whose people have only a password."""
    seats = Seat.objects.filter(partner=None, is_active=True).order_by("name_key", "pk")
    return seats.exclude(pk__in=seats_with_second_factor())


def user_of_email(email: str) -> User | None:
    return User.objects.filter(email=email.strip().lower()).first()

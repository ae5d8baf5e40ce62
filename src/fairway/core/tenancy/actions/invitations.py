"""Invitations: a seat offered by mail, taken once by the person who holds the link.

The secret is made from the installation's key, the invitation and its expiry, so that the database needs to keep
only its hash, and the job that writes the mail can make it again.
"""

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _
from django.utils.translation import override

from fairway.core import mail
from fairway.core.access import Forbidden, Member, require, system_member
from fairway.core.brand.fronts import fronts
from fairway.core.brand.looks import look_of
from fairway.core.events.record import record
from fairway.core.http.format import long_day
from fairway.core.jobs import defer, ids_at_work
from fairway.core.refusals import Refused
from fairway.core.tenancy.acting import acting_for
from fairway.core.tenancy.context import Context, Surface
from fairway.core.tenancy.lookups import readers_of
from fairway.core.tenancy.middleware import hash_token
from fairway.core.tenancy.models import Invitation, Organization, Partner, Role, Seat, User
from fairway.core.tenancy.queries import may_give, user_of_email

VALID_FOR = timedelta(days=7)
LEFT_AFTER = timedelta(minutes=15)


def secret_of(invitation: Invitation) -> str:
    """The token of the invitation's link. A new expiry makes a new one."""
    value = f"{invitation.uid}/{invitation.expires_at.timestamp():.6f}"
    return salted_hmac("fairway.invitation", value, algorithm="sha256").hexdigest()


def invite(
    *, email: str, name: str, role: str, actor: Member, at: datetime, partner: Partner | None = None
) -> Invitation:
    """Offer a seat by mail. Raises Forbidden, and Refused when the person sits there or is invited already."""
    require(actor, "people.invite")
    if not may_give(actor, role, partner):
        raise Forbidden(_("You cannot invite somebody into this role there. Ask your administrator."))
    email = email.strip().lower()
    with acting_for(actor):
        _refuse_repetition(email, role, partner, at)
        invitation = Invitation(
            vendor_id=actor.vendor_id, partner=partner, email=email, name=name.strip(), role=role,
            invited_by_id=actor.seat_id, created_at=at, expires_at=at + VALID_FOR,
        )  # fmt: skip
        invitation.token_hash = hash_token(secret_of(invitation))
        invitation.save()
        record("created", invitation, actor=actor, at=at, partner_id=invitation.partner_id, role=role)
        defer("core.send_invitation", vendor_id=actor.vendor_id, invitation_id=invitation.pk)
    return invitation


def _refuse_repetition(email: str, role: str, partner: Partner | None, at: datetime) -> None:
    same = {"email": email, "role": role, "partner": partner}
    if Seat.objects.filter(**same, is_active=True).exists():
        raise Refused(_("This person has this seat already."), field="email")
    if Invitation.objects.filter(**same, accepted_at=None, revoked_at=None, expires_at__gt=at).exists():
        raise Refused(_("This person is invited already. Send that invitation again instead."), field="email")


def resend_invitation(*, invitation: Invitation, actor: Member, at: datetime) -> Invitation:
    """A new link for seven days from now; the one before stops working."""
    _require_mine(invitation, actor)
    with acting_for(actor):
        invitation.expires_at, invitation.mailed_at, invitation.mail_error = at + VALID_FOR, None, ""
        changes = {
            "expires_at": invitation.expires_at,
            "token_hash": hash_token(secret_of(invitation)),
            "mailed_at": None,
            "mail_error": "",
        }
        _change_waiting(invitation, changes)
        record("resent", invitation, actor=actor, at=at, partner_id=invitation.partner_id)
        defer("core.send_invitation", vendor_id=actor.vendor_id, invitation_id=invitation.pk)
    return invitation


def revoke_invitation(*, invitation: Invitation, actor: Member, at: datetime) -> None:
    _require_mine(invitation, actor)
    with acting_for(actor):
        _change_waiting(invitation, {"revoked_at": at})
        record("revoked", invitation, actor=actor, at=at, partner_id=invitation.partner_id)


def _require_mine(invitation: Invitation, actor: Member) -> None:
    require(actor, "people.invite")
    if not may_give(actor, invitation.role, invitation.partner):
        raise Forbidden(_("This invitation is not yours to change."))


def _change_waiting(invitation: Invitation, changes: dict[str, Any]) -> None:
    waiting = Invitation.objects.filter(pk=invitation.pk, accepted_at=None, revoked_at=None)
    if not waiting.update(**changes):
        raise Refused(_("This invitation was used or taken back meanwhile."))


class LoginExists(Exception):
    """Somebody has a log-in with the invitation's address: only that person, logged in, may take the seat."""


def accept_as_new(*, invitation: Invitation, name: str, password: str, at: datetime) -> User:
    """Make the log-in and its seat. Outside any context: tenants cannot touch log-ins.

    Raises LoginExists, Refused when the invitation cannot be used any more, ValidationError for a weak password.
    """
    user = User(email=invitation.email, name=name.strip())
    validate_password(password, user)
    if user_of_email(invitation.email) is not None:
        raise LoginExists
    with transaction.atomic():
        user.set_password(password)
        try:
            with transaction.atomic():
                user.save()
        except IntegrityError:
            raise LoginExists from None
        _take_seat(invitation, user, at)
    return user


def accept_as_existing(*, invitation: Invitation, user: User, at: datetime) -> Seat:
    """Give the seat to the log-in that has the invitation's address. Raises Forbidden and Refused."""
    if user.email != invitation.email or not user.is_active:
        raise Forbidden(_("This invitation is for somebody else."))
    return _take_seat(invitation, user, at)


def _take_seat(invitation: Invitation, user: User, at: datetime) -> Seat:
    with acting_for(system_member(invitation.vendor_id, "invitations")):
        open_ones = Invitation.objects.filter(pk=invitation.pk, accepted_at=None, revoked_at=None, expires_at__gt=at)
        if not open_ones.update(accepted_at=at):
            raise Refused(_("This invitation cannot be used any more. Ask for a new one."))
        partner = invitation.partner
        organization_id = partner.organization_id if partner else invitation.vendor_id
        seat, _made = Seat.objects.update_or_create(
            vendor_id=invitation.vendor_id, user=user, partner=partner, role=invitation.role,
            defaults={"is_active": True, "email": user.email, "name": user.name},
            create_defaults={
                "is_active": True, "email": user.email, "name": user.name, "created_at": at,
                "organization_id": organization_id,
            },
        )  # fmt: skip
        record("accepted", invitation, actor=_in_seat(seat), at=at, partner_id=invitation.partner_id)
    return seat


def _in_seat(seat: Seat) -> Member:
    context = Context(Surface.ACTING, vendor_id=seat.vendor_id, seat_id=seat.pk)
    return Member(name=seat.name, role=seat.role, context=context)


def send_invitation(*, vendor_id: int, invitation_id: int, at: datetime) -> None:
    """Write the mail of an invitation that still waits. What the mail server says is kept and raised."""
    vendor = Organization.objects.get(pk=vendor_id)
    actor = system_member(vendor_id, "mail")
    with acting_for(actor):
        invitation = (
            Invitation.objects.select_related("partner", "invited_by")
            .filter(pk=invitation_id, accepted_at=None, revoked_at=None, mailed_at=None)
            .first()
        )
    if invitation is None:
        return
    try:
        with override(_language_for(invitation, actor)):
            mail.send(_letter(invitation, vendor))
    except Exception as error:
        with acting_for(actor):
            Invitation.objects.filter(pk=invitation_id).update(mail_error=f"{type(error).__name__}: {error}"[:2000])
        raise
    with acting_for(actor):
        Invitation.objects.filter(pk=invitation_id).update(mailed_at=at, mail_error="")


def send_left_invitations(*, actor: Member, at: datetime) -> int:
    """Give the invitations that were never tried, and wait for no job any more, to a new one. Returns how many.

    One that a mail server refused to the end is not among them: the page of people says so and offers to send again.
    """
    with acting_for(actor):
        unsent = Invitation.objects.filter(mailed_at=None, accepted_at=None, revoked_at=None, mail_error="")
        old = list(unsent.filter(created_at__lt=at - LEFT_AFTER, expires_at__gt=at).values_list("pk", flat=True))
        at_work = ids_at_work("core.send_invitation", "invitation_id") if old else set()
        left = [invitation_id for invitation_id in old if invitation_id not in at_work]
        for invitation_id in left:
            defer("core.send_invitation", vendor_id=actor.vendor_id, invitation_id=invitation_id)
    return len(left)


def _language_for(invitation: Invitation, actor: Member) -> str:
    """That of the person where there is a log-in already, else of whoever invites."""
    user = user_of_email(invitation.email)
    if user is not None:
        return user.language
    with acting_for(actor):
        found = readers_of([invitation.invited_by_id] if invitation.invited_by_id else [])
    return found[0][1] if found else settings.LANGUAGE_CODE


def _letter(invitation: Invitation, vendor: Organization) -> mail.Letter:
    words = {
        "inviter": invitation.invited_by.name if invitation.invited_by else vendor.name,
        "vendor": vendor.name,
        "role": Role(invitation.role).label,
        "partner": invitation.partner.name if invitation.partner else "",
    }
    if invitation.partner:
        what = _("%(inviter)s invites you to work with %(vendor)s for %(partner)s, as %(role)s.") % words
    else:
        what = _("%(inviter)s invites you to the partner programme of %(vendor)s, as %(role)s.") % words
    front = fronts().by_vendor.get(vendor.pk)
    how_long = _("The link works once and until %(day)s. If you did not expect it, do nothing.") % {
        "day": f"{long_day(invitation.expires_at)}, {invitation.expires_at:%H:%M} UTC"
    }
    return mail.Letter(
        to_email=invitation.email,
        to_name=invitation.name,
        subject=_("Your invitation to %(vendor)s") % words,
        text=f"{what}\n\n{how_long}",
        path=f"/invite/{secret_of(invitation)}/",
        link_label=_("Accept the invitation"),
        key=f"{invitation.uid}.{invitation.expires_at.timestamp():.0f}",
        sender=vendor.name,
        vendor_id=vendor.pk if invitation.partner else 0,
        look=look_of(front.look_uid if front else None),
    )


__all__ = [
    "LoginExists", "ValidationError", "accept_as_existing", "accept_as_new", "invite", "resend_invitation",
    "revoke_invitation", "secret_of", "send_invitation",
]  # fmt: skip

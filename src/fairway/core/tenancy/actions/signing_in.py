"""Signing in: where a person is signed in, what a vendor asks at the door, and a second factor taken back."""

from datetime import datetime, timedelta

from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.contrib.sessions.models import Session
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import override

from fairway.core import mail
from fairway.core.access import Member, require
from fairway.core.events.record import record
from fairway.core.ids import uuid7
from fairway.core.jobs import defer
from fairway.core.refusals import Refused
from fairway.core.tenancy.acting import acting_for
from fairway.core.tenancy.lookups import is_only_ours, seats_of_user
from fairway.core.tenancy.middleware import SECURITY_PATH
from fairway.core.tenancy.models import Seat, User
from fairway.core.tenancy.queries import may_give
from fairway.core.tenancy.signing_in import SignIn, SignInPolicy

GRACE_DAYS_MOST = 90


def note_sign_in(*, user: User, session_key: str, address: str | None, device: str, at: datetime) -> None:
    """Say that this session was seen; its first time makes its row. Outside any context."""
    SignIn.objects.update_or_create(
        session_key=session_key,
        defaults={"user_id": user.pk, "last_seen_at": at, "address": address or None, "device": device[:300]},
        create_defaults={
            "user_id": user.pk, "started_at": at, "last_seen_at": at, "address": address or None,
            "device": device[:300],
        },
    )  # fmt: skip


def end_sign_in(sign_in: SignIn) -> None:
    """The browser is signed out with its next request."""
    with transaction.atomic():
        Session.objects.filter(session_key=sign_in.session_key).delete()
        SignIn.objects.filter(pk=sign_in.pk).delete()


def end_other_sign_ins(user: User, *, keep: str | None) -> int:
    """Sign the person out everywhere but in the session `keep`; returns in how many places."""
    with transaction.atomic():
        others = SignIn.objects.filter(user_id=user.pk).exclude(session_key=keep or "")
        keys = list(others.values_list("session_key", flat=True))
        Session.objects.filter(session_key__in=keys).delete()
        others.delete()
    return len(keys)


def forget_ended_sign_ins(at: datetime) -> int:
    """Take away the rows whose sessions are over, and those sessions; returns how many."""
    with transaction.atomic():
        Session.objects.filter(expire_date__lte=at).delete()
        living = Session.objects.values("session_key")
        return SignIn.objects.exclude(session_key__in=living).delete()[0]


def claim_code(authenticator: Authenticator, code: str) -> None:
    """Let a code of an app work once, in whichever process it comes; ValidationError when it was used.

    Recovery codes are marked by the library in the same table.
    """
    if authenticator.type != Authenticator.Type.TOTP:
        return
    adapter = get_adapter()
    with transaction.atomic():
        row = Authenticator.objects.select_for_update().get(pk=authenticator.pk)
        secret = adapter.decrypt(row.data["secret"])
        spent = row.data.get("spent_counter", 0)
        fitting = (
            n for n in yield_hotp_counters_from_time() if format_hotp_value(hotp_value(secret, n)) == code.strip()
        )
        counter = next((n for n in fitting if n > spent), None)
        if counter is None:
            raise adapter.validation_error("incorrect_code")
        row.data["spent_counter"] = counter
        row.save(update_fields=["data"])


def may_remove_factor(authenticator: Authenticator, at: datetime) -> bool:
    """Whether the person may do without this factor: not the last one, where a vendor asks for one."""
    others = Authenticator.objects.filter(user_id=authenticator.user_id).exclude(pk=authenticator.pk)
    if others.exclude(type=Authenticator.Type.RECOVERY_CODES).exists():
        return True
    return not any(
        seat.second_factor_at is not None and seat.second_factor_at <= at
        for seat in seats_of_user(authenticator.user_id)
    )


def ask_second_factor_of_staff(*, days: int | None, actor: Member, at: datetime) -> SignInPolicy:
    """Staff need a second factor `days` from now (0: at once; None: no more).

    Refused for somebody who has none: nobody shuts a door on oneself.
    """
    require(actor, "people.manage")
    if days is not None and not 0 <= days <= GRACE_DAYS_MOST:
        raise Refused(_("Choose between 0 and %(most)d days.") % {"most": GRACE_DAYS_MOST}, field="days")
    if days is not None and (actor.seat is None or not actor.seat.has_second_factor):
        raise Refused(_("Set up a second factor for yourself first. Then ask it of everybody."))
    from_at = None if days is None else at + timedelta(days=days)
    with acting_for(actor):
        policy, _made = SignInPolicy.objects.update_or_create(
            vendor_id=actor.vendor_id, defaults={"staff_second_factor_at": from_at, "updated_at": at}
        )
        record("changed", policy, actor=actor, at=at, staff_second_factor_at=from_at)
    return policy


def reset_second_factor(*, seat: Seat, actor: Member, at: datetime) -> None:
    """Take away every factor of a colleague who has lost them; the password stays, and the person is told.

    Refused for oneself, and for a log-in that is not this vendor's alone to open.
    """
    require(actor, "people.manage")
    if seat.pk == actor.seat_id:
        raise Refused(_("Use a recovery code, or ask another administrator."))
    if seat.partner_id is not None or not may_give(actor, seat.role, None):
        raise Refused(_("This log-in cannot be reset from here. Ask the operator of the installation."))
    with acting_for(actor):
        if not is_only_ours(seat.user_id):
            raise Refused(_("This log-in cannot be reset from here. Ask the operator of the installation."))
        record("second_factor_reset", seat, actor=actor, at=at)
        defer("core.reset_second_factor", vendor_id=actor.vendor_id, user_id=seat.user_id)


def remove_second_factors(user_id: int) -> None:
    """Take the factors away, sign the person out everywhere, and send the news. Outside any context, by a job."""
    user = User.objects.get(pk=user_id)
    with transaction.atomic():
        Authenticator.objects.filter(user_id=user_id).delete()
        end_other_sign_ins(user, keep=None)
    tell_of_change(user, "reset")


def sign_out_everywhere(user_id: int) -> None:
    """End every session of a person. Outside any context, by a job."""
    user = User.objects.get(pk=user_id)
    with transaction.atomic():
        end_other_sign_ins(user, keep=None)


def tell_of_change(user: User, said: str) -> None:
    """A letter about a change of how one signs in; it goes to the log-in's own address."""
    defer("core.tell_of_sign_in_change", vendor_id=0, user_id=user.pk, said=said)


def send_change(user_id: int, said: str) -> None:
    user = User.objects.get(pk=user_id)
    with override(user.language):
        what = {
            "totp_activated": _("An authenticator app was added to your log-in."),
            "totp_deactivated": _("The authenticator app was removed from your log-in."),
            "webauthn_added": _("A passkey was added to your log-in."),
            "webauthn_removed": _("A passkey was removed from your log-in."),
            "recovery_codes_generated": _("New recovery codes were made for your log-in. The old ones are void."),
            "reset": _("An administrator removed every second factor from your log-in. Set up a new one."),
            "password_changed": _("The password of your log-in was changed. All other places were signed out."),
            "password_reset": _("The password of your log-in was set anew. All places were signed out."),
        }.get(said)
        if what is None:
            return
        doubt = _("If it was not you, change your password now and tell your administrator.")
        mail.send(
            mail.Letter(
                to_email=user.email, to_name=user.name, subject=_("Your log-in was changed"),
                text=f"{what}\n\n{doubt}", path=SECURITY_PATH, link_label=_("Look at your log-in"), key=str(uuid7()),
            )
        )  # fmt: skip

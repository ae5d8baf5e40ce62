"""Keys for programs. The secret is shown once, when it is made; the database keeps its hash."""

import secrets
from collections.abc import Iterable
from datetime import datetime

from django.utils.translation import gettext as _

from fairway.core.access import Forbidden, Member, permissions_of, require
from fairway.core.events.record import record
from fairway.core.refusals import Refused
from fairway.core.tenancy.acting import acting_for
from fairway.core.tenancy.middleware import hash_token
from fairway.core.tenancy.models import Seat
from fairway.core.tenancy.queries import may_give
from fairway.core.tenancy.tokens import ApiToken

PREFIX = "fw_"


def create_token(
    *, seat: Seat, name: str, scopes: Iterable[str], actor: Member, at: datetime, expires_at: datetime | None = None
) -> tuple[ApiToken, str]:
    """(key, secret). The key does what its seat and its scopes both allow; scopes are permission names.

    Raises Forbidden for a seat that is not the actor's to speak for, Refused for scopes the seat's role lacks.
    """
    _require_mine(seat, actor)
    wanted = sorted(set(scopes))
    allowed = permissions_of(seat.role, seat.custom_role.permissions if seat.custom_role else None)
    if not wanted:
        raise Refused(_("Choose what the key may do."), field="scopes")
    if beyond := [scope for scope in wanted if scope not in allowed]:
        raise Refused(_("This seat may not: %(scopes)s.") % {"scopes": ", ".join(beyond)}, field="scopes")
    if expires_at is not None and expires_at <= at:
        raise Refused(_("The last day must lie ahead."), field="expires_on")
    secret = PREFIX + secrets.token_urlsafe(32)
    with acting_for(actor):
        token = ApiToken.objects.create(
            vendor_id=actor.vendor_id, partner_id=seat.partner_id, seat=seat, name=name.strip(), scopes=wanted,
            token_hash=hash_token(secret), hint=secret[-4:], created_at=at, expires_at=expires_at,
        )  # fmt: skip
        record("created", token, actor=actor, at=at, partner_id=seat.partner_id, scopes=wanted)
    return token, secret


def revoke_token(*, token: ApiToken, actor: Member, at: datetime) -> None:
    """The key stops working with the next request."""
    _require_mine(token.seat, actor)
    with acting_for(actor):
        if ApiToken.objects.filter(pk=token.pk, revoked_at=None).update(revoked_at=at):
            record("revoked", token, actor=actor, at=at, partner_id=token.partner_id)


def _require_mine(seat: Seat, actor: Member) -> None:
    """One's own seat, or one that the actor could also give: a key must not reach higher than its maker."""
    require(actor, "token.manage")
    is_reachable = seat.vendor_id == actor.vendor_id and may_give(actor, seat.role, seat.partner)
    if seat.pk != actor.seat_id and not is_reachable:
        raise Forbidden(_("This seat is not yours to make a key for."))

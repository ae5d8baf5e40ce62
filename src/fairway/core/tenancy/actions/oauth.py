"""OAuth clients, what people grant them, and the tokens that come of it. Secrets are shown once and kept as hashes."""

import re
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from django.db import transaction
from django.utils.translation import gettext as _

from fairway.core.access import PERMISSIONS, Member, require, system_member
from fairway.core.events.record import record
from fairway.core.refusals import Refused
from fairway.core.tenancy.acting import acting_for
from fairway.core.tenancy.clients import OAuthClient, OAuthGrant, OAuthRefresh
from fairway.core.tenancy.middleware import hash_token
from fairway.core.tenancy.models import Seat
from fairway.core.tenancy.tokens import ApiToken

ACCESS_FOR = timedelta(hours=1)
REFRESH_FOR = timedelta(days=30)
CODE_FOR = timedelta(minutes=5)
REDIRECTS_MOST = 10
SECRET_PREFIX, ACCESS_PREFIX, REFRESH_PREFIX = "fwc_", "fwa_", "fwr_"


@dataclass(frozen=True, slots=True)
class Issued:
    """Tokens as they are told once. `refresh` is "" where there is none."""

    access: str
    refresh: str
    scopes: tuple[str, ...]


def save_client(
    *, name: str, redirect_uris: Iterable[str], scopes: Iterable[str], is_public: bool, works_alone: bool,
    actor: Member, at: datetime,
) -> tuple[OAuthClient, str]:  # fmt: skip
    """(client, secret); a public client has no secret. With `works_alone` it may speak for the actor's own seat.

    Raises Refused for addresses that lead nowhere safe, and for scopes that nobody can give.
    """
    require(actor, "people.manage")
    addresses, wanted = checked_addresses(redirect_uris), sorted(set(scopes))
    if not wanted or any(scope not in PERMISSIONS for scope in wanted):
        raise Refused(_("Choose what the app may ask for."), field="scopes")
    if works_alone and is_public:
        raise Refused(_("An app without a secret cannot work by itself."), field="works_alone")
    if not addresses and not works_alone:
        raise Refused(_("Write at least one address to come back to."), field="redirect_uris")
    secret = "" if is_public else SECRET_PREFIX + secrets.token_urlsafe(32)
    with acting_for(actor):
        client = OAuthClient.objects.create(
            vendor_id=actor.vendor_id, name=name.strip(), client_id=secrets.token_hex(16), redirect_uris=addresses,
            secret_hash=hash_token(secret) if secret else "", scopes=wanted, created_at=at,
            seat_id=actor.seat_id if works_alone else None,
        )  # fmt: skip
        record("created", client, actor=actor, at=at, scopes=wanted)
    return client, secret


def checked_addresses(given: Iterable[str]) -> list[str]:
    """Where a client may come back to: https, this machine itself, or a scheme of the app's own (com.example.app)."""
    found = list(dict.fromkeys(filter(None, (line.strip() for line in given))))
    if len(found) > REDIRECTS_MOST:
        raise Refused(_("At most %(n)d addresses.") % {"n": REDIRECTS_MOST}, field="redirect_uris")
    for address in found:
        if not _is_safe(address):
            text = _("“%(address)s” cannot be used. Write a whole https address, without # and *.")
            raise Refused(text % {"address": address[:80]}, field="redirect_uris")
    return found


def _is_safe(address: str) -> bool:
    if len(address) > 500 or not address.isascii() or re.search(r"[\s#*\\<>\"']", address):
        return False
    try:
        parts = urlsplit(address)
        host = parts.hostname or ""
    except ValueError:
        return False
    if parts.username or parts.password:
        return False
    if parts.scheme == "https":
        return bool(host)
    if parts.scheme == "http":
        return host in {"127.0.0.1", "::1", "localhost"}
    return "." in parts.scheme and re.fullmatch(r"[a-z][a-z0-9.+-]*", parts.scheme) is not None


def retire_client(*, client: OAuthClient, actor: Member, at: datetime) -> None:
    """The client, and every token it has, stop working with the next request."""
    require(actor, "people.manage")
    with acting_for(actor):
        if not OAuthClient.objects.filter(pk=client.pk, retired_at=None).update(retired_at=at):
            return
        OAuthGrant.objects.filter(client_id=client.pk, revoked_at=None).update(revoked_at=at)
        ApiToken.objects.filter(client_id=client.pk, revoked_at=None).update(revoked_at=at)
        record("retired", client, actor=actor, at=at)


def client_of(vendor_id: int, client_id: str) -> OAuthClient | None:
    """The client that a request names; the vendor was found by the same name."""
    with acting_for(_server(vendor_id)):
        return OAuthClient.objects.select_related("seat").filter(client_id=client_id, retired_at=None).first()


def grantable(client: OAuthClient, asked: Iterable[str], member: Member) -> list[str]:
    """What of the scopes asked for this person can give this client: no more than both have."""
    return [scope for scope in dict.fromkeys(asked) if scope in client.scopes and member.can(scope)]


def grant(
    *, client: OAuthClient, scopes: Iterable[str], code: str, code_challenge: str, redirect_uri: str, actor: Member,
    at: datetime,
) -> OAuthGrant:  # fmt: skip
    """A person lets a client in, in one seat. Raises Refused where nothing of what it asks is theirs to give."""
    given = grantable(client, scopes, actor)
    if not given or actor.seat_id is None:
        raise Refused(_("Your role may do nothing of what the app asks for."))
    with acting_for(actor):
        made = OAuthGrant.objects.create(
            vendor_id=actor.vendor_id, partner_id=actor.partner_id, client=client, client_name=client.name,
            seat_id=actor.seat_id, scopes=given, granted_at=at, code_hash=hash_token(code), code_until=at + CODE_FOR,
            code_challenge=code_challenge, redirect_uri=redirect_uri,
        )  # fmt: skip
        record("granted", made, actor=actor, at=at, partner_id=actor.partner_id, scopes=given)
    return made


def revoke_grant(*, given: OAuthGrant, actor: Member, at: datetime) -> None:
    """The person who let a client in shuts it out again."""
    if given.seat_id != actor.seat_id:
        require(actor, "people.manage")
    with acting_for(actor):
        _end(given, actor, at)


def _end(given: OAuthGrant, actor: Member, at: datetime, **why: str) -> None:
    if OAuthGrant.objects.filter(pk=given.pk, revoked_at=None).update(revoked_at=at):
        ApiToken.objects.filter(grant_id=given.pk, revoked_at=None).update(revoked_at=at)
        record("revoked", given, actor=actor, at=at, partner_id=given.partner_id, **why)


def grant_of_code(*, client: OAuthClient, code: str, at: datetime) -> OAuthGrant | None:
    """The grant that a code stands for, while it may be used. A code used before ends what came of it."""
    actor = _server(client.vendor_id)
    with acting_for(actor):
        found = OAuthGrant.objects.filter(client_id=client.pk, code_hash=hash_token(code)).first()
        if found is not None and found.code_used_at is not None:
            _end(found, actor, at, why="code used again")
            return None
    return found if found is not None and found.revoked_at is None and found.code_until > at else None


def refresh_of(*, client: OAuthClient, token: str, at: datetime) -> OAuthRefresh | None:
    """A refresh token of this client while it may be used. One used before ends the whole grant."""
    actor = _server(client.vendor_id)
    with acting_for(actor):
        rows = OAuthRefresh.objects.select_related("grant").filter(token_hash=hash_token(token))
        found: OAuthRefresh | None = rows.filter(grant__client_id=client.pk).first()
        if found is not None and found.used_at is not None:
            _end(found.grant, actor, at, why="refresh token used again")
            return None
    return found if found is not None and found.grant.revoked_at is None and found.until > at else None


def issue(
    *, client: OAuthClient, given: OAuthGrant | None, used: OAuthRefresh | None, scopes: Iterable[str], at: datetime
) -> Issued | None:
    """Tokens for a grant, by its code or a refresh token (`used`), or for the client by itself.

    None when somebody used the same code or refresh token a moment before: that ends the grant.
    """
    actor = _server(client.vendor_id)
    with acting_for(actor), transaction.atomic():
        seat_id = given.seat_id if given else client.seat_id
        if seat_id is None or not Seat.objects.filter(pk=seat_id, is_active=True).exists():
            return None
        if given is not None and not _use_up(given, used, at):
            _end(given, actor, at, why="used twice")
            return None
        access = ApiToken.objects.create(
            vendor_id=client.vendor_id, partner_id=given.partner_id if given else None, seat_id=seat_id,
            name=client.name, scopes=sorted(scopes), hint="", client=client, grant=given, created_at=at,
            expires_at=at + ACCESS_FOR, token_hash=hash_token(made := ACCESS_PREFIX + secrets.token_urlsafe(32)),
        )  # fmt: skip
        refresh = _new_refresh(given, at) if given else ""
        record("issued", access, actor=actor, at=at, partner_id=access.partner_id, scopes=access.scopes)
    return Issued(made, refresh, tuple(access.scopes))


def _use_up(given: OAuthGrant, used: OAuthRefresh | None, at: datetime) -> bool:
    """Compare and set: of two who use the same code or refresh token at once, one gets through.

    The grant is held until the tokens are written: who ends it meanwhile waits, and then finds them too.
    """
    open_ = OAuthGrant.objects.filter(pk=given.pk, revoked_at=None)
    if used is None:
        return bool(open_.filter(code_used_at=None).update(code_used_at=at))
    if not open_.select_for_update().exists():
        return False
    return bool(OAuthRefresh.objects.filter(pk=used.pk, used_at=None).update(used_at=at))


def _new_refresh(given: OAuthGrant, at: datetime) -> str:
    token = REFRESH_PREFIX + secrets.token_urlsafe(32)
    OAuthRefresh.objects.create(
        vendor_id=given.vendor_id, grant=given, token_hash=hash_token(token), created_at=at, until=at + REFRESH_FOR
    )
    return token


def token_of(*, client: OAuthClient, token: str) -> ApiToken | OAuthRefresh | None:
    """An access or a refresh token of this client, as it shows it."""
    with acting_for(_server(client.vendor_id)):
        mark = hash_token(token)
        access = ApiToken.objects.select_related("seat", "grant").filter(client_id=client.pk, token_hash=mark).first()
        if access is not None:
            return access
        rows = OAuthRefresh.objects.select_related("grant__seat")
        return rows.filter(grant__client_id=client.pk, token_hash=mark).first()


def give_up(*, client: OAuthClient, token: ApiToken | OAuthRefresh, at: datetime) -> None:
    """A client gives a token back: an access token alone, or with a refresh token the whole grant."""
    actor = _server(client.vendor_id)
    with acting_for(actor):
        if isinstance(token, OAuthRefresh):
            _end(token.grant, actor, at, why="given up")
        elif ApiToken.objects.filter(pk=token.pk, revoked_at=None).update(revoked_at=at):
            record("revoked", token, actor=actor, at=at, partner_id=token.partner_id)


def forget_ended(*, actor: Member, at: datetime) -> int:
    """Delete access tokens and refresh tokens that ran out more than a refresh token's life ago; returns how many."""
    with acting_for(actor):
        old = at - REFRESH_FOR
        tokens, _by = ApiToken.objects.filter(client_id__isnull=False, expires_at__lte=old).delete()
        refreshes, _by = OAuthRefresh.objects.filter(until__lte=old).delete()
    return tokens + refreshes


def _server(vendor_id: int) -> Member:
    return system_member(vendor_id, "OAuth")

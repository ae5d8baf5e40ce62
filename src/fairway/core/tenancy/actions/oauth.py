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
GRACE_HOURS = (0, 1, 24, 7 * 24)  # how long the secret before may be used beside a new one
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
    addresses, wanted = checked_addresses(redirect_uris), _checked_scopes(scopes)
    if works_alone and is_public:
        raise Refused(_("An app without a secret cannot work by itself."), field="works_alone")
    _need_address(addresses, works_alone)
    secret = "" if is_public else SECRET_PREFIX + secrets.token_urlsafe(32)
    with acting_for(actor):
        client = OAuthClient.objects.create(
            vendor_id=actor.vendor_id, name=name.strip(), client_id=secrets.token_hex(16), redirect_uris=addresses,
            secret_hash=hash_token(secret) if secret else "", scopes=wanted, created_at=at,
            seat_id=actor.seat_id if works_alone else None,
        )  # fmt: skip
        record("created", client, actor=actor, at=at, scopes=wanted)
    return client, secret


def _checked_scopes(given: Iterable[str]) -> list[str]:
    wanted = sorted(set(given))
    if not wanted or any(scope not in PERMISSIONS for scope in wanted):
        raise Refused(_("Choose what the app may ask for."), field="scopes")
    return wanted


def _need_address(addresses: list[str], works_alone: bool) -> None:
    if not addresses and not works_alone:
        raise Refused(_("Write at least one address to come back to."), field="redirect_uris")


def edit_client(
    *, client: OAuthClient, name: str, redirect_uris: Iterable[str], scopes: Iterable[str], actor: Member, at: datetime
) -> OAuthClient:
    """Change what a client is called, where it comes back to and what it may ask for.

    What it may no longer ask for is taken from everybody's grants and from its tokens at once; a grant of which nothing
    is left ends. What it may ask for in addition nobody has given yet: people are asked when the app next asks them.
    Codes on their way to an address that is gone are void. Raises Refused as `save_client` does.
    """
    require(actor, "people.manage")
    addresses, wanted = checked_addresses(redirect_uris), _checked_scopes(scopes)
    _need_address(addresses, client.seat_id is not None)
    with acting_for(actor):
        row = OAuthClient.objects.select_for_update().filter(pk=client.pk, retired_at=None).first()
        if row is None:
            raise Refused(_("This app is shut out already."))
        before = {"name": row.name, "scopes": row.scopes, "redirect_uris": row.redirect_uris}
        row.name, row.redirect_uris, row.scopes = name.strip(), addresses, wanted
        row.save(update_fields=["name", "redirect_uris", "scopes"])
        _narrow(row, actor, at)
        gone = OAuthGrant.objects.filter(client_id=row.pk, revoked_at=None, code_used_at=None)
        for given in gone.exclude(redirect_uri__in=addresses):
            _end(given, actor, at, why="address is gone")
        OAuthGrant.objects.filter(client_id=row.pk).update(client_name=row.name)
        ApiToken.objects.filter(client_id=row.pk).update(name=row.name)
        now = {"name": row.name, "scopes": wanted, "redirect_uris": addresses}
        changed = {key: value for key, value in now.items() if value != before[key]}
        record("changed", row, actor=actor, at=at, changed=sorted(changed), scopes=wanted, before=before["scopes"])
    return row


def _narrow(client: OAuthClient, actor: Member, at: datetime) -> None:
    """Take from grants and tokens what the client may not ask for any more."""
    allowed = set(client.scopes)
    for given in OAuthGrant.objects.filter(client_id=client.pk, revoked_at=None):
        left = [scope for scope in given.scopes if scope in allowed]
        if not left:
            _end(given, actor, at, why="nothing left")
        elif left != given.scopes:
            OAuthGrant.objects.filter(pk=given.pk).update(scopes=left)
            record("narrowed", given, actor=actor, at=at, partner_id=given.partner_id, scopes=left)
    for token in ApiToken.objects.filter(client_id=client.pk, revoked_at=None):
        left = [scope for scope in token.scopes if scope in allowed]
        if not left:
            ApiToken.objects.filter(pk=token.pk).update(revoked_at=at)
        elif left != token.scopes:
            ApiToken.objects.filter(pk=token.pk).update(scopes=left)


def change_secret(*, client: OAuthClient, grace_hours: int, actor: Member, at: datetime) -> str:
    """A new secret, told once. The old one ends at once (0), or may be used beside it for so many hours.

    A secret before the old one ends in any case. Refused for a client without a secret.
    """
    require(actor, "people.manage")
    if grace_hours not in GRACE_HOURS:
        raise Refused(_("This is not one of the choices."), field="grace_hours")
    secret = SECRET_PREFIX + secrets.token_urlsafe(32)
    with acting_for(actor):
        row = OAuthClient.objects.select_for_update().filter(pk=client.pk, retired_at=None).first()
        if row is None or not row.secret_hash:
            raise Refused(_("This app has no secret."))
        row.old_secret_hash = row.secret_hash if grace_hours else ""
        row.old_secret_until = at + timedelta(hours=grace_hours) if grace_hours else None
        row.secret_hash = hash_token(secret)
        row.save(update_fields=["secret_hash", "old_secret_hash", "old_secret_until"])
        record("secret_changed", row, actor=actor, at=at, grace_hours=grace_hours)
    return secret


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
        # Held until the tokens are written: who narrows the client meanwhile waits, and then finds them too.
        locked = OAuthClient.objects.select_for_update(no_key=True).filter(pk=client.pk, retired_at=None).first()
        scopes = [scope for scope in scopes if locked is not None and scope in locked.scopes]
        if not scopes:
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

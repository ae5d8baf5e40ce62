"""A vendor's own domain: asked for, proven by a record in its name server, looked at daily, given up.

Proven means: who runs the domain's name server has written our token into it. The token is of one vendor and one
domain, so that no other vendor can use it. A file on a web server would prove less (the domain may point to us
already) and would make this server ask addresses that others name.
"""

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from ipaddress import ip_address
from secrets import token_hex
from urllib.parse import urlsplit

from django.conf import settings
from django.db import IntegrityError, transaction
from django.http.request import validate_host
from django.utils.translation import gettext as _

from fairway.core.access import Member, require, system_member
from fairway.core.brand import fronts
from fairway.core.brand.models import OwnDomain
from fairway.core.brand.resolving import Unreachable, resolver
from fairway.core.events.record import record
from fairway.core.jobs import defer
from fairway.core.refusals import Refused
from fairway.core.tenancy.acting import acting_for

LABEL = "_fairway"
PREFIX = "fairway-proof="
# A proof that is gone may be a slip of the pen; after this time the domain is served no more.
GRACE = timedelta(days=7)
_HOST = re.compile(r"(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.){1,8}[a-z][a-z0-9-]{0,61}[a-z0-9]")


def checked_host(text: str) -> str:
    """The domain in its ASCII form; Refused when it is none that could be a vendor's own."""
    written = text.strip().lower().rstrip(".")
    written = urlsplit(written).hostname or "" if "//" in written else written
    try:
        host = written if written.isascii() else written.encode("idna").decode()
    except UnicodeError:
        host = ""
    if not _HOST.fullmatch(host) or _is_address(host):
        raise Refused(_("Write a domain of yours, like partners.acme.example."), field="host")
    ours = {urlsplit(settings.BASE_URL).hostname or "", *settings.ALLOWED_HOSTS}
    if validate_host(host, [each for each in ours if each and each != "*"]):
        raise Refused(_("This is the address of the installation. Write a domain of yours."), field="host")
    return host


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def ask_for_domain(*, host: str, actor: Member, at: datetime) -> OwnDomain:
    """Note the domain with a new token. A former one is served no more, at once."""
    require(actor, "look.edit")
    wanted = checked_host(host)
    with acting_for(actor):
        former = OwnDomain.objects.select_for_update().first()
        if former is not None and former.host == wanted:
            return former
        if former is not None:
            record("given_up", former, actor=actor, at=at, host=former.host)
            former.delete()
        made = OwnDomain.objects.create(vendor_id=actor.vendor_id, host=wanted, token=token_hex(16), created_at=at)
        record("asked_for", made, actor=actor, at=at, host=wanted)
        fronts.changed()
    return made


def give_up_domain(*, domain: OwnDomain, actor: Member, at: datetime) -> None:
    require(actor, "look.edit")
    with acting_for(actor):
        record("given_up", domain, actor=actor, at=at, host=domain.host)
        OwnDomain.objects.filter(pk=domain.pk).delete()
        fronts.changed()


def ask_name_servers(*, domain: OwnDomain, actor: Member, at: datetime) -> None:
    """Have the proof looked for by a job: no page waits for name servers."""
    require(actor, "look.edit")
    with acting_for(actor):
        OwnDomain.objects.filter(pk=domain.pk).update(asked_at=at)
        defer("core.check_domain", vendor_id=actor.vendor_id, once=f"core.check_domain/{actor.vendor_id}")


def check_domain(*, vendor_id: int, at: datetime, is_contested: bool = False) -> None:
    """Look for the proof, and serve the domain or not. `is_contested`: another vendor has proven it, so no grace."""
    actor = system_member(vendor_id, "Domains")
    holder = fronts.fronts()
    with acting_for(actor):
        domain = OwnDomain.objects.first()
    if domain is None:
        return
    try:
        found = resolver().texts(f"{LABEL}.{domain.host}")
    except Unreachable:
        with acting_for(actor):
            OwnDomain.objects.filter(pk=domain.pk).update(checked_at=at, said="unreachable")
        return
    with acting_for(actor):
        kept = OwnDomain.objects.select_for_update().filter(pk=domain.pk, token=domain.token).first()
        if kept is not None:
            _settle(kept, found, actor, at, is_contested=is_contested)
    rival = holder.by_host.get(domain.host)
    if kept is not None and kept.said == "taken" and rival is not None:
        defer("core.check_domain", vendor_id=rival.vendor_id, is_contested=True)


def _settle(domain: OwnDomain, found: Sequence[str], actor: Member, at: datetime, *, is_contested: bool) -> None:
    domain.checked_at = at
    if f"{PREFIX}{domain.token}" in (text.strip() for text in found):
        _prove(domain, actor, at)
        return
    domain.said = "other" if any(text.startswith(PREFIX) for text in found) else "missing"
    if domain.proven_at is not None:
        domain.failing_from = domain.failing_from or at
        if is_contested or at - domain.failing_from >= GRACE:
            domain.proven_at, domain.failing_from = None, None
            record("lapsed", domain, actor=actor, at=at, host=domain.host)
            fronts.changed()
    domain.save()


def _prove(domain: OwnDomain, actor: Member, at: datetime) -> None:
    is_new = domain.proven_at is None
    domain.proven_at, domain.failing_from, domain.said = domain.proven_at or at, None, "proven"
    try:
        with transaction.atomic():
            domain.save()
    except IntegrityError:  # one vendor has it already
        domain.proven_at, domain.said = None, "taken"
        domain.save()
        return
    if is_new:
        record("proven", domain, actor=actor, at=at, host=domain.host)
        fronts.changed()


def check_all(at: datetime) -> None:
    """Have every vendor's domain looked at again. Outside any context, by a periodic job."""
    for front in fronts.fronts().by_host.values():
        defer("core.check_domain", vendor_id=front.vendor_id, once=f"core.check_domain/{front.vendor_id}")

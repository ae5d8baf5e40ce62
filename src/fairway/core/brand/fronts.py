"""Every vendor's front door: short name, look in force, proven domain. Kept by each process for a few seconds.

Pages of members do not ask here: which look is theirs comes with their seats, at once. Asked are pages without a
member, mails, and every request to a host that is not in the settings; however many of those come, the database is
asked once in FRONTS_KEPT_SECONDS. So a domain that is taken back is shut everywhere after that time.
"""

from dataclasses import dataclass
from threading import Lock
from time import monotonic
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings
from django.db import transaction

from fairway.core.brand.lookups import every_front
from fairway.core.tenancy.context import current_or_none


@dataclass(frozen=True, slots=True)
class Front:
    vendor_id: int
    slug: str
    name: str
    look_uid: UUID | None
    host: str  # "" without a proven domain


@dataclass(frozen=True, slots=True)
class Fronts:
    read_at: float
    by_slug: dict[str, Front]
    by_host: dict[str, Front]
    by_vendor: dict[int, Front]


NOTHING = Fronts(float("-inf"), {}, {}, {})
_kept = NOTHING
_lock = Lock()


def fronts() -> Fronts:
    """The fronts as they were a few seconds ago at most. Within a context, as they were when it was entered."""
    global _kept
    found = _kept
    if monotonic() - found.read_at < settings.FRONTS_KEPT_SECONDS or current_or_none() is not None:
        return found
    with _lock:
        if _kept is not found:
            return _kept
        rows = [Front(id, slug, name, look, host or "") for id, slug, name, look, host in every_front()]
        _kept = Fronts(
            monotonic(),
            {front.slug: front for front in rows},
            {front.host: front for front in rows if front.host},
            {front.vendor_id: front for front in rows},
        )
        return _kept


def forget() -> None:
    """Read them anew when they are next asked for."""
    global _kept
    _kept = NOTHING


def changed() -> None:
    """Called by an action that changed a look or a domain: this process forgets once the change is true."""
    forget()
    transaction.on_commit(forget)


def address_of(front: Front | None) -> str:
    """Where people of this vendor's partners find it: the own domain, else the installation's address."""
    base: str = settings.BASE_URL.rstrip("/")
    if front is None or not front.host:
        return base
    parts = urlsplit(base)
    return f"{parts.scheme}://{front.host}{f':{parts.port}' if parts.port else ''}"


# What an own domain serves of a vendor; the rest is at the installation's address.
OF_PARTNERS = ("portal/", "public/", "invite/", "accounts/")


def absolute(vendor_id: int, path: str) -> str:
    """The whole address of a path: "/acme/portal/…" and "/invite/…" by the vendor's own domain where it has one."""
    front = fronts().by_vendor.get(vendor_id)
    base: str = settings.BASE_URL.rstrip("/")
    if front is None or not front.host:
        return base + path
    below = path.removeprefix(f"/{front.slug}/").lstrip("/")
    return f"{address_of(front)}/{below}" if below.startswith(OF_PARTNERS) else base + path

"""The link in a mail that ends such mails: it names a seat and a kind of mail, signed, and needs no log-in."""

from dataclasses import dataclass
from uuid import UUID

from django.core import signing

from fairway.core.tenancy.models import Organization, Seat

DIGEST_MAILS = "digest"
_SALT = "fairway.workflow.unsubscribe"


@dataclass(frozen=True, slots=True)
class Unsubscribing:
    seat_uid: UUID
    topic: str  # a kind of notice, or the digest


def unsubscribe_path(vendor: Organization, seat: Seat, topic: str) -> str:
    """The path of the link. It holds for as long as there are such mails."""
    token = signing.dumps([vendor.slug, str(seat.uid), topic], salt=_SALT)
    return f"/{vendor.slug}/public/mails/{token}/"


def read_token(token: str, vendor_slug: str) -> Unsubscribing | None:
    """None for a token that is not ours, or of another vendor."""
    try:
        slug, seat_uid, topic = signing.loads(token, salt=_SALT)
    except (signing.BadSignature, ValueError):
        return None
    return Unsubscribing(UUID(seat_uid), topic) if slug == vendor_slug else None

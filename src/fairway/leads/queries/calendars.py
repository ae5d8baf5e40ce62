"""The signed address of a person's calendar, and whether there is one."""

from uuid import UUID

from django.core import signing

from fairway.leads.models import CalendarFeed

_SALT = "fairway.leads.calendar"


def feed_of(seat_id: int | None) -> CalendarFeed | None:
    return CalendarFeed.objects.filter(seat_id=seat_id, ended_at=None).first() if seat_id else None


def calendar_path(vendor_slug: str, feed_uid: UUID) -> str:
    """The path of the address. It is made when it is shown, and kept nowhere."""
    return f"/{vendor_slug}/public/calendar/{signing.dumps([vendor_slug, feed_uid.hex], salt=_SALT)}.ics"


def read_token(token: str, vendor_slug: str) -> UUID | None:
    """None for a token that is not ours, or of another vendor."""
    try:
        slug, feed_uid = signing.loads(token, salt=_SALT)
        found = UUID(feed_uid)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    return found if slug == vendor_slug else None

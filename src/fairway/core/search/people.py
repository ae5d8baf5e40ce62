"""People with a seat, as the search finds them."""

from collections.abc import Sequence

from django.utils.translation import gettext_lazy as _

from fairway.core.search.kinds import Hit, SearchKind, Source
from fairway.core.tenancy.models import Role, Seat


def _told(ids: Sequence[int]) -> list[Hit]:
    rows = Seat.objects.filter(pk__in=ids).select_related("partner")
    return [
        Hit(
            pk=seat.pk,
            uid=seat.uid,
            vendor_id=seat.vendor_id,
            title=seat.name,
            second=", ".join(filter(None, [str(Role(seat.role).label), seat.partner.name if seat.partner else ""])),
            state=None if seat.is_active else ("neutral", _("Closed")),
        )
        for seat in rows
    ]


PEOPLE = SearchKind(
    name="people",
    label=_("People"),
    icon="users",
    permissions={"console": "people.read", "portal": "people.read"},
    pages={"console": "person-detail", "portal": "portal-person-detail"},
    sources=(Source("core_seat", "t.name || ' ' || t.email", keys=("email",), begins="name_key"),),
    tell=_told,
    order=50,
)

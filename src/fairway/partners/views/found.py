"""Partners, as the search finds them: by name, number, place, and by the people there."""

from collections.abc import Sequence

from django.utils.translation import gettext_lazy as _

from fairway.core.search import Hit, SearchKind, Source
from fairway.core.tenancy.models import Partner
from fairway.partners.models import Profile
from fairway.partners.views.tables import STATES

_PROFILE = "t.website || ' ' || t.phone || ' ' || t.city || ' ' || t.postal_code"


def told(ids: Sequence[int]) -> list[Hit]:
    places = dict(Profile.objects.filter(partner_id__in=ids).values_list("partner_id", "city"))
    return [
        Hit(
            pk=partner.pk,
            uid=partner.uid,
            vendor_id=partner.vendor_id,
            title=partner.name,
            second=", ".join(filter(None, [places.get(partner.pk, ""), partner.external_id])),
            state=STATES[partner.state],
        )
        for partner in Partner.objects.filter(pk__in=ids)
    ]


PARTNERS = SearchKind(
    name="partners",
    label=_("Partners"),
    icon="building",
    permissions={"console": "partner.read"},
    pages={"console": "partner-detail"},
    sources=(
        Source("core_partner", "t.name || ' ' || t.sort_name || ' ' || t.external_id", keys=("external_id",),
               begins="sort_name", partner=""),
        Source("partners_profile", _PROFILE, row="partner_id", partner=""),
        Source("partners_contact", "t.name || ' ' || t.email || ' ' || t.phone", row="partner_id", partner="",
               staff_where="t.partner_id IS NOT NULL"),
    ),
    tell=told,
    order=10,
)  # fmt: skip

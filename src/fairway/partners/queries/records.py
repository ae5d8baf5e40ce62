"""Partners with all that a program reads of them, in the context of whoever asks."""

from collections.abc import Mapping
from typing import Any

from django.db.models import Prefetch, QuerySet

from fairway.core.tenancy.models import Partner
from fairway.partners.models import Enrollment, Profile

_FILTERS = {
    "state": "state", "external_id": "external_id", "country": "country", "territory": "profiles__territory__uid",
    "cam_email": "cam__email",
}  # fmt: skip


def partner_records(asked: Mapping[str, Any]) -> QuerySet[Partner]:
    """Three queries a page."""
    wanted = {_FILTERS[name]: value for name, value in asked.items() if name in _FILTERS}
    present = Enrollment.objects.filter(until_on=None).select_related("tier")
    if tier := asked.get("tier"):
        wanted["pk__in"] = Enrollment.objects.filter(until_on=None, tier__uid=tier).values("partner_id")
    return (
        Partner.objects.select_related("cam", "parent")
        .filter(**wanted)
        .prefetch_related(
            Prefetch("profiles", Profile.objects.select_related("territory"), to_attr="profile_rows"),
            Prefetch("enrollments", present.order_by("program__is_default", "-program_id"), to_attr="present_tiers"),
        )
    )

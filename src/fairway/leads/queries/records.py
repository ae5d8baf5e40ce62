"""Leads and offers with all that a program reads of them, in the context of whoever asks."""

from collections.abc import Mapping
from typing import Any

from django.db.models import OuterRef, Prefetch, QuerySet, Subquery

from fairway.leads.models import Lead, LeadPerson, LeadScore, Offer

_FILTERS = {
    "state": "state", "source": "source", "external_id": "external_id", "captured_since": "captured_at__gte",
    "captured_before": "captured_at__lt", "partner": "partner__uid", "offered_since": "offered_at__gte",
}  # fmt: skip


def lead_records(asked: Mapping[str, Any], *, for_staff: bool) -> QuerySet[Lead]:
    """Three queries a page for staff, who also read the score; two for partner people."""
    rows = Lead.objects.select_related("product_line", "partner", "seller").filter(**_conditions(asked))
    people = Prefetch("people", LeadPerson.objects.all(), to_attr="persons")
    if not for_staff:
        return rows.prefetch_related(people)
    return rows.prefetch_related(people, Prefetch("scores", LeadScore.objects.all(), to_attr="points_given"))


def offer_records(asked: Mapping[str, Any]) -> QuerySet[Offer]:
    """`lead_uid` is None as long as the reader may not see the lead: a join would hide the offer with it."""
    rows = Offer.objects.select_related("partner", "answered_by").filter(**_conditions(asked))
    return rows.annotate(lead_uid=Subquery(Lead.objects.filter(pk=OuterRef("lead_id")).values("uid")))


def _conditions(asked: Mapping[str, Any]) -> dict[str, Any]:
    return {_FILTERS[name]: value for name, value in asked.items() if name in _FILTERS}

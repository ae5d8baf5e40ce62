"""Registrations and deals with all that a program reads of them, in the context of whoever asks."""

from collections.abc import Mapping
from typing import Any

from django.db.models import F, OuterRef, Prefetch, QuerySet, Subquery

from fairway.deals.models import Conflict, Deal, Protection, Registration
from fairway.deals.queries.registrations import of_partner, staff_registrations

_FILTERS = {
    "state": "state", "partner": "partner__uid", "submitted_since": "submitted_at__gte", "origin": "origin",
    "closed_since": "closed_at__gte",
}  # fmt: skip


def registration_records(asked: Mapping[str, Any], *, for_staff: bool) -> QuerySet[Registration]:
    """Staff never read a draft: it is the partner's own. Whom the vendor resolved and what stands against it is
    for staff."""
    rows = staff_registrations() if for_staff else of_partner().select_related("partner")
    deal = Deal.objects.filter(registration=OuterRef("pk")).values("uid")[:1]
    until = Protection.objects.filter(registration=OuterRef("pk")).order_by("-starts_at")
    rows = rows.filter(**_conditions(asked)).annotate(
        deal_uid=Subquery(deal), protected_until=Subquery(until.values("protected_until")[:1])
    )
    if not for_staff:
        return rows
    return rows.prefetch_related(Prefetch("conflicts", Conflict.objects.order_by("-blocking", "pk"), to_attr="found"))


def deal_records(asked: Mapping[str, Any]) -> QuerySet[Deal]:
    rows = Deal.objects.select_related("product_line", "seller", "partner").filter(**_conditions(asked))
    return rows.annotate(
        lead_uid=F("lead__uid"),
        registration_uid=F("registration__uid"),
        protected_until=F("protection__protected_until"),
    )


def _conditions(asked: Mapping[str, Any]) -> dict[str, Any]:
    return {_FILTERS[name]: value for name, value in asked.items() if name in _FILTERS}

"""Leads as conditions see them."""

from collections.abc import Iterable
from typing import Any

from fairway.leads.models import Lead
from fairway.leads.queries.places import with_territories

_COLUMNS = (
    "id", "uid", "state", "external_id", "source", "source_detail", "campaign", "title", "description", "company",
    "industry", "employees", "country", "state_code", "city", "postal_code", "latitude", "longitude", "amount_minor",
    "currency", "timeframe_days", "consented_at", "captured_at", "offers_made", "waiting_because", "extra",
    "partner_id", "product_line__code", "product_line__name",
    "people__first_name", "people__last_name", "people__job_title", "people__email", "people__phone",
)  # fmt: skip


def lead_rows(lead_ids: Iterable[int]) -> list[dict[str, Any]]:
    """The rows that `conditions.lead_values` and offers are made from, with points, band and territory, by id."""
    rows = Lead.objects.filter(pk__in=list(lead_ids)).order_by("pk")
    found = rows.values(*_COLUMNS, "scores__points", "scores__band")
    return with_territories(_named(row) for row in found)


def _named(row: dict[str, Any]) -> dict[str, Any]:
    row["points"], row["band"] = row.pop("scores__points"), row.pop("scores__band") or ""
    row["first_name"], row["last_name"] = row.pop("people__first_name"), row.pop("people__last_name")
    return row

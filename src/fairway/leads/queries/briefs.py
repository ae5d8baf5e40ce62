"""The columns of leads that an offer is made from."""

from collections.abc import Iterable
from typing import Any

from django.db.models import F

from fairway.leads.models import Lead

_COLUMNS = (
    "id", "uid", "state", "title", "description", "company", "industry", "employees", "city", "state_code", "country",
    "timeframe_days", "amount_minor", "currency", "offers_made", "product_line__name",
)  # fmt: skip


def brief_rows(lead_ids: Iterable[int]) -> dict[int, dict[str, Any]]:
    """Lead id → what `rules.brief.offer_brief` and an offer need."""
    rows = Lead.objects.filter(pk__in=list(lead_ids)).values(
        *_COLUMNS, first_name=F("people__first_name"), last_name=F("people__last_name")
    )
    return {row["id"]: row for row in rows}

"""Leads as conditions see them."""

from collections.abc import Iterable
from typing import Any

from fairway.leads.models import Lead
from fairway.leads.queries.places import with_territories
from fairway.leads.rules.states import LeadState

OWNED = (LeadState.ACCEPTED, LeadState.CONVERTED)

_COLUMNS = (
    "id", "uid", "state", "external_id", "source", "source_detail", "campaign", "title", "description", "company",
    "name_key", "domain_key",
    "industry", "employees", "country", "state_code", "city", "postal_code", "latitude", "longitude", "amount_minor",
    "currency", "timeframe_days", "consented_at", "captured_at", "offers_made", "waiting_because", "extra",
    "partner_id", "product_line__code", "product_line__name",
    "people__first_name", "people__last_name", "people__job_title", "people__email", "people__phone",
)  # fmt: skip


def lead_rows(lead_ids: Iterable[int]) -> list[dict[str, Any]]:
    """The rows that `conditions.lead_values` and offers are made from, by id: with points, band, territory,
    and the partner that has a lead of the same company already ("known_partner", an id).
    """
    rows = Lead.objects.filter(pk__in=list(lead_ids)).order_by("pk")
    found = rows.values(*_COLUMNS, "scores__points", "scores__band")
    return with_known_partners(with_territories(_named(row) for row in found))


def with_known_partners(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The partner that last accepted a lead of the same company, by its domain or else its name. Two queries."""
    by_domain = _owners("domain_key", {row["domain_key"] for row in rows if row["domain_key"]})
    by_name = _owners("name_key", {row["name_key"] for row in rows if row["name_key"]})
    for row in rows:
        row["known_partner"] = by_domain.get(row["domain_key"]) or by_name.get(row["name_key"])
    return rows


def _owners(column: str, wanted: set[str]) -> dict[str, int]:
    """Key → partner, the latest acceptance winning; without wanted keys nothing is asked."""
    if not wanted:
        return {}
    owned = Lead.objects.filter(**{f"{column}__in": wanted}, state__in=OWNED, partner__isnull=False)
    return dict(owned.order_by("accepted_at", "pk").values_list(column, "partner_id"))


def _named(row: dict[str, Any]) -> dict[str, Any]:
    row["points"], row["band"] = row.pop("scores__points"), row.pop("scores__band") or ""
    row["first_name"], row["last_name"] = row.pop("people__first_name"), row.pop("people__last_name")
    return row

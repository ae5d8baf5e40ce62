"""Models of wins as their page shows them."""

from dataclasses import dataclass
from typing import Any

from fairway.leads.models import LeadScore, ModelState, WinModel

VERSIONS = 12
TABLES = 8


@dataclass(frozen=True, slots=True)
class Versions:
    """What is in use, the latest that was trained since, and all, the latest first."""

    in_use: WinModel | None
    latest: WinModel | None
    all: list[WinModel]
    tables: list[WinModel]


def model_versions() -> Versions:
    """Two queries."""
    own = WinModel.objects.exclude(state=ModelState.TABLE).select_related("trained_by").order_by("-number")
    rows = list(own[:VERSIONS])
    in_use = next((row for row in rows if row.state == ModelState.IN_USE), None)
    if in_use is None:
        in_use = WinModel.objects.filter(state=ModelState.IN_USE).select_related("trained_by").first()
    tables = WinModel.objects.filter(state=ModelState.TABLE).order_by("-number")[:TABLES]
    return Versions(in_use, rows[0] if rows else None, rows, list(tables))


def chance_of(lead_id: int) -> dict[str, Any] | None:
    """The chance of a lead with its reasons and the version that gave it; None where no model spoke."""
    score = LeadScore.objects.filter(lead_id=lead_id, chance__isnull=False).select_related("chance_by").first()
    if score is None or score.chance_by is None:
        return None
    return {"chance": score.chance, "reasons": score.chance_reasons, "model": score.chance_by}

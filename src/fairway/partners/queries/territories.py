"""Which territory a place lies in."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Count

from fairway.core.conditions import Condition, holds, parse
from fairway.partners.models import Profile, Territory
from fairway.partners.subjects import PLACES


@dataclass(frozen=True, slots=True)
class TerritoryRule:
    territory_id: int
    name: str
    cam_id: int | None
    condition: Condition


def territory_rules() -> list[TerritoryRule]:
    """The territories of the vendor in force, in the order in which they are asked. One query."""
    return [
        TerritoryRule(row.pk, row.name, row.cam_id, parse(PLACES, row.condition, check_choices=False))
        for row in Territory.objects.order_by("order", "id")
    ]


def territory_of(rules: list[TerritoryRule], place: Mapping[str, Any]) -> TerritoryRule | None:
    """The first territory whose condition holds for a place {country, state_code, city, postal_code}."""
    values = {
        "place.country": place.get("country") or None,
        "place.state": place.get("state_code") or place.get("state_name") or None,
        "place.city": place.get("city") or None,
        "place.postal_code": place.get("postal_code") or None,
    }
    return next((rule for rule in rules if holds(rule.condition, values)), None)


def partners_by_territory() -> dict[int | None, int]:
    """Territory id (None: in no territory) → how many partners lie in it. One query."""
    rows = Profile.objects.order_by().values_list("territory_id").annotate(n=Count("id"))
    return dict(rows)

"""Where a lead lies: on the map, and in which of the vendor's territories."""

from collections.abc import Iterable
from typing import Any

from fairway.core.geo import locate
from fairway.partners.queries.territories import territory_of, territory_rules


def coordinates_of(country: str, state_code: str, city: str) -> tuple[float | None, float | None]:
    """(latitude, longitude) in degrees of a city, or two Nones when it is not known."""
    found = locate(city, state_code or None, country) if city and country else None
    return (found.latitude, found.longitude) if found else (None, None)


def with_territories(rows: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """The rows with "territory", the name of the first territory their place lies in; None when in none."""
    rules, placed = territory_rules(), list(rows)
    known: dict[tuple[str, ...], str | None] = {}
    for row in placed:
        key = (row["country"], row["state_code"], row["city"], row["postal_code"])
        if key not in known:
            found = territory_of(rules, row)
            known[key] = found.name if found else None
        row["territory"] = known[key]
    return placed

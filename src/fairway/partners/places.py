"""Where a partner is: the coordinates and the time zone of its city."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fairway.core.geo import locate, time_zone_of


@dataclass(frozen=True, slots=True)
class Place:
    """Degrees, and the IANA name of the time zone."""

    latitude: float
    longitude: float
    time_zone: str


def located(values: Mapping[str, Any]) -> Place | None:
    """The city named by {city, state_code or state_name, country}; None when it is unknown or could be several."""
    state = values.get("state_code") or values.get("state_name") or None
    asked = (values.get("city") or None, state, values.get("country") or None)
    found, zone = locate(*asked), time_zone_of(*asked)
    return Place(*found, zone) if found and zone else None

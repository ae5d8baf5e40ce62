"""Logistic regression with a penalty chosen inside, and a calibration fitted on rows it did not see."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fairway.core.conditions import Field
from fairway.leads.rules.learning.encoding import Table, column_shares, encode_rows, fit_encoding

PENALTIES = (0.03, 0.1, 0.3, 1.0)
INNER_FOLDS = 3
Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def sigmoid(values: Floats) -> Floats:
    return np.asarray(1.0 / (1.0 + np.exp(-np.clip(values, -35, 35))), dtype=np.float64)


def groups_of(table: Table, fields: Sequence[Field], length: int) -> Ints:
    """The same number for rows that are alike in every field, so that a fold never learns what it is asked."""
    index: dict[tuple[Any, ...], int] = {}
    columns = [table[field.name] for field in fields]
    return np.array([index.setdefault(row, len(index)) for row in _rows(columns, length)], dtype=np.int64)


def _rows(columns: Sequence[Sequence[Any]], length: int) -> list[tuple[Any, ...]]:
    return list(zip(*columns, strict=True)) if columns else [()] * length


def folds(won: Ints, groups: Ints, count: int, seed: int) -> list[tuple[Ints, Ints]]:
    """Pairs of places (to learn from, to ask), groups unbroken and wins spread evenly; the same for the same seed."""
    from sklearn.model_selection import StratifiedGroupKFold

    splitter = StratifiedGroupKFold(n_splits=count, shuffle=True, random_state=seed)
    return list(splitter.split(np.zeros((len(won), 1)), won, groups))


def part_of(table: Table, fields: Sequence[Field], places: Ints) -> dict[str, list[Any]]:
    return {field.name: [table[field.name][place] for place in places.tolist()] for field in fields}


def fit(table: Table, fields: Sequence[Field], won: Ints, groups: Ints, *, seed: int = 0) -> dict[str, Any]:
    """Learn from all rows given. Returns the parameters: fields, weights, base, calibration and baselines."""
    from threadpoolctl import threadpool_limits

    # Threads of the numeric libraries wait for each other by turning in circles, which costs more than it gains here.
    with threadpool_limits(limits=1):
        return _fitted(table, fields, won, groups, seed)


def _fitted(table: Table, fields: Sequence[Field], won: Ints, groups: Ints, seed: int) -> dict[str, Any]:
    specs = fit_encoding(table, fields)
    encoded = encode_rows(table, specs, len(won))
    inner = folds(won, groups, INNER_FOLDS, seed)
    penalty, unseen = _chosen(encoded.columns, won, inner)
    weights, base = _logistic(encoded.columns, won, penalty)
    slope, shift = _calibration(unseen, won)
    return {
        "fields": specs,
        "owner": list(encoded.owner),
        "weights": (slope * weights).tolist(),
        "base": float(slope * base + shift),
        "means": encoded.columns.mean(axis=0).tolist(),
        "penalty": penalty,
        "calibration": [slope, shift],
        "shares": [column_shares(spec, table[spec["name"]]) for spec in specs],
    }


def _chosen(columns: Floats, won: Ints, inner: Sequence[tuple[Ints, Ints]]) -> tuple[float, Floats]:
    """The penalty with the least log loss on rows not seen, and the log-odds it gave those rows."""
    best: tuple[float, float, Floats] | None = None
    for penalty in PENALTIES:
        unseen = np.zeros(len(won))
        for learn, ask in inner:
            weights, base = _logistic(columns[learn], won[learn], penalty)
            unseen[ask] = columns[ask] @ weights + base
        chance = np.clip(sigmoid(unseen), 1e-9, 1 - 1e-9)
        loss = -float(np.mean(won * np.log(chance) + (1 - won) * np.log(1 - chance)))
        if best is None or loss < best[0]:
            best = (loss, penalty, unseen)
    assert best is not None
    return best[1], best[2]


def _logistic(columns: Floats, won: Ints, penalty: float) -> tuple[Floats, float]:
    from sklearn.linear_model import LogisticRegression

    model = LogisticRegression(C=penalty, max_iter=500, solver="lbfgs")
    model.fit(columns, won)
    return np.asarray(model.coef_[0], dtype=np.float64), float(model.intercept_[0])


def _calibration(unseen: Floats, won: Ints) -> tuple[float, float]:
    """Slope and shift of Platt's sigmoid. A model that is worse than none on rows not seen is flattened to nothing."""
    if np.ptp(unseen) < 1e-9:
        return 0.0, _log_odds(float(won.mean()))
    weights, base = _logistic(unseen[:, None], won, 1e3)
    slope = float(weights[0])
    return (slope, base) if slope > 0 else (0.0, _log_odds(float(won.mean())))


def _log_odds(share: float) -> float:
    held = min(max(share, 1e-6), 1 - 1e-6)
    return float(np.log(held / (1 - held)))


def log_odds(parameters: Mapping[str, Any], columns: Floats) -> Floats:
    return np.asarray(columns @ np.array(parameters["weights"]) + parameters["base"], dtype=np.float64)

"""What a stored model says of leads: the chance to win, and what each field adds against the average lead."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from fairway.leads.rules.learning.encoding import Table, encode_rows
from fairway.leads.rules.learning.fitting import Floats, log_odds, sigmoid

REASONS_MOST = 6
# A field that moves the log-odds less than this says nothing worth reading.
LEAST = 0.05


def chances(parameters: Mapping[str, Any], table: Table, length: int) -> Floats:
    """The chance of each lead, 0 to 1. Raises KeyError when a field that the model knows is absent."""
    return sigmoid(log_odds(parameters, encode_rows(table, parameters["fields"], length).columns))


def average_chance(parameters: Mapping[str, Any]) -> float:
    """Of the average lead, against which reasons are told."""
    return float(sigmoid(log_odds(parameters, np.array([parameters["means"]])))[0])


def with_reasons(parameters: Mapping[str, Any], table: Table, length: int) -> tuple[Floats, list[list[dict[str, Any]]]]:
    """Chances, and for each lead the weightiest fields: {"name", "label", "value", "adds"}, `adds` in log-odds."""
    encoded = encode_rows(table, parameters["fields"], length)
    chance = sigmoid(log_odds(parameters, encoded.columns))
    adds = contributions(parameters, encoded.columns)
    specs = parameters["fields"]
    order = np.argsort(-np.abs(adds), axis=1, kind="stable")[:, :REASONS_MOST]
    told: list[list[dict[str, Any]]] = []
    for place, (fields, row) in enumerate(zip(order.tolist(), adds.tolist(), strict=True)):
        told.append([_told(specs[n], table, place, row[n]) for n in fields if abs(row[n]) >= LEAST])
    return chance, told


def contributions(parameters: Mapping[str, Any], columns: Floats) -> Floats:
    """What each field adds to the log-odds of each lead beyond the average lead's; rows × fields."""
    parts = (columns - np.array(parameters["means"])) * np.array(parameters["weights"])
    adds = np.zeros((len(columns), len(parameters["fields"])))
    for column, owner in enumerate(parameters["owner"]):
        adds[:, owner] += parts[:, column]
    return adds


def _told(spec: Mapping[str, Any], table: Table, place: int, adds: float) -> dict[str, Any]:
    value = table[spec["name"]][place]
    return {"name": spec["name"], "label": spec["label"], "value": _plain(value), "adds": round(adds, 3)}


def _plain(value: Any) -> Any:
    return value if isinstance(value, bool | int | float | str) or value is None else str(value)


def weights_by_level(parameters: Mapping[str, Any]) -> list[dict[str, Any]]:
    """For each field how far it can move the log-odds: {"label", "range"}, the widest first."""
    listed = []
    for place, spec in enumerate(parameters["fields"]):
        own = [w for w, owner in zip(parameters["weights"], parameters["owner"], strict=True) if owner == place]
        # Two spreads to either side of a number's middle are what most leads have.
        width = 4 * abs(own[0]) if spec["kind"] == "number" else max(own, default=0) - min(own, default=0)
        listed.append({"label": spec["label"], "range": round(width, 3)})
    return sorted(listed, key=lambda one: -one["range"])


def rows_to_table(rows: Sequence[Mapping[str, Any]], names: Sequence[str]) -> dict[str, list[Any]]:
    return {name: [row[name] for row in rows] for name in names}

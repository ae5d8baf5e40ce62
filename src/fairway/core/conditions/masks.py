"""A condition over many subjects at once: numpy columns in, one boolean mask out."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fairway.core.conditions.condition import Condition
from fairway.core.conditions.tree import Normal, Test
from fairway.core.conditions.values import comparison

Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Encoded:
    """A column by its distinct values: `values[codes[i]]` is row i.

    Comparisons touch each distinct value once.
    """

    codes: NDArray[np.int64]
    values: tuple[Any, ...]

    def __len__(self) -> int:
        return len(self.codes)


Column = NDArray[Any] | Encoded


def encode(raw: Iterable[Any]) -> Encoded:
    """Encode any column of hashable values or sets. Keep the result when the same column is asked often."""
    index: dict[Any, int] = {}
    codes = [index.setdefault(_hashable(value), len(index)) for value in raw]
    return Encoded(np.array(codes, dtype=np.int64), tuple(index))


def to_mask(condition: Condition, columns: Mapping[str, Column]) -> Mask:
    """One truth per row. `columns` maps field names to equally long columns and must hold every field named.

    Numbers and minor units: an int or float array (NaN is missing); dates: datetime64 (NaT is missing);
    truth: a bool array; everything else, and any of these with None in it: an object array or
    `encode(values)`. Raises KeyError for an absent column and ValueError for unequal lengths.
    """
    lengths = {len(column) for column in columns.values()}
    if len(lengths) > 1:
        raise ValueError("The columns have different lengths.")
    return _mask(condition.normal, columns, lengths.pop() if lengths else 0)


def _mask(node: Normal, columns: Mapping[str, Column], length: int) -> Mask:
    if isinstance(node, Test):
        return _test_mask(node, columns[node.field.name])
    combine = np.logical_and if node.match == "all" else np.logical_or
    result: Mask = np.full(length, node.match == "all")
    for part in node.parts:
        combine(result, _mask(part, columns, length), out=result)
    return result


def _test_mask(test: Test, column: Column) -> Mask:
    if not isinstance(column, Encoded) and column.dtype.kind in "fiuMb":
        present = ~_missing(column)
        compared = present if test.op == "is_not_empty" else _compared(test, column) & present
        return ~compared if test.negated else compared
    encoded = column if isinstance(column, Encoded) else encode(column.tolist())
    table = np.fromiter(map(comparison(test), encoded.values), dtype=np.bool_, count=len(encoded.values))
    return table[encoded.codes] if len(encoded.values) else np.zeros(0, dtype=np.bool_)


def _missing(column: NDArray[Any]) -> Mask:
    if column.dtype.kind == "f":
        return np.isnan(column)
    return np.isnat(column) if column.dtype.kind == "M" else np.zeros(len(column), dtype=np.bool_)


def _compared(test: Test, column: NDArray[Any]) -> Mask:
    if column.dtype.kind == "M":
        column = column.astype("datetime64[D]")
    match test.op, test.value:
        case "is", wanted:
            return column == _scalar(wanted)
        case "at_least", wanted:
            return column >= _scalar(wanted)
        case "at_most", wanted:
            return column <= _scalar(wanted)
        case "between", (low, high):
            return (column >= _scalar(low)) & (column <= _scalar(high))
    raise ValueError(f"Field {test.field.name} needs an encoded column for {test.op}.")


def _scalar(wanted: Any) -> Any:
    if isinstance(wanted, Decimal):
        return int(wanted) if wanted == wanted.to_integral_value() else float(wanted)
    return wanted if isinstance(wanted, (bool, int)) else np.datetime64(wanted)


def _hashable(value: Any) -> Any:
    return frozenset(value) if isinstance(value, (set, list, tuple)) else value

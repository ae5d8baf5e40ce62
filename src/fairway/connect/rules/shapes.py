"""The shape of a table: its column names, whatever their order, case and blanks."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence


def shape_of(columns: Iterable[str]) -> str:
    """The same for two tables whose columns have the same names; 40 hexadecimal digits."""
    names = sorted(_plain(column) for column in columns)
    return hashlib.sha256("\x1f".join(names).encode("utf-8", "surrogatepass")).hexdigest()[:40]


def placed(mapping: Mapping[str, str], columns: Sequence[str]) -> dict[str, str]:
    """A mapping (field → column) in the very names of these columns; fields whose column is not there are left out."""
    named = {_plain(column): column for column in reversed(columns)}
    return {field: named[_plain(column)] for field, column in mapping.items() if _plain(column) in named}


def _plain(column: str) -> str:
    return " ".join(column.split()).casefold()

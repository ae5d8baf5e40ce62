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


_OF_SALESFORCE = frozenset({"id", "createdbyid", "systemmodstamp"})


def own_id_column(columns: Sequence[str]) -> str | None:
    """The column by which other files of the same system name a row, where it is known; else None.

    Exports of Salesforce all have these columns; their own “Id” is the one that others refer to, whatever custom
    column of ids stands beside it.
    """
    named = {_plain(column): column for column in columns}
    return named["id"] if set(named) >= _OF_SALESFORCE else None


def _plain(column: str) -> str:
    return " ".join(column.split()).casefold()

"""Writing CSV that spreadsheets open without running any of it."""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

_STARTS_FORMULA = tuple("=+-@\t\r\n＝＋－＠")
_PLAIN_NUMBER = re.compile(r"[+-]?\d+(?:[.,]\d+)*%?", re.ASCII)
# So that spreadsheets read UTF-8 as what it is.
BYTE_ORDER_MARK = "\ufeff"


def safe_cell(value: Any) -> str:
    """A value as text that no spreadsheet takes for a formula: a leading =, +, - or @ gets an apostrophe before it.

    Numbers stay numbers, None becomes empty, and zero bytes are dropped.
    """
    text = "" if value is None else str(value).replace("\x00", "")
    bare = text.lstrip(" \u00a0\u200b\ufeff")
    if (text.startswith(_STARTS_FORMULA) or bare.startswith(_STARTS_FORMULA)) and not _PLAIN_NUMBER.fullmatch(text):
        return f"'{text}"
    return text


def csv_lines(header: Sequence[Any], rows: Iterable[Sequence[Any]]) -> Iterator[str]:
    """The file line by line, each ended by CRLF, every cell safe; begins with a byte-order mark."""
    yield BYTE_ORDER_MARK + _line(header)
    yield from map(_line, rows)


def _line(row: Sequence[Any]) -> str:
    buffer = io.StringIO(newline="")
    csv.writer(buffer).writerow([safe_cell(cell) for cell in row])
    return buffer.getvalue()

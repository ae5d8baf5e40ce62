"""Reading an uploaded table: CSV in any usual encoding and separator, plain or packed, in constant memory.

`open_table` looks at the file once and says how it will be read; `Table.lines` then goes through it, reports broken
lines one by one and goes on, and can begin anywhere. Pure: streams in, values out.
"""

import io
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, BinaryIO, NamedTuple, Protocol

from fairway.connect.rules.decoding import (
    DEFAULT_LIMITS,
    SAMPLE_BYTES,
    FileProblem,
    Limits,
    Unpacked,
    encoding_of,
    read_sample,
    refuse_other_kinds,
)
from fairway.connect.rules.records import Record, records
from fairway.core.words import Words
from fairway.core.words import said as _

SEPARATORS = (",", ";", "\t", "|")
_SEPARATOR_HINT = re.compile(r"^\ufeff?sep=(.)\r?\n?$", re.IGNORECASE)
_HEADER_WITHIN = 10


class Line(NamedTuple):
    """One record. `line` counts from 1 as an editor does; reading can be taken up again at `next_line`.

    `values` by column name, stripped of outer blanks; when there is a `problem` they are what could be read.
    `refused` and `doubtful` say of single columns why their cell cannot or should not be taken.
    """

    line: int
    next_line: int
    values: dict[str, str]
    problem: Words | None
    refused: Mapping[str, Words] = {}
    doubtful: Mapping[str, Words] = {}


@dataclass(frozen=True, slots=True)
class Reading:
    """How a file is read. Goes to JSON and back, so that a later run reads it the same way.

    A sheet of a workbook has neither encoding nor separator, but its name, those of the other sheets, and its
    merged blocks (top, left, bottom, right).
    """

    encoding: str
    separator: str
    columns: tuple[str, ...]
    first_line: int
    notes: tuple[Words, ...] = ()
    sheet: str = ""
    sheets: tuple[str, ...] = ()
    merges: tuple[tuple[int, ...], ...] = ()

    def as_json(self) -> dict[str, Any]:
        of_sheet = {"sheet": self.sheet, "sheets": list(self.sheets), "merges": [list(each) for each in self.merges]}
        return {
            "encoding": self.encoding,
            "separator": self.separator,
            "columns": list(self.columns),
            "first_line": self.first_line,
            **(of_sheet if self.sheet else {}),
        }

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> "Reading":
        merges = tuple(tuple(each) for each in data.get("merges", ()))
        return cls(
            data["encoding"], data["separator"], tuple(data["columns"]), data["first_line"],
            sheet=data.get("sheet", ""), sheets=tuple(data.get("sheets", ())), merges=merges,
        )  # fmt: skip


class AnyTable(Protocol):
    """A file that is read line by line: CSV or a sheet."""

    reading: Reading

    @property
    def columns(self) -> tuple[str, ...]: ...
    def lines(self, from_line: int | None = None) -> Iterator[Line]: ...
    def bytes_read(self) -> int: ...
    def close(self) -> None: ...


class Table:
    """A file with its reading. One pass at a time."""

    def __init__(self, unpacked: Unpacked, reading: Reading, limits: Limits):
        self._unpacked, self._limits = unpacked, limits
        self.reading = reading

    @property
    def columns(self) -> tuple[str, ...]:
        return self.reading.columns

    def lines(self, from_line: int | None = None) -> Iterator[Line]:
        """Every record after the header, or from a `next_line` on. Raises FileProblem where reading cannot go on."""
        begin = max(from_line or 0, self.reading.first_line)
        text = self._text()
        for _skipped in range(begin - 1):
            if not text.readline(self._limits.line_chars_max):
                return
        chars_max = self._limits.line_chars_max
        for record in records(text, self.reading.separator, first_line=begin, chars_max=chars_max):
            yield self._line(record)

    def bytes_read(self) -> int:
        """How many bytes of the file as uploaded have been read, for showing progress."""
        return self._unpacked.packed_bytes_read()

    def close(self) -> None:
        """Nothing is held but the stream, which belongs to the caller."""

    def _text(self) -> io.TextIOWrapper:
        self._unpacked.rewind()
        buffered = io.BufferedReader(_Keep(self._unpacked), buffer_size=64 * 1024)
        return io.TextIOWrapper(buffered, encoding=self.reading.encoding, errors="replace", newline="")

    def _line(self, record: Record) -> Line:
        columns, cells = self.columns, [cell.strip() for cell in record.cells]
        values = dict(zip(columns, cells, strict=False))
        return Line(record.line, record.next_line, values, record.problem or _problem(columns, cells))


class _Keep(io.RawIOBase):
    """The same bytes; closing this does not close the file below, which a later pass still needs."""

    def __init__(self, below: Unpacked):
        self._below = below

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        return self._below.readinto(buffer)


def open_table(
    stream: BinaryIO, *, encoding: str | None = None, separator: str | None = None, limits: Limits = DEFAULT_LIMITS
) -> Table:
    """Look at a seekable binary stream and say how to read it. Raises FileProblem with a sentence.

    `encoding` and `separator` are set where a person has corrected the guess.
    """
    unpacked = Unpacked(stream, limits)
    sample = read_sample(unpacked)
    if not sample.strip():
        raise FileProblem(_("The file is empty."))
    refuse_other_kinds(sample)
    encoding = encoding or encoding_of(unpacked)
    try:
        text = sample.decode(encoding, errors="replace")
    except LookupError:
        raise FileProblem(_("There is no encoding “%(name)s”.", name=encoding)) from None
    text = _whole_lines(text, is_cut=len(sample) >= SAMPLE_BYTES)
    hint = _SEPARATOR_HINT.match(text.partition("\n")[0] + "\n")
    separator = separator or (hint.group(1) if hint else None) or _separator(text)
    return Table(unpacked, _reading(text, encoding, separator, bool(hint), limits), limits)


def reopen_table(stream: BinaryIO, reading: Reading, limits: Limits = DEFAULT_LIMITS) -> Table:
    """The same file again, read as it was the first time."""
    return Table(Unpacked(stream, limits), reading, limits)


def _whole_lines(text: str, *, is_cut: bool) -> str:
    end = max(text.rfind("\n"), text.rfind("\r"))
    return text[: end + 1] if is_cut and end > 0 else text


def _reading(text: str, encoding: str, separator: str, has_hint: bool, limits: Limits) -> Reading:
    head = records(io.StringIO(text, newline=""), separator)
    rows = [record for record, _count in zip(head, range(200), strict=False) if not (has_hint and record.line == 1)]
    header, columns, notes = header_of(rows, limits)
    return Reading(encoding, separator, columns, header.next_line, tuple(notes))


def header_of(rows: list[Record], limits: Limits) -> tuple[Record, tuple[str, ...], list[Words]]:
    """The header among the first records, the names of its columns, and what a person should know of them."""
    header = _header(rows)
    if len(header.cells) > limits.columns_max:
        raise FileProblem(
            _("The file has more than %(n)s columns. Leave out what is not needed.", n=limits.columns_max)
        )
    columns, notes = _names(header.cells)
    if header is not rows[0]:
        notes.insert(0, _("The column names are on line %(line)s; what stands above is left out.", line=header.line))
    if any(_is_data(cell) for cell in header.cells):
        notes.append(_("The first line looks like data. The file needs column names in its first line."))
    return header, columns, notes


def _header(rows: list[Record]) -> Record:
    """The first record as wide as the table; titles above it have a cell or two."""
    usable = [row for row in rows if row.problem is None]
    if not usable:
        raise FileProblem(_("No line of the file can be read as a table. Check its quotes and its encoding."))
    width = Counter(len(row.cells) for row in usable).most_common(1)[0][0]
    for row in usable[:_HEADER_WITHIN]:
        named = sum(bool(cell.strip()) for cell in row.cells)
        if width < 3 or (len(row.cells) >= width - 1 and named > width / 2):
            return row
    return usable[0]


def _names(cells: list[str]) -> tuple[tuple[str, ...], list[Words]]:
    """Unique column names: a second “Email” becomes “Email (2)”, an empty one “Column 3”."""
    while len(cells) > 1 and not cells[-1].strip():
        cells = cells[:-1]
    names: list[str] = []
    notes: list[Words] = []
    for place, cell in enumerate(cells, start=1):
        wanted = " ".join(cell.split())[:100] or f"Column {place}"
        name, count = wanted, 1
        while name in names:
            count += 1
            name = f"{wanted} ({count})"
        if count > 1:
            notes.append(
                _("The column “%(name)s” comes twice; the later one is called “%(new)s”.", name=wanted, new=name)
            )
        names.append(name)
    return tuple(names), notes


def _separator(text: str) -> str:
    """The separator under which most lines have the header's number of cells, and that more than one."""
    return max(SEPARATORS, key=lambda separator: _score(text, separator))


def _score(text: str, separator: str) -> tuple[float, int]:
    found = records(io.StringIO(text, newline=""), separator)
    widths = [len(row.cells) for row, _count in zip(found, range(200), strict=False) if row.problem is None]
    if not widths:
        return (0.0, 0)
    width, lines = Counter(widths).most_common(1)[0]
    return (lines / len(widths) if width > 1 else 0.0, width)


def _is_data(cell: str) -> bool:
    return bool(re.fullmatch(r"\s*(-?\d+([.,]\d+)+|\d{4}-\d\d-\d\d.*|\S+@\S+\.\w+|\d{5,})\s*", cell))


def width_problem(columns: tuple[str, ...], cells: list[str]) -> Words:
    return _("This line has %(n)s cells; the header has %(all)s.", n=len(cells), all=len(columns))


def _problem(columns: tuple[str, ...], cells: list[str]) -> Words | None:
    if len(cells) < len(columns) or any(cells[len(columns) :]):
        return width_problem(columns, cells)
    text = "\n".join(cells)
    if "\x00" in text:
        return _("This line holds a zero byte, which no text has.")
    if "\ufffd" in text:
        return _("A letter of this line cannot be read. Save the file as UTF-8.")
    return None

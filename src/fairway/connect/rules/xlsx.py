"""Reading a sheet of a workbook as a table: the same lines as a CSV file gives, in constant memory."""

from collections.abc import Iterator
from typing import BinaryIO

from fairway.connect.rules.cellvalues import letters_of
from fairway.connect.rules.decoding import DEFAULT_LIMITS, FileProblem, Limits
from fairway.connect.rules.records import Record
from fairway.connect.rules.sheets import Merge, SheetRow, looked_through, rows_of
from fairway.connect.rules.tabular import Line, Reading, header_of, width_problem
from fairway.connect.rules.workbooks import Sheet, Workbook, open_workbook
from fairway.core.words import Words
from fairway.core.words import said as _

_HEAD_ROWS = 200
_NAMED_MERGES = 5


class SheetTable:
    """A sheet with its reading. One pass at a time."""

    def __init__(self, book: Workbook, reading: Reading, size: int, limits: Limits) -> None:
        self._book, self._size, self._limits = book, size, limits
        self._sheet = _chosen(book, reading.sheet)
        self._whole = max(1, book.package.size_of(self._sheet.part))
        self._read = 0
        self._merges = [Merge(*merge) for merge in reading.merges]
        self.reading = reading

    @property
    def columns(self) -> tuple[str, ...]:
        return self.reading.columns

    def lines(self, from_line: int | None = None) -> Iterator[Line]:
        """Every row under the header, or from a `next_line` on. Raises FileProblem where reading cannot go on."""
        begin = max(from_line or 0, self.reading.first_line)
        self._read = 0
        found = rows_of(self._book, self._sheet, from_row=begin, chars_max=self._limits.line_chars_max, told=self._told)
        return map(self._line, found)

    def bytes_read(self) -> int:
        """How far it is, as bytes of the file as uploaded, for showing progress."""
        return min(self._size, self._size * self._read // self._whole)

    def close(self) -> None:
        self._book.close()

    def _told(self, read: int) -> None:
        self._read = read

    def _line(self, row: SheetRow) -> Line:
        columns, width = self.columns, len(self.columns)
        cells = row.cells + [""] * (width - len(row.cells))
        values = dict(zip(columns, cells, strict=False))
        problems = {columns[place]: words for place, words in row.problems.items() if place < width}
        problem = width_problem(columns, cells) if any(cells[width:]) else _no_text(cells)
        return Line(row.number, row.number + 1, values, problem, problems, self._merged(row.number))

    def _merged(self, number: int) -> dict[str, Words]:
        """The columns of this row whose cell belongs to one further up or left."""
        found: dict[str, Words] = {}
        for merge in self._merges:
            if merge.top <= number <= merge.bottom:
                for place in range(merge.left, min(merge.right + 1, len(self.columns))):
                    if (number, place) != (merge.top, merge.left):
                        cell = f"{letters_of(place)}{number}"
                        text = _("The cell %(cell)s is merged with %(first)s; the value counts there only.",
                                 cell=cell, first=merge.first)  # fmt: skip
                        found[self.columns[place]] = text
        return found


def open_sheet(stream: BinaryIO, *, sheet: str | None = None, limits: Limits = DEFAULT_LIMITS) -> SheetTable:
    """Look at a workbook and say how to read it: the sheet that is asked for, or the first that is not hidden and
    holds something. Raises FileProblem with a sentence."""
    book = open_workbook(stream, limits)
    try:
        return SheetTable(book, _reading(book, sheet, limits), _size(stream), limits)
    except FileProblem:
        book.close()
        raise


def _reading(book: Workbook, sheet: str | None, limits: Limits) -> Reading:
    chosen, rows = _first_rows(book, sheet, limits)
    if not rows:
        raise FileProblem(_("The sheet “%(name)s” is empty.", name=chosen.name))
    # Rows end with their last value, so that they are filled up to the width of the fullest.
    width = max(sum(map(bool, row.cells)) for row in rows)
    head = [Record(row.number, row.number + 1, row.cells + [""] * (width - len(row.cells)), None) for row in rows]
    header, columns, notes = header_of(head, limits)
    merges, has_formulas = looked_through(book, chosen)
    below = [merge for merge in merges if merge.bottom >= header.line]
    sheets = tuple(each.name for each in book.sheets)
    notes += _notes(book, chosen, below, sheets, has_formulas=has_formulas)
    return Reading("", "", columns, header.next_line, tuple(notes), chosen.name, sheets, tuple(map(tuple, below)))


def reopen_sheet(stream: BinaryIO, reading: Reading, limits: Limits = DEFAULT_LIMITS) -> SheetTable:
    """The same sheet again, read as it was the first time."""
    book = open_workbook(stream, limits)
    try:
        return SheetTable(book, reading, _size(stream), limits)
    except FileProblem:
        book.close()
        raise


def _first_rows(book: Workbook, sheet: str | None, limits: Limits) -> tuple[Sheet, list[SheetRow]]:
    """The sheet and its first rows; an empty one gives way to the next when none was asked for."""
    asked = [_chosen(book, sheet)] if sheet else sorted(book.sheets, key=lambda each: each.is_hidden)
    for each in asked:
        found = rows_of(book, each, chars_max=limits.line_chars_max)
        rows = [row for row, _count in zip(found, range(_HEAD_ROWS), strict=False)]
        if rows:
            return each, rows
    return asked[0], []


def _chosen(book: Workbook, name: str) -> Sheet:
    found = next((each for each in book.sheets if each.name == name), None)
    if found is None:
        raise FileProblem(_("The workbook has no sheet “%(name)s”.", name=name[:60]))
    return found


def _notes(
    book: Workbook, chosen: Sheet, merges: list[Merge], sheets: tuple[str, ...], *, has_formulas: bool
) -> list[Words]:
    notes: list[Words] = []
    if len(sheets) > 1:
        notes.append(
            _(
                "The workbook has %(n)s sheets; this is “%(name)s”. Choose another below.",
                n=len(sheets),
                name=chosen.name,
            )
        )
    if merges:
        named = ", ".join(merge.first for merge in merges[:_NAMED_MERGES])
        named += " …" if len(merges) > _NAMED_MERGES else ""
        notes.append(
            _("Some cells are merged (%(cells)s). A value counts for the first of its cells only.", cells=named)
        )
    if book.is_uncalculated and has_formulas:
        notes.append(
            _("No spreadsheet has calculated this workbook yet. Results of formulas are those its writer put there.")
        )
    return notes


def _no_text(cells: list[str]) -> Words | None:
    if any("\x00" in cell for cell in cells):
        return _("This line holds a zero byte, which no text has.")
    return None


def _size(stream: BinaryIO) -> int:
    at = stream.tell()
    size = stream.seek(0, 2)
    stream.seek(at)
    return size

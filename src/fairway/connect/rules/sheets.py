"""The rows of a sheet, as a stream: each cell as text, with what is wrong with it."""

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

from fairway.connect.rules.cellvalues import letters_of, number_text, place_of, unescaped
from fairway.connect.rules.decoding import FileProblem
from fairway.connect.rules.workbooks import Attributes, Sheet, Workbook, damaged, parse
from fairway.core.words import Words
from fairway.core.words import said as _

MERGES_MAX = 2_000
_CELLS_MAX = 2_000
_MERGE = re.compile(rb"<(?:\w+:)?mergeCell\b[^>]*?\bref=\"([A-Z]{1,3})(\d{1,7}):([A-Z]{1,3})(\d{1,7})\"")


class SheetRow(NamedTuple):
    """`number` as the spreadsheet counts; `cells` without outer blanks. `problems` by place say why a cell has no
    value that could be taken."""

    number: int
    cells: list[str]
    problems: dict[int, Words]


class Merge(NamedTuple):
    """A block of merged cells: rows counted from 1, columns from 0, both ends belong to it."""

    top: int
    left: int
    bottom: int
    right: int

    @property
    def first(self) -> str:
        return f"{letters_of(self.left)}{self.top}"


def looked_through(book: Workbook, sheet: Sheet) -> tuple[list[Merge], bool]:
    """The first merged blocks of a sheet, and whether it holds formulas. Goes through all of its bytes, which also
    shows whether they are whole."""
    found: list[Merge] = []
    has_formulas = False
    rest = b""
    for chunk in book.package.chunks(sheet.part):
        data = rest + chunk
        has_formulas = has_formulas or b"<f>" in data or b"<f " in data
        for match in _MERGE.finditer(data):
            left, right = place_of(match[1].decode()), place_of(match[3].decode())
            if left is not None and right is not None and len(found) < MERGES_MAX:
                found.append(Merge(int(match[2]), left, int(match[4]), right))
        cut = data.rfind(b"<")
        rest = data[cut:][:500] if cut >= 0 else b""
    return found, has_formulas


def rows_of(
    book: Workbook, sheet: Sheet, *, from_row: int = 1, chars_max: int = 1_000_000,
    told: Callable[[int], None] | None = None,
) -> Iterator[SheetRow]:  # fmt: skip
    """The rows from one number on that say something. `told` hears how many bytes of the part have been read."""
    reader = _Rows(book, from_row, chars_max)
    read = 0

    def counted() -> Iterator[bytes]:
        nonlocal read
        for chunk in book.package.chunks(sheet.part):
            read += len(chunk)
            yield chunk

    for _step in parse(counted(), reader.start, reader.end, reader.said):
        if told is not None:
            told(read)
        yield from reader.taken()
        if reader.is_over:
            return


class _Rows:
    """Gathers the rows of one sheet while its parts stream by."""

    def __init__(self, book: Workbook, from_row: int, chars_max: int) -> None:
        self._book, self._from, self._chars_max = book, from_row, chars_max
        self._is_inside = self._is_wanted = self._listens = False
        self.is_over = False
        self._row, self._place = 0, -1
        self._done: list[SheetRow] = []
        self._cells: list[str] = []
        self._problems: dict[int, Words] = {}
        self._kind, self._style, self._aside, self._length = "n", "", 0, 0
        self._has_formula = False
        self._parts: list[str] = []

    def taken(self) -> list[SheetRow]:
        done, self._done = self._done, []
        return done

    def start(self, name: str, attributes: Attributes) -> None:
        if name == "c":
            if self._is_wanted:
                self._begin_cell(attributes)
        elif name == "v" or name == "t":
            self._listens = self._is_wanted and not self._aside
        elif name == "row":
            self._begin_row(attributes.get("r", ""))
        elif name == "f":
            self._has_formula = True
        elif name == "rPh":
            self._aside += 1
        elif name == "sheetData":
            self._is_inside = True

    def end(self, name: str) -> None:
        if name == "c":
            if self._is_wanted:
                self._end_cell()
        elif name == "v" or name == "t":
            self._listens = False
        elif name == "row":
            if self._is_wanted and (self._problems or any(self._cells)):
                self._done.append(SheetRow(self._row, self._cells, self._problems))
            self._is_wanted = False
        elif name == "rPh":
            self._aside -= 1
        elif name == "sheetData":
            self._is_inside, self.is_over = False, True

    def said(self, text: str) -> None:
        if self._listens:
            self._length += len(text)
            if self._length > self._chars_max:
                raise FileProblem(_("A cell of row %(row)s is longer than any table's.", row=self._row))
            self._parts.append(text)

    def _begin_row(self, number: str) -> None:
        said = int(number) if number.isascii() and number.isdigit() and len(number) < 9 else 0
        self._row = max(said, self._row + 1)
        self._is_wanted = self._is_inside and self._row >= self._from
        self._cells, self._problems, self._place = [], {}, -1

    def _begin_cell(self, attributes: Attributes) -> None:
        place = place_of(attributes.get("r", ""))
        self._place = self._place + 1 if place is None else place
        self._kind, self._style = attributes.get("t", "n"), attributes.get("s", "")
        self._has_formula, self._parts, self._length = False, [], 0

    def _end_cell(self) -> None:
        text = "".join(self._parts) if self._parts else ""
        if not text and not self._has_formula:
            return
        if self._place >= _CELLS_MAX:
            raise FileProblem(_("Row %(row)s reaches far beyond the table. Delete what stands there.", row=self._row))
        cells, place = self._cells, self._place
        while len(cells) <= place:
            cells.append("")
        if problem := self._problem(text):
            self._problems[place] = problem
        cells[place] = self._value(text).strip()

    def _problem(self, text: str) -> Words | None:
        if self._kind == "e":
            cell = f"{letters_of(self._place)}{self._row}"
            return _("The cell %(cell)s holds the error %(error)s. Mend it in the sheet.", cell=cell, error=text[:20])
        if self._has_formula and not text and self._kind != "str":
            cell = f"{letters_of(self._place)}{self._row}"
            return _(
                "The cell %(cell)s holds a formula without a result. Open the file in a spreadsheet, save it, and"
                " upload that.",
                cell=cell,
            )
        return None

    def _value(self, text: str) -> str:
        kind = self._kind
        if kind == "s":
            if not (text.isascii() and text.isdigit() and len(text) < 10):
                raise damaged()
            return self._book.texts.get(int(text))
        if kind == "n":
            style, formats = self._style, self._book.formats
            shown = formats[int(style)] if style.isdigit() and len(style) < 7 and int(style) < len(formats) else ""
            return number_text(text, shown, is_1904=self._book.is_1904) if text else ""
        if kind == "b":
            return "true" if text.strip() == "1" else "false"
        return "" if kind == "e" else unescaped(text)

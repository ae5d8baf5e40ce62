"""Records of separated text, line by line, that go on after a broken one."""

import csv
import io
from collections import deque
from collections.abc import Iterator
from typing import NamedTuple

from fairway.connect.rules.decoding import FileProblem
from fairway.core.words import Words
from fairway.core.words import said as _

# A record over more lines than any address or note has is a quote that was never closed.
RECORD_LINES_MAX = 200


class Record(NamedTuple):
    """`line` is where it begins, counted from 1 as an editor does; `next_line` where the one after it begins."""

    line: int
    next_line: int
    cells: list[str]
    problem: Words | None


class _UnclosedQuote(Exception):
    pass


class _Lines:
    """Lines with their number, which can be given back when the record that took them turns out broken."""

    def __init__(self, text: io.TextIOBase, first: int, chars_max: int):
        self._text, self._chars_max = text, chars_max
        self._waiting: deque[str] = deque()
        self._taken: list[str] = []
        self.next_line = first

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        line = self._waiting.popleft() if self._waiting else self._text.readline(self._chars_max)
        if not line:
            raise StopIteration
        if len(line) >= self._chars_max:
            raise FileProblem(
                _("Line %(line)s is longer than any table's. Is this CSV, with line breaks?", line=self.next_line)
            )
        if len(self._taken) >= RECORD_LINES_MAX:
            self._waiting.appendleft(line)
            raise _UnclosedQuote
        self._taken.append(line)
        self.next_line += 1
        return line

    def begin(self) -> None:
        self._taken.clear()

    def give_back_all_but_first(self) -> None:
        self._waiting.extendleft(reversed(self._taken[1:]))
        self.next_line -= len(self._taken) - 1


def records(
    text: io.TextIOBase, separator: str, *, first_line: int = 1, chars_max: int = 1_000_000
) -> Iterator[Record]:
    """Every record of the text, blank lines left out. Of a record whose quotes do not match, only the first line is
    lost: it comes with a problem and without cells, and reading goes on behind it."""
    lines = _Lines(text, first_line, chars_max)
    reader = csv.reader(lines, delimiter=separator, strict=True)
    while True:
        lines.begin()
        begins = lines.next_line
        try:
            cells = next(reader)
        except StopIteration:
            return
        except (csv.Error, _UnclosedQuote):
            lines.give_back_all_but_first()
            yield Record(begins, lines.next_line, [], _QUOTES)
            continue
        if any(cell.strip() for cell in cells):
            yield Record(begins, lines.next_line, cells, None)


_QUOTES = _("The quotes of this line do not match. Inside a quoted text, write a quote twice.")

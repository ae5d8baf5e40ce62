"""An import's file, opened as it was the first time: one table, joined with a second one where there is one."""

from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from itertools import islice
from typing import Any, BinaryIO

from fairway.connect.actions.files import open_file
from fairway.connect.models import ImportRun
from fairway.connect.rules.decoding import is_archive
from fairway.connect.rules.joining import Joined, guess_key, joined, names_beside
from fairway.connect.rules.tabular import AnyTable, Line, Reading, open_table, reopen_table
from fairway.connect.rules.xlsx import open_sheet, reopen_sheet

SAMPLE_LINES = 200


@dataclass(frozen=True, slots=True)
class Source:
    """Lines with all their columns."""

    table: AnyTable
    join: Joined | None

    @property
    def columns(self) -> tuple[str, ...]:
        return (*self.table.columns, *(self.join.names.values() if self.join else ()))

    def lines(self, from_line: int = 0) -> Iterator[Line]:
        found = self.table.lines(from_line)
        return map(self.join.added_to, found) if self.join else found

    def bytes_read(self) -> int:
        return self.table.bytes_read()


@contextmanager
def opened(run: ImportRun) -> Iterator[Source]:
    """Open the run's files as its reading says. Raises FileProblem and FileNotFoundError."""
    with open_file(run.stored_as) as file, closing(_reopened(file, run.reading)) as table:
        yield Source(table, _joined(run, table))


def _reopened(file: BinaryIO, reading: Mapping[str, Any]) -> AnyTable:
    kept = Reading.from_json(dict(reading))
    return reopen_sheet(file, kept) if kept.sheet else reopen_table(file, kept)


def _joined(run: ImportRun, table: AnyTable) -> Joined | None:
    second: Mapping[str, Any] = run.reading.get("join") or {}
    if not run.joined_as or not second.get("key"):
        return None
    with open_file(run.joined_as) as file, closing(_reopened(file, second["reading"])) as other:
        return joined(other.lines(), key=second["key"], on=second["on"], first=table.columns, second=other.columns)


def first_reading(
    file: BinaryIO, *, encoding: str | None = None, separator: str | None = None, sheet: str | None = None
) -> dict[str, Any]:
    """How a file is to be read, as JSON, with notes for the person. Raises FileProblem."""
    table: AnyTable
    if is_archive(file):
        table = open_sheet(file, sheet=sheet)
    else:
        table = open_table(file, encoding=encoding, separator=separator)
    with closing(table):
        return {**table.reading.as_json(), "notes": [str(note) for note in table.reading.notes]}


def joined_reading(reading: dict[str, Any], second: dict[str, Any], file_name: str) -> dict[str, Any]:
    """`reading` with the second file's, and the key that seems to connect them."""
    key = guess_key(reading["columns"], second["columns"])
    on, of_second = key if key else ("", "")
    return {**reading, "join": {"reading": second, "file_name": file_name, "on": on, "key": of_second}}


def sample(run: ImportRun, most: int = SAMPLE_LINES) -> tuple[Source, list[Line]]:
    """The source, closed again, for its columns and its join; and its first lines."""
    with opened(run) as source:
        return source, list(islice(source.lines(), most))


def columns_of(run: ImportRun) -> tuple[str, ...]:
    """All columns a line of the run has, by its reading alone: those of the second file behind those of the first."""
    columns = run.reading["columns"]
    join = run.reading.get("join") or {}
    if not join.get("key"):
        return tuple(columns)
    return (*columns, *names_beside(columns, join["reading"]["columns"], join["key"]).values())

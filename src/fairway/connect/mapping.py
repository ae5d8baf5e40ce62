"""From a line of a file to the values of a target: by the mapping a person confirmed, and defaults for all rows."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fairway.connect.models import ImportRun
from fairway.connect.rules.joining import Joined
from fairway.connect.rules.mapping import Guess, forbidden_columns, guess, pick
from fairway.connect.rules.shapes import own_id_column
from fairway.connect.rules.tabular import Line
from fairway.connect.source import Source, sample
from fairway.core.imports import RowIssue, Target, target
from fairway.core.words import Words, said


@dataclass(frozen=True, slots=True)
class Read:
    """What one line became: a typed row or None, and what is wrong with it."""

    line: Line
    values: Mapping[str, str]
    row: Any
    issues: tuple[RowIssue, ...]

    @property
    def is_refused(self) -> bool:
        return self.row is None


def values_of(line: Line, columns: Mapping[str, str], defaults: Mapping[str, str]) -> dict[str, str]:
    """Values by field name; a default stands where the line has none."""
    values = pick(line.values, columns)
    for name, value in defaults.items():
        if not values.get(name):
            values[name] = value
    return values


@dataclass(frozen=True, slots=True)
class LineReader:
    """Turns the lines of a run into typed rows."""

    target: Target[Any]
    columns: Mapping[str, str]
    defaults: Mapping[str, str]
    join: Joined | None

    def read(self, line: Line) -> Read:
        if line.problem is not None:
            return Read(line, {}, None, (RowIssue(line.line, "", line.problem),))
        values = values_of(line, self.columns, self.defaults)
        if line.refused and (refused := self._issues(line, line.refused)):
            return Read(line, values, None, refused)
        row, issues = self.target.parse(values, line.line)
        if line.doubtful:
            issues = [*issues, *self._issues(line, line.doubtful, is_warning=True)]
        if self.join and (missing := self.join.missing(line)):
            issues = [*issues, RowIssue(line.line, "", missing, is_warning=True)]
        return Read(line, values, row, tuple(issues))

    def _issues(self, line: Line, said: Mapping[str, Words], *, is_warning: bool = False) -> tuple[RowIssue, ...]:
        """What is said of columns that are read; the others do not matter."""
        return tuple(
            RowIssue(line.line, field, said[column], is_warning=is_warning)
            for field, column in self.columns.items()
            if column in said
        )


def reader_for(run: ImportRun, source: Source) -> LineReader:
    return LineReader(target(run.kind), run.mapping, run.options.get("defaults", {}), source.join)


def guesses(columns: tuple[str, ...], lines: list[Line], wanted: Target[Any]) -> list[Guess]:
    samples = {column: [text for line in lines if (text := line.values.get(column, ""))] for column in columns}
    own = own_id_column(columns)
    # Beside the system's own id, a custom one would only be chosen because its name is longer.
    rivals = {column for column in columns if own and column != own and _is_rival(column)}
    found = {each.column: each for each in guess([c for c in columns if c not in rivals], samples, wanted.fields)}
    why = (said("“%(column)s” is the id by which other files name a row.", column=own or ""),)
    return [found.get(column) or Guess(column, None, 0.0, why) for column in columns]


def _is_rival(column: str) -> bool:
    return column.casefold().replace("_", " ").removesuffix("  c") in {"external id", "externalid"}


def first_mapping(run: ImportRun) -> tuple[dict[str, str], dict[str, str]]:
    """(field → column, defaults) as guessed for a new upload. Raises FileProblem."""
    wanted = target(run.kind)
    source, lines = sample(run)
    chosen = {each.field: each.column for each in guesses(source.columns, lines, wanted) if each.field}
    return chosen, {field.name: field.default for field in wanted.fields if field.default}


def readable_columns(source: Source, wanted: Target[Any]) -> frozenset[str]:
    """The columns that may be kept with a refused row: all but those about a person's life."""
    return frozenset(source.columns) - forbidden_columns(source.columns, wanted.fields)

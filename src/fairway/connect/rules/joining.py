"""A second file whose lines add columns to those of the first, found by a key."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from fairway.connect.rules.decoding import FileProblem
from fairway.connect.rules.tabular import Line
from fairway.core.words import Words
from fairway.core.words import said as _

ROWS_MAX = 200_000
_WHOLE = re.compile(r"^-?\d+\.0+$", re.ASCII)


def key_of(text: str) -> str:
    """A key as both files mean it: programs that see numbers write 31 as 31.0."""
    bare = text.strip()
    return bare.partition(".")[0] if _WHOLE.match(bare) else bare.casefold()


@dataclass(frozen=True, slots=True)
class Joined:
    """The second file in memory. `names` maps its columns to what they are called beside those of the first."""

    on: str
    names: Mapping[str, str]
    rows: Mapping[str, Mapping[str, str]]

    def added_to(self, line: Line) -> Line:
        """The line with the columns of the second file, empty where its key is not there."""
        found = self._row(line) or {}
        return line._replace(values={**line.values, **{new: found.get(old, "") for old, new in self.names.items()}})

    def missing(self, line: Line) -> Words | None:
        """What to say when a line has a key that the second file does not have."""
        key = line.values.get(self.on, "")
        if not key or self._row(line) is not None:
            return None
        return _("The second file has no “%(key)s”, so its columns are empty here.", key=key)

    def _row(self, line: Line) -> Mapping[str, str] | None:
        return self.rows.get(key_of(line.values.get(self.on, "")))


def names_beside(first: Sequence[str], second: Sequence[str], key: str) -> dict[str, str]:
    """What the second file's columns are called: their own names, or “City (2)” where the first has a “City”."""
    names: dict[str, str] = {}
    taken = set(first)
    for column in second:
        if column == key:
            continue
        name, count = column, 1
        while name in taken:
            count += 1
            name = f"{column} ({count})"
        taken.add(name)
        names[column] = name
    return names


def joined(lines: Iterable[Line], *, key: str, on: str, first: Sequence[str], second: Sequence[str]) -> Joined:
    """Read the second file. Raises FileProblem when its key repeats or it is too long to be looked things up in."""
    rows: dict[str, Mapping[str, str]] = {}
    for line in lines:
        if line.problem is not None:
            raise FileProblem(
                _("Line %(line)s of the second file: %(problem)s", line=line.line, problem=str(line.problem))
            )
        found = key_of(line.values[key])
        if found in rows:
            raise FileProblem(
                _(
                    "“%(key)s” comes twice in “%(column)s” of the second file. Join on a column without repeats.",
                    key=line.values[key],
                    column=key,
                )
            )
        if len(rows) >= ROWS_MAX:
            raise FileProblem(
                _("The second file has more than %(n)s lines. Join the smaller to the larger.", n=ROWS_MAX)
            )
        rows[found] = line.values
    return Joined(on, names_beside(first, second, key), rows)


def guess_key(first: Sequence[str], second: Sequence[str]) -> tuple[str, str] | None:
    """(column of the first file, column of the second) that look like the key; None when nothing does."""
    plain = {_plain(column): column for column in reversed(first)}
    shared = [(plain[_plain(column)], column) for column in second if _plain(column) in plain]
    telling = [pair for pair in shared if _plain(pair[1]).endswith(("key", "id", "code", "number", "no"))]
    return next(iter([*telling, *shared]), None)


def _plain(name: str) -> str:
    return re.sub(r"[\W_]+", "", name).casefold()

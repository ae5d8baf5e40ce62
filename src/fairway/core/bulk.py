"""Many rows at once, under row security.

COPY into a table under row security is refused to every role below the owner, so bulk actions copy into a
temporary table of their own and INSERT … SELECT from there.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import count
from typing import Any

from django.db import connection

_numbers = count(1)


@contextmanager
def staged(columns: Mapping[str, str], rows: Iterable[Sequence[Any]], *, is_joined: bool = True) -> Iterator[str]:
    """Copy `rows` into a temporary table and yield its name; it is dropped at the end of the block.

    `columns` maps a name to its SQL type, in the order of the values of a row. Lists become arrays; JSON is passed
    as text. Needs a transaction. The names are the caller's own, never a person's input. What is only read from end to
    end, and not joined, needs no statistics.
    """
    name = f"staged_{next(_numbers)}"
    declared = ", ".join(f"{column} {kind}" for column, kind in columns.items())
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TEMPORARY TABLE {name} ({declared}) ON COMMIT DROP")
        with connection.wrap_database_errors, cursor.copy(f"COPY {name} ({', '.join(columns)}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
        if is_joined:
            cursor.execute(f"ANALYZE {name}")
        yield name
        cursor.execute(f"DROP TABLE {name}")

"""Filling large tables: their indexes and keys are taken away before, and made again after, in one transaction."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from django.db import connection

# Foreign keys of the table, unique constraints that nothing points to, and plain indexes.
_CONSTRAINTS = """
SELECT c.conname, pg_get_constraintdef(c.oid) FROM pg_constraint c
 WHERE c.conrelid = %s::regclass AND (c.contype = 'f' OR c.contype = 'u'
  AND NOT EXISTS (SELECT 1 FROM pg_constraint f WHERE f.contype = 'f' AND f.conindid = c.conindid))
 ORDER BY c.contype DESC, c.conname
"""
_INDEXES = """
SELECT i.indexrelid::regclass::text, replace(pg_get_indexdef(i.indexrelid), ' ON ONLY ', ' ON ') FROM pg_index i
 WHERE i.indrelid = %s::regclass AND NOT EXISTS (SELECT 1 FROM pg_constraint c WHERE c.conindid = i.indexrelid)
 ORDER BY 1
"""


@contextmanager
def without_indexes(tables: Sequence[str]) -> Iterator[None]:
    """Inside a transaction. What was taken away is made again word by word, keys checked as a whole."""
    again: list[str] = []
    keys: list[str] = []
    with connection.cursor() as cursor:
        for table in tables:
            cursor.execute(_CONSTRAINTS, [table])
            for name, definition in cursor.fetchall():
                cursor.execute(f'ALTER TABLE {table} DROP CONSTRAINT "{name}"')
                add = f'ALTER TABLE {table} ADD CONSTRAINT "{name}" {definition}'
                (keys if definition.startswith("FOREIGN KEY") else again).append(add)
            cursor.execute(_INDEXES, [table])
            for name, definition in cursor.fetchall():
                cursor.execute(f"DROP INDEX {name}")
                again.append(definition)
        yield
        for statement in [*again, *keys]:
            cursor.execute(statement)
        for table in tables:
            cursor.execute(f"ANALYZE {table}")


def continue_numbers(tables: Sequence[str]) -> None:
    """Let the identity of each table go on after its highest id."""
    with connection.cursor() as cursor:
        for table in tables:
            cursor.execute(
                f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), greatest(1, (SELECT max(id) FROM {table})))"
            )

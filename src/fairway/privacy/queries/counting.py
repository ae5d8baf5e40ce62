"""Counting the rows of many tables in a few statements."""

from collections.abc import Iterable
from itertools import islice
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection, models

# Few enough that the plan of one statement stays small.
AT_ONCE = 40


def counted_together(asked: Iterable[tuple[str, models.QuerySet]]) -> dict[str, int]:
    """Name → how many rows the queries of that name find together; those that find none are left out."""
    waiting, counted = iter(asked), dict[str, int]()
    while part := list(islice(waiting, AT_ONCE)):
        for name, rows in _counted(part):
            counted[name] = counted.get(name, 0) + rows
    return counted


def _counted(asked: Iterable[tuple[str, models.QuerySet]]) -> list[tuple[str, int]]:
    parts, values = [], list[Any]()
    for name, rows in asked:
        try:
            sql, given = rows.order_by().values("pk").query.sql_with_params()
        except EmptyResultSet:
            continue
        parts.append(f"SELECT %s::text AS name, count(*) AS rows FROM ({sql}) AS found")
        values += [name, *given]
    if not parts:
        return []
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT name, rows FROM ({' UNION ALL '.join(parts)}) AS counted WHERE rows > 0", values)
        return [(name, count) for name, count in cursor.fetchall()]

"""Counting by rolling month, in the database."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db.models import Aggregate, DateField, DateTimeField, FloatField, Func, IntegerField, QuerySet, Value


class MonthOf(Func):
    """Which rolling month a day or instant lies in: 1 for the first, 0 before it."""

    function = "width_bucket"
    output_field = IntegerField()

    def __init__(self, column: str, bounds: Sequence[date] | Sequence[datetime]) -> None:
        of_instants = isinstance(bounds[0], datetime)
        base = DateTimeField() if of_instants else DateField()
        super().__init__(column, Value(list(bounds[:-1]), output_field=ArrayField(base)))


class Percentile(Aggregate):
    """The value below which a share of the rows lies, interpolated (percentile_cont)."""

    template = "percentile_cont(%(share)s) WITHIN GROUP (ORDER BY %(expressions)s)"
    output_field = FloatField()

    def __init__(self, expression: Any, share: float, **extra: Any) -> None:
        super().__init__(expression, share=float(share), **extra)


def by_month(rows: QuerySet, column: str, bounds: Sequence[Any], months: int, **measures: Any) -> list[dict[str, Any]]:
    """One dict of measures for each month, oldest first; months without rows have None in each."""
    kept = rows.filter(**{f"{column}__gte": bounds[0], f"{column}__lt": bounds[-1]})
    found = kept.annotate(month=MonthOf(column, bounds)).order_by().values("month").annotate(**measures)
    by_number = {row.pop("month"): row for row in found.values("month", *measures)}
    empty = dict.fromkeys(measures)
    return [by_number.get(number, empty) for number in range(1, months + 1)]

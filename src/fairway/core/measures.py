"""Measures: what is counted, declared once by the app that knows its rows, shown by reviews and reports.

    measures.register(Measure("offers.made", _("Offers made"), Offer, when="offered_at", value=Count("pk")))

A measure says over which rows, by which moment, and how they add up; never over whom or when: that is the reader's
scope and window. Measures over the same rows and moment are answered by one query.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

from django.contrib.postgres.fields import ArrayField
from django.db.models import (
    Aggregate,
    DateField,
    DateTimeField,
    ExpressionWrapper,
    F,
    FloatField,
    Func,
    IntegerField,
    Model,
    Q,
    QuerySet,
    Value,
)
from django.db.models.functions import Extract
from django.utils.functional import Promise

Unit = Literal["count", "minor", "amount", "hours"]
Bounds = Sequence[date] | Sequence[datetime]


@dataclass(frozen=True, slots=True)
class Measure:
    """`when` is the column of the moment that counts; `of` narrows the rows that add up.

    unit   count; minor (integer minor units of the vendor's currency); amount (decimal, as the source had it); hours
    """

    name: str
    label: str | Promise
    model: type[Model]
    when: str
    value: Callable[[Q | None], Aggregate]
    unit: Unit = "count"
    of: Q | None = None

    @property
    def expression(self) -> Aggregate:
        return self.value(self.of)

    @property
    def is_by_day(self) -> bool:
        return not isinstance(self.model._meta.get_field(self.when), DateTimeField)


_measures: dict[str, Measure] = {}


def register(*found: Measure) -> None:
    """Declare measures. The same name twice with another meaning is an error."""
    for measure in found:
        known = _measures.setdefault(measure.name, measure)
        if (known.model, known.when) != (measure.model, measure.when):
            raise ValueError(f"There are two measures called {measure.name}.")


def measure(name: str) -> Measure:
    return _measures[name]


def registered() -> list[Measure]:
    return [_measures[name] for name in sorted(_measures)]


class Percentile(Aggregate):
    """The value below which a share of the rows lies, interpolated (percentile_cont)."""

    template = "percentile_cont(%(share)s) WITHIN GROUP (ORDER BY %(expressions)s)"
    output_field = FloatField()

    def __init__(self, expression: Any, share: float, **extra: Any) -> None:
        super().__init__(expression, share=float(share), **extra)


def hours_between(later: str, earlier: str) -> ExpressionWrapper:
    """Hours from one column of instants to another."""
    return ExpressionWrapper(Extract(F(later) - F(earlier), "epoch") / 3600.0, output_field=FloatField())


class PeriodOf(Func):
    """Which of some consecutive periods a day or instant lies in: 1 for the first."""

    function = "width_bucket"
    output_field = IntegerField()

    def __init__(self, column: str, bounds: Bounds) -> None:
        base = DateTimeField() if isinstance(bounds[0], datetime) else DateField()
        super().__init__(column, Value(list(bounds[:-1]), output_field=ArrayField(base)))


Narrow = Callable[[QuerySet], QuerySet]


def by_period(names: Iterable[str], days: Sequence[date], instants: Sequence[datetime], narrow: Narrow) -> list[dict]:
    """Values of measures in consecutive periods: one dict by name for each, None where no row lies.

    `days` and `instants` are the same bounds, one more than periods, the last excluded. `narrow` puts the reader's
    choice of partners on the rows. Each pair of model and moment costs one query.
    """
    result: list[dict[str, Any]] = [{} for _ in days[1:]]
    for group in _grouped(names):
        bounds: Bounds = days if group[0].is_by_day else instants
        rows = narrow(_within(group[0], bounds))
        values = {m.name.replace(".", "__"): m.expression for m in group}
        found = rows.annotate(period=PeriodOf(group[0].when, bounds)).order_by().values("period").annotate(**values)
        by_number = {row["period"]: row for row in found.values("period", *values)}
        for number, cell in enumerate(result, start=1):
            row = by_number.get(number, {})
            cell.update({m.name: row.get(m.name.replace(".", "__")) for m in group})
    return result


def in_all(names: Iterable[str], days: Sequence[date], instants: Sequence[datetime], narrow: Narrow) -> dict[str, Any]:
    """Values of measures over the whole span of the bounds. For what does not add up: medians, distinct counts."""
    result: dict[str, Any] = {}
    for group in _grouped(names):
        rows = narrow(_within(group[0], days if group[0].is_by_day else instants))
        values = rows.aggregate(**{m.name.replace(".", "__"): m.expression for m in group})
        result |= {m.name: values[m.name.replace(".", "__")] for m in group}
    return result


def _within(measure: Measure, bounds: Bounds) -> QuerySet:
    manager: Any = measure.model._default_manager
    return manager.filter(**{f"{measure.when}__gte": bounds[0], f"{measure.when}__lt": bounds[-1]})


def _grouped(names: Iterable[str]) -> list[list[Measure]]:
    groups: dict[tuple[type[Model], str], list[Measure]] = {}
    for name in names:
        found = measure(name)
        groups.setdefault((found.model, found.when), []).append(found)
    return list(groups.values())

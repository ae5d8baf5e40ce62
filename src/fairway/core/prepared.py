"""Queries written with the ORM, compiled once, run many times.

Django builds and compiles a query anew for every request, which costs more than most of them take to run. A prepared
query keeps the SQL per shape of context (which surface, one partner or several) and per argument; the values of the
context are put in when it runs, by the same scope that other queries go through, so it fails closed as they do.

    @prepared
    def open_offers(seat: str = "all") -> QuerySet:
        return Offer.objects.filter(state="open", lapses_at__gt=Given("at", DateTimeField())).values("uid", "title")

    open_offers()[:20]                          # not without its given value
    open_offers(given={"at": clock.now()})[:20] # a list of dicts
    open_offers(given={"at": clock.now()}).count_to(1_000)

Several questions are asked in one trip to the database:

    rows, count = open_offers().rows(0, 200), open_offers().counted(1_000)
    together(rows, count)
    rows.answer, count.answer

Arguments choose the form of the query and come from closed sets (a state, an order), never from what a person typed:
each combination is compiled and kept. What a person typed is `Given`.
"""

from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from functools import update_wrapper
from itertools import chain
from typing import Any, Generic, TypeVar

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Field, QuerySet
from django.db.models.expressions import Expression
from django.utils import timezone

from fairway.core.tenancy.context import Context, current_or_none
from fairway.core.tenancy.scope import left_open, shape_of

KEPT = 256
T = TypeVar("T")
U = TypeVar("U")


@dataclass(frozen=True, slots=True)
class Slot:
    """Stands among the parameters for a value that is given at run time."""

    name: str


class Given(Expression):
    """A value that is given when the query runs."""

    def __init__(self, name: str, output_field: Field) -> None:
        super().__init__(output_field=output_field)
        self.name = name

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        return "%s", (Slot(self.name),)


@dataclass(frozen=True, slots=True)
class Compiled:
    """SQL whose parameters are values, slots, or functions of the context; and how to read its rows."""

    sql: str
    params: tuple[Any, ...]
    names: tuple[str, ...]
    converters: tuple[tuple[int, Any, Sequence[Callable[..., Any]]], ...]

    def values(self, given: Mapping[str, Any], *more: Any) -> list[Any]:
        """The parameters in the context in force, and `more` behind them."""
        context = current_or_none()
        return [*(_value(param, context, given) for param in self.params), *more]

    def read(self, rows: list[tuple]) -> list[dict[str, Any]]:
        """Rows of the database as dicts."""
        # A row may carry columns more than its names: what it is ordered by.
        read = [dict(zip(self.names, row, strict=False)) for row in rows]
        for number, expression, convert in self.converters:
            name = self.names[number]
            for row in read:
                for each in convert:
                    row[name] = each(row[name], expression, connection)
        return read


def _value(param: Any, context: Context | None, given: Mapping[str, Any]) -> Any:
    if isinstance(param, Slot):
        return given[param.name]
    return param(context) if callable(param) else param


class Wanted(Generic[T]):
    """An answer, and how to get it: `answer` asks the database once, unless `together` has asked already."""

    __slots__ = ("_answer", "_params", "_read", "_sql")

    def __init__(self, sql: str, params: list[Any], read: Callable[[list[tuple]], T]) -> None:
        self._sql, self._params, self._read = sql, params, read
        self._answer: T | None = None

    @classmethod
    def known(cls, answer: T) -> "Wanted[T]":
        wanted: Wanted[T] = cls("", [], lambda rows: answer)
        wanted._answer = answer
        return wanted

    @property
    def answer(self) -> T:
        together(self)
        return self._answer  # type: ignore[return-value]

    def then(self, change: Callable[[T], U]) -> "Wanted[U]":
        """The same question, its answer changed by a function."""
        if not self._sql:
            return Wanted.known(change(self.answer))
        return Wanted(self._sql, self._params, lambda rows: change(self._read(rows)))


def together(*wanted: Wanted[Any]) -> None:
    """Ask what is still open of these, in one trip to the database."""
    open_ = list({id(each): each for each in wanted if each._sql}.values())
    if not open_:
        return
    with connection.cursor() as cursor:
        cursor.execute("; ".join(each._sql for each in open_), [value for each in open_ for value in each._params])
        for number, each in enumerate(open_):
            if number:
                cursor.nextset()
            each._answer, each._sql = each._read(cursor.fetchall()), ""


# What a badge shows, perhaps not asked for yet.
Count = int | str | Wanted[int] | Wanted[int | str] | Wanted[int | None] | None


def answer_of(count: Count) -> int | str | None:
    return count.answer if isinstance(count, Wanted) else count


@dataclass(frozen=True, slots=True)
class Asked:
    """A prepared query with its values: rows are read by slicing."""

    query: "Prepared"
    args: tuple[Hashable, ...]
    given: Mapping[str, Any]

    def __getitem__(self, part: slice) -> list[dict[str, Any]]:
        """The rows as dicts. Both ends of the slice are given, or only the second."""
        return self.rows(part.start or 0, part.stop).answer

    def rows(self, first: int, stop: int) -> Wanted[list[dict[str, Any]]]:
        """The rows from `first` to before `stop`."""
        compiled = self.query.compiled(self.args)
        if compiled is None or stop <= first:
            return Wanted.known([])
        sql = f"{compiled.sql} LIMIT %s OFFSET %s"
        return Wanted(sql, compiled.values(self.given, stop - first, first), compiled.read)

    def count_to(self, most: int) -> int:
        """How many rows there are, counted no further than `most`."""
        return self.counted(most).answer

    def counted(self, most: int) -> Wanted[int]:
        compiled = self.query.compiled(self.args, is_ordered=False)
        if compiled is None:
            return Wanted.known(0)
        sql = f"SELECT COUNT(*) FROM ({compiled.sql} LIMIT %s) counted"
        return Wanted(sql, compiled.values(self.given, most), lambda rows: rows[0][0])


class Prepared:
    """What `prepared` makes of a function that returns a queryset of `values()`."""

    def __init__(self, build: Callable[..., QuerySet]) -> None:
        self.build = build
        self._kept: OrderedDict[Hashable, Compiled | None] = OrderedDict()
        update_wrapper(self, build)

    def __call__(self, *args: Hashable, given: Mapping[str, Any] | None = None) -> Asked:
        return Asked(self, args, given or {})

    def queryset(self, *args: Any) -> QuerySet:
        """The query as the ORM runs it, for callers that go on building."""
        return self.build(*args)

    def compiled(self, args: tuple[Hashable, ...], *, is_ordered: bool = True) -> Compiled | None:
        """For the context in force; None when the ORM knows that no row can match."""
        key = (args, is_ordered, shape_of(current_or_none()), str(timezone.get_current_timezone()))
        try:
            return self._kept[key]
        except KeyError:
            return self._keep(key, self._compile(args, is_ordered=is_ordered))

    def _keep(self, key: Hashable, compiled: Compiled | None) -> Compiled | None:
        if len(self._kept) >= KEPT:
            self._kept.popitem(last=False)
        self._kept[key] = compiled
        return compiled

    def _compile(self, args: tuple[Hashable, ...], *, is_ordered: bool) -> Compiled | None:
        rows = self.build(*args)
        query = rows.query if is_ordered else rows.order_by().query
        compiler = query.get_compiler(connection=connection)
        try:
            with left_open():
                sql, params = compiler.as_sql()
        except EmptyResultSet:
            return None
        read = compiler.get_converters([each[0] for each in compiler.select[: compiler.col_count]])
        converters = tuple((number, expression, convert) for number, (convert, expression) in read.items())
        return Compiled(sql, tuple(params), _names(query), converters)


def _names(query: Any) -> tuple[str, ...]:
    """As QuerySet.values() names its columns."""
    if query.selected:
        return tuple(query.selected)
    return tuple(chain(query.extra_select, query.values_select, query.annotation_select))


def prepared(build: Callable[..., QuerySet]) -> Prepared:
    """Decorator: the function returns a queryset with `values()` and, if its order matters, `order_by()`."""
    return Prepared(build)

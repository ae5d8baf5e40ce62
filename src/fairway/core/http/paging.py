"""Pages of a list: by number with a capped count, or by key for lists without end."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpRequest, QueryDict

from fairway.core.keyset import beyond
from fairway.core.prepared import Asked, together

COUNT_CAP = 10_000
PAGE_SIZE = 50


@dataclass(frozen=True, slots=True)
class Page:
    """Some rows of a list and how to go on. `count` is None when nobody counted."""

    rows: Sequence[Any]
    number: int = 1
    size: int = PAGE_SIZE
    count: int | None = None
    is_capped: bool = False
    next_query: str = ""
    previous_query: str = ""

    @property
    def first(self) -> int:
        return (self.number - 1) * self.size + 1 if self.rows else 0

    @property
    def last(self) -> int:
        return self.first + len(self.rows) - 1 if self.rows else 0


def changed_query(params: QueryDict, **changes: str | int | None) -> str:
    """The query string of `params` with some values set, or left out when None; begins with “?”."""
    pairs = [(name, value) for name, values in params.lists() if name not in changes for value in values if value]
    pairs += [(name, str(value)) for name, value in changes.items() if value is not None]
    return "?" + urlencode(pairs)


def _number(text: str | None) -> int:
    return max(1, int(text)) if text and text.isdecimal() and len(text) < 7 else 1


def paginate(
    rows: QuerySet | Asked,
    request: HttpRequest,
    *,
    size: int = PAGE_SIZE,
    cap: int = COUNT_CAP,
    counted: QuerySet | None = None,
) -> Page:
    """One page of `rows` by `?page=`; counts no further than `cap`. Two queries whatever the size, in one trip to the
    database where they are prepared. `counted` are the same rows without what only their columns need to be joined."""
    if not isinstance(rows, Asked):
        count = (rows if counted is None else counted).order_by()[: cap + 1].count()
        return _page_of(lambda first, stop: rows[first:stop], request, size=size, count=count, cap=cap)
    number_of, start = rows.counted(cap + 1), (_number(request.GET.get("page")) - 1) * size
    # Far in, it is better known first whether there are rows: passing over many costs.
    here = rows.rows(start, start + size if start < cap else start)
    together(number_of, here)

    def read(first: int, stop: int) -> Iterable[Any]:
        return here.answer if first == start < cap else rows[first:stop]

    return _page_of(read, request, size=size, count=number_of.answer, cap=cap)


def paginate_rows(rows: Sequence[Any], request: HttpRequest, *, size: int = PAGE_SIZE) -> Page:
    """One page of rows that are at hand already, such as groups that the database has added up."""
    return _page_of(lambda first, stop: rows[first:stop], request, size=size, count=len(rows), cap=len(rows))


def _page_of(
    read: Callable[[int, int], Iterable[Any]], request: HttpRequest, *, size: int, count: int, cap: int
) -> Page:
    number = _number(request.GET.get("page"))
    if (number - 1) * size >= count:
        number = max(1, -(-min(count, cap) // size))
    has_next = number * size < count
    return Page(
        rows=list(read((number - 1) * size, number * size)),
        number=number,
        size=size,
        count=min(count, cap),
        is_capped=count > cap,
        next_query=changed_query(request.GET, page=number + 1) if has_next else "",
        previous_query=changed_query(request.GET, page=number - 1 if number > 2 else None) if number > 1 else "",
    )


def paginate_by_key(
    queryset: QuerySet, request: HttpRequest, *, field: str, newest_first: bool = True, size: int = PAGE_SIZE
) -> Page:
    """One page of a list without end, ordered by `field` and id; `?after=<uid>` goes on. One or two queries."""
    sign = "-" if newest_first else ""
    after = _uuid(request.GET.get("after", ""))
    rows_asked = queryset.order_by(f"{sign}{field}", f"{sign}pk")
    if after and (mark := queryset.filter(uid=after).values_list(field, "pk").first()) is not None:
        value, pk = mark
        rows_asked = rows_asked.filter(beyond((f"{sign}{field}", value), (f"{sign}pk", pk)))
    rows = list(rows_asked[: size + 1])
    more, rows = len(rows) > size, rows[:size]
    key = _key_of(rows[-1]) if rows else None
    return Page(
        rows=rows,
        size=size,
        next_query=changed_query(request.GET, after=key) if more else "",
        previous_query=changed_query(request.GET, after=None) if after else "",
    )


def _key_of(row: Any) -> str:
    return str(row["uid"] if isinstance(row, dict) else row.uid)


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None

"""Pages by cursor: the place after the last row told, so that rows added meanwhile move nothing."""

import base64
import binascii
import hmac
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from typing import Any, Protocol

from django.conf import settings
from django.db.models import DateTimeField, Q, QuerySet
from django.utils.translation import gettext as _

from fairway.core.http.api.problems import Unprocessable
from fairway.core.keyset import beyond

LIMIT, LIMIT_MOST = 50, 200
_SHAPE = struct.Struct(">qq")
_TAG = 16
_BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Cut:
    """Some rows of a list, and the cursor of those that follow; None at the end."""

    rows: Sequence[Any]
    next_cursor: str | None


def cut(rows: QuerySet[Any], *, by: str | None, name: str, limit: int = LIMIT, cursor: str | None = None) -> Cut:
    """The newest first: by the column `by` and id, or by id alone, which is the order in which rows came to be.

    `name` ties a cursor to its list and vendor. Raises Unprocessable for a cursor of another list, or of nobody.
    """
    ordered = rows.order_by(*([f"-{by}"] if by else []), "-pk")
    if cursor:
        ordered = ordered.filter(_after(by, *_opened(cursor, name), is_time=_is_time(rows, by)))
    found = list(ordered[: limit + 1])
    if len(found) <= limit:
        return Cut(found, None)
    last = found[limit - 1]
    return Cut(found[:limit], _sealed(_number(getattr(last, by)) if by else 0, last.pk, name))


class Pages(Protocol):
    """A list that reads its own pages, from a prepared query: rows are dicts with `id` and the column of the order."""

    def page(self, most: int, after: tuple[Any, int] | None = None) -> list[dict[str, Any]]: ...


def cut_pages(pages: Pages, *, by: str, name: str, limit: int = LIMIT, cursor: str | None = None) -> Cut:
    """The same of a list that is ordered by the instant `by` and reads its own pages."""
    after = None
    if cursor:
        number, pk = _opened(cursor, name)
        after = (_BEGINNING + timedelta(microseconds=number), pk)
    found = pages.page(limit + 1, after)
    if len(found) <= limit:
        return Cut(found, None)
    last = found[limit - 1]
    return Cut(found[:limit], _sealed(_number(last[by]), last["id"], name))


def _is_time(rows: QuerySet[Any], by: str | None) -> bool:
    return by is not None and isinstance(rows.model._meta.get_field(by), DateTimeField)


def _after(by: str | None, number: int, pk: int, *, is_time: bool) -> Q:
    if by is None:
        return Q(pk__lt=pk)
    value: date = _BEGINNING + timedelta(microseconds=number) if is_time else date.fromordinal(number)
    return beyond((f"-{by}", value), ("-pk", pk))


def _number(value: date | datetime) -> int:
    if isinstance(value, datetime):
        return (value - _BEGINNING) // timedelta(microseconds=1)
    return value.toordinal()


# A cursor is sealed as in SIV: the tag over its content is also what the content is masked with. So it cannot be made
# up, the ids in it cannot be read, and the same place has the same cursor.


def _sealed(number: int, pk: int, name: str) -> str:
    content = _SHAPE.pack(number, pk)
    tag = _digest(b"tag", name.encode() + b"\0" + content)
    return base64.urlsafe_b64encode(tag + _masked(content, tag)).decode().rstrip("=")


def _opened(cursor: str, name: str) -> tuple[int, int]:
    try:
        raw = base64.b64decode(cursor.encode() + b"=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raw = b""
    tag, masked = raw[:_TAG], raw[_TAG:]
    if len(masked) == _SHAPE.size:
        content = _masked(masked, tag)
        if hmac.compare_digest(tag, _digest(b"tag", name.encode() + b"\0" + content)):
            number, pk = _SHAPE.unpack(content)
            return number, pk
    raise Unprocessable({"cursor": [_("This cursor is not one of this list. Begin without one.")]})


def _masked(content: bytes, tag: bytes) -> bytes:
    return bytes(a ^ b for a, b in zip(content, _digest(b"mask", tag), strict=True))


def _digest(purpose: bytes, content: bytes) -> bytes:
    key = sha256(b"fairway cursor " + purpose + settings.SECRET_KEY.encode()).digest()
    return hmac.digest(key, content, "sha256")[:_TAG]

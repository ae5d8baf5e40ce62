"""One operation of the API: what it needs, what it takes and gives. The schema is generated from the same words.

    class Offers(Resource):
        @operation("list_offers", _("List offers"), permission="offer.read", asks=OfferQuery, gives=OfferTold, pages=…)
        def get(self, call: Call) -> QuerySet[Offer]: ...

A handler gets validated values, calls an action, and returns rows; everything else happens here.
"""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from functools import wraps
from typing import Any, cast

from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpResponse
from django.utils.translation import gettext as _
from rest_framework.exceptions import ValidationError
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.views import APIView

from fairway.core import clock
from fairway.core.access import Member
from fairway.core.http.api.fields import Input, Output, QueryWhole, Text
from fairway.core.http.api.paging import LIMIT, LIMIT_MOST, cut, cut_pages
from fairway.core.http.api.problems import Conflict, LacksPermission, Unprocessable, VersionPassed
from fairway.core.http.api.reading import read
from fairway.core.http.api.telling import told, told_one
from fairway.core.tenancy.actions.idempotency import InUse, Kept, OtherRequest, earlier_answer, keep_answer

KEY_MOST = 100
Handler = Callable[..., Any]


class Resource(APIView):
    """The operations at one address; `tag` groups them in the documentation."""

    tag: str = ""
    http_method_names = ["get", "head", "post", "patch"]

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        """What one token reads, no cache keeps for another."""
        response["Cache-Control"] = "private, no-store"
        return super().finalize_response(request, response, *args, **kwargs)


class PageQuery(Input):
    limit = QueryWhole(min_value=1, max_value=LIMIT_MOST, required=False, help_text=f"Rows a page; {LIMIT} by default.")
    cursor = Text(max_length=100, required=False, help_text="`next_cursor` of the page before.")


@dataclass(frozen=True, slots=True)
class Call:
    """One request, understood: `data` is the body and `query` the query string, as the operation declares them."""

    request: Request
    member: Member
    at: datetime
    data: dict[str, Any] = field(default_factory=dict)
    query: dict[str, Any] = field(default_factory=dict)

    def expect(self, version: int) -> None:
        """Raise VersionPassed unless `If-Match` is absent or names this version."""
        wanted = self.request.headers.get("If-Match", "*").strip()
        if wanted not in {"*", etag_of(version)}:
            raise VersionPassed(_("This was changed since you read it. Read it again, then change it."))


@dataclass(frozen=True, slots=True)
class Operation:
    """What is declared of one operation. With several permissions, any one of them is enough.

    `is_guarded`: a POST that keeps to `If-Match` as changes do.
    """

    name: str
    summary: Any
    permissions: tuple[str, ...]
    gives: type[Output]
    takes: type[Input] | None = None
    asks: type[Input] | None = None
    statuses: tuple[int, ...] = (200,)
    is_list: bool = False
    order: str | None = None
    can_refuse: bool = False
    can_miss: bool = False
    has_version: bool = False
    is_guarded: bool = False
    help: Any = ""

    def answer(self, handler: Handler, view: Resource, request: Request, path: dict[str, Any]) -> HttpResponse:
        member = cast(Member, request.user)
        if self.permissions and not any(member.can(name) for name in self.permissions):
            raise LacksPermission(member, self.permissions)
        if request.method == "POST" and (key := request.headers.get("Idempotency-Key")) is not None:
            return self._once(key, handler, view, request, path)
        return self._done(handler, view, request, path)

    def _done(self, handler: Handler, view: Resource, request: Request, path: dict[str, Any]) -> HttpResponse:
        call = self._call(request)
        try:
            made = handler(view, call, **path)
            status, made = made if isinstance(made, tuple) else (self.statuses[0], made)
            told = self._told(made, call)
        except Exception:
            # The transaction of the request ends with it: a refusal leaves no trace.
            transaction.set_rollback(True)
            raise
        response = HttpResponse(JSONRenderer().render(told), status=status, content_type="application/json")
        if self.has_version:
            response["ETag"] = etag_of(version_of(made))
        return response

    def _call(self, request: Request) -> Call:
        request._request.body  # noqa: B018 - measures it: RequestDataTooBig
        query = _validated(self.asks, _query_of(request)) if self.asks else {}
        data = _validated(self.takes, request.data) if self.takes else {}
        return Call(request, cast(Member, request.user), clock.now(), data, query)

    def _told(self, made: Any, call: Call) -> Any:
        if not self.is_list:
            return told_one(self.gives, self.gives.gathered([made])[0], call.member)
        query = call.query
        name = f"{self.name} {call.member.vendor_id}"
        limit, cursor = query.get("limit", LIMIT), query.get("cursor")
        if isinstance(made, QuerySet):
            page = cut(made, by=self.order, name=name, limit=limit, cursor=cursor)
        else:
            page = cut_pages(made, by=cast(str, self.order), name=name, limit=limit, cursor=cursor)
        rows = self.gives.gathered(page.rows)
        return {"items": told(self.gives, rows, call.member), "next_cursor": page.next_cursor}

    def _once(self, key: str, handler: Handler, view: Resource, request: Request, path: Any) -> HttpResponse:
        """The same request with the same key is done once; later ones get the answer that was given."""
        if not 0 < len(key) <= KEY_MOST or not key.isascii() or not key.isprintable():
            raise Unprocessable({"Idempotency-Key": [_("Use up to 100 letters, digits and signs.")]})
        member = cast(Member, request.user)
        mark = hashlib.sha256(b"\n".join([request.get_full_path().encode(), request._request.body])).hexdigest()
        try:
            kept = earlier_answer(actor=member, key=key, body_hash=mark, at=clock.now())
        except InUse as error:
            raise Conflict(str(error)) from None
        except OtherRequest as error:
            raise Unprocessable({"Idempotency-Key": [str(error)]}) from None
        if kept is not None:
            response = HttpResponse(
                kept.text, status=kept.status, content_type="application/json", headers=kept.headers
            )
            response["Idempotent-Replay"] = "true"
            return response
        response = self._done(handler, view, request, path)
        headers = {name: response[name] for name in ("ETag",) if name in response}
        answer = Kept(response.status_code, response.content.decode(), headers)
        keep_answer(actor=member, key=key, body_hash=mark, answer=answer, at=clock.now())
        return response


def operation(
    name: str, summary: Any, *, permission: str | tuple[str, ...], gives: type[Output], **more: Any
) -> Callable[[Handler], Handler]:
    """Make a method of a Resource an operation. `name` is unique, and its id in the schema.

    The handler returns a row (or `status, row`), or, with `is_list`, a queryset; `order` is the column by which the
    list is told, the newest first.
    """
    permissions = (permission,) if isinstance(permission, str) else permission
    declared = Operation(name, summary, tuple(filter(None, permissions)), gives, **more)

    def decorated(handler: Handler) -> Handler:
        @wraps(handler)
        def run(view: Resource, request: Request, **path: Any) -> HttpResponse:
            return declared.answer(handler, view, request, path)

        run.operation = declared  # type: ignore[attr-defined]
        return run

    return decorated


def operation_of(view: APIView | type[APIView], method: str) -> Operation | None:
    found: Operation | None = getattr(getattr(view, method.lower(), None), "operation", None)
    return found


def operations_of(view: type[APIView]) -> Iterator[tuple[str, Operation]]:
    """(method, operation) of one address."""
    for method in ("GET", "POST", "PATCH"):
        if found := operation_of(view, method):
            yield method, found


def version_of(row: Any) -> int:
    return int(row["version"] if isinstance(row, dict) else row.version)


def etag_of(version: int) -> str:
    return f'"{version}"'


def _validated(kind: type[Input], data: Any) -> dict[str, Any]:
    try:
        return read(kind, data)
    except ValidationError as error:
        raise Unprocessable(error.detail) from None


def _query_of(request: Request) -> dict[str, Any]:
    doubled = [name for name, values in request.query_params.lists() if len(values) > 1]
    if doubled:
        raise Unprocessable({name[:60]: [_("Give this once.")] for name in doubled[:20]})
    return request.query_params.dict()


def line_errors(kind: type[Input], line: Any) -> tuple[dict[str, Any] | None, Any]:
    """(values, None) of one line of a bulk request, or (None, what is wrong with it)."""
    try:
        return read(kind, line), None
    except ValidationError as error:
        return None, error.detail

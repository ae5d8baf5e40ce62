"""The shapes that most operations have: list rows, read one, make one, change one, do something with one.

    class Territories(Resource):
        tag = "territories"
        get = listing("list_territories", _("List territories"), permission="program.edit", rows=…, gives=…)
        post = making("add_territory", _("Add a territory"), permission="program.edit", takes=…, gives=…, by=…, found=…)

`found(call, uid)` is the row as the member may see it, or Http404: it is also what is told when the deed is done.
"""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from fairway.core.http.api.fields import Input, Output
from fairway.core.http.api.operations import Call, Handler, PageQuery, Resource, operation

Found = Callable[[Call, UUID], Any]
Permission = str | tuple[str, ...]


def listing(
    name: str, summary: Any, *, permission: Permission, rows: Callable[..., QuerySet[Any]], gives: type[Output],
    asks: type[Input] = PageQuery, **more: Any,
) -> Handler:  # fmt: skip
    """`rows(call)`, or `rows(call, uid)` below an address of one row, is the list."""

    @operation(name, summary, permission=permission, asks=asks, gives=gives, is_list=True, **more)
    def get(view: Resource, call: Call, **path: UUID) -> QuerySet[Any]:
        return rows(call, **path)

    return get


def reading(
    name: str, summary: Any, *, permission: Permission, found: Found, gives: type[Output], **more: Any
) -> Handler:
    @operation(name, summary, permission=permission, gives=gives, has_version=_has_version(gives), **more)
    def get(view: Resource, call: Call, uid: UUID) -> Any:
        return found(call, uid)

    return get


def making(
    name: str, summary: Any, *, permission: Permission, by: Callable[..., Any], found: Found, gives: type[Output],
    takes: type[Input] | None = None, **more: Any,
) -> Handler:  # fmt: skip
    """`by(call)`, or `by(call, uid)` below an address of one row, makes the row and returns it."""
    has_version = _has_version(gives)

    @operation(
        name, summary, permission=permission, takes=takes, gives=gives, statuses=(201,), has_version=has_version, **more
    )
    def post(view: Resource, call: Call, **path: UUID) -> tuple[int, Any]:
        made = by(call, **path)
        return HTTPStatus.CREATED, found(call, made.uid)

    return post


def deed(
    name: str, summary: Any, *, permission: Permission, found: Found, by: Callable[..., Any], gives: type[Output],
    row: str, takes: type[Input] | None = None, is_last: bool = False, **more: Any,
) -> Handler:  # fmt: skip
    """An action `by(row=…, actor=…, at=…)` with the body's values as its further arguments.

    `row` is the action's name for the row. A change (PATCH) keeps to `If-Match`. With `is_last` the row is gone
    afterwards, and told as it was.
    """
    has_version = _has_version(gives)

    @operation(name, summary, permission=permission, takes=takes, gives=gives, has_version=has_version, **more)
    def do(view: Resource, call: Call, uid: UUID) -> Any:
        present = found(call, uid)
        if call.request.method == "PATCH" and has_version:
            call.expect(present.version)
        by(**{row: present}, **call.data, actor=call.member, at=call.at)
        return present if is_last else found(call, uid)

    return do


def changing(
    name: str, summary: Any, *, permission: Permission, found: Found, by: Callable[[Call, Any], Any],
    takes: type[Input], gives: type[Output], **more: Any,
) -> Handler:  # fmt: skip
    """`by(call, row)` changes the row, where the action's arguments are not the body's fields. Keeps to `If-Match`."""
    has_version = _has_version(gives)

    @operation(name, summary, permission=permission, takes=takes, gives=gives, has_version=has_version, **more)
    def patch(view: Resource, call: Call, uid: UUID) -> Any:
        present = found(call, uid)
        if has_version:
            call.expect(present.version)
        by(call, present)
        return found(call, uid)

    return patch


def _has_version(gives: type[Output]) -> bool:
    return "version" in gives().fields

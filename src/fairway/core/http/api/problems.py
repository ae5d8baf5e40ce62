"""What went wrong, as RFC 9457 says it: `application/problem+json`, with a sentence for people in `detail`."""

import logging
import sys
from collections.abc import Iterator, Mapping
from http import HTTPStatus
from typing import Any

from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from django.views import defaults
from django.views.decorators.csrf import csrf_exempt
from rest_framework import exceptions, serializers
from rest_framework.response import Response

from fairway.core.access import Member
from fairway.core.moves import StateConflict
from fairway.core.refusals import Refused
from fairway.core.states import TransitionRefused
from fairway.core.tenancy.middleware import database_away

log = logging.getLogger("fairway.api")
MEDIA_TYPE = "application/problem+json"
# Columns of actions' refusals → the field of a request that stands for them.
FIELDS = {"amount_minor": "amount", "typed": "name", "customer_domain": "website", "to": "stage"}


class Problem(serializers.Serializer):
    """`errors` maps a field, by its path in the body (`lines.3.need`), to sentences."""

    type = serializers.CharField(default="about:blank")
    title = serializers.CharField(help_text="The name of the status.")
    status = serializers.IntegerField()
    detail = serializers.CharField(help_text="What is wrong and how to mend it, in a sentence.")
    errors = serializers.DictField(  # type: ignore[assignment]
        child=serializers.ListField(child=serializers.CharField()), required=False
    )
    permission = serializers.CharField(required=False, help_text="The permission that was missing (403).")
    scopes = serializers.ListField(
        child=serializers.CharField(), required=False, help_text="The scopes that the token has (403)."
    )


class LacksPermission(Exception):
    """The role, or the token's scopes, allow none of `permissions`."""

    def __init__(self, member: Member, permissions: tuple[str, ...]) -> None:
        self.member, self.permissions = member, permissions
        super().__init__(permissions)


class Unprocessable(exceptions.ValidationError):
    """Readable, but not usable: `detail` maps fields to sentences."""

    status_code = HTTPStatus.UNPROCESSABLE_ENTITY


class Conflict(exceptions.APIException):
    status_code = HTTPStatus.CONFLICT


class VersionPassed(exceptions.APIException):
    """`If-Match` names another version than the present one."""

    status_code = HTTPStatus.PRECONDITION_FAILED


def body_of(status: int, detail: str, **more: Any) -> dict[str, Any]:
    title = HTTPStatus(status).phrase
    return {"type": "about:blank", "title": title, "status": int(status), "detail": detail, **more}


def problem(status: int, detail: str, **more: Any) -> Response:
    return Response(body_of(status, detail, **more), status=status, content_type=MEDIA_TYPE)


def problem_details(exception: Exception, context: Mapping[str, Any]) -> Response | None:
    """The answer to any exception of the API; None for a database that is away, which the middleware answers."""
    match exception:
        case OperationalError() | InterfaceError():
            return None
        case LacksPermission():
            return _lacking(exception)
        case StateConflict() | TransitionRefused():
            return problem(HTTPStatus.CONFLICT, str(exception))
        case Refused():
            return _refused(exception)
        case PermissionDenied():
            return problem(HTTPStatus.FORBIDDEN, str(exception) or _("This is not allowed."))
        case Http404():
            return problem(HTTPStatus.NOT_FOUND, _("There is nothing at this address, or not for you."))
        case RequestDataTooBig():
            return problem(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, _("The body is too large. Send it in parts."))
        case exceptions.ValidationError():
            said = _("Some values cannot be used.")
            return problem(exception.status_code, said, errors=by_path(exception.detail))
        case exceptions.APIException():
            return _told(exception)
    log.exception("the API broke", exc_info=exception)
    return problem(HTTPStatus.INTERNAL_SERVER_ERROR, _("Something broke on our side. Nothing was changed."))


def _lacking(exception: LacksPermission) -> Response:
    member, wanted = exception.member, " / ".join(exception.permissions)
    scopes = sorted(member.scopes or ())
    text = _("This needs the permission %(permission)s, from the role of the token's person and among its scopes.")
    return problem(
        HTTPStatus.FORBIDDEN, text % {"permission": wanted}, permission=exception.permissions[0], scopes=scopes
    )


def _refused(refused: Refused) -> Response:
    more = {"errors": {FIELDS.get(refused.field, refused.field): [str(refused)]}} if refused.field else {}
    return problem(HTTPStatus.UNPROCESSABLE_ENTITY, str(refused), **more)


def _told(exception: exceptions.APIException) -> Response:
    answer = problem(exception.status_code, str(exception.detail))
    if header := getattr(exception, "auth_header", None):
        answer["WWW-Authenticate"] = header
    if wait := getattr(exception, "wait", None):
        answer["Retry-After"] = str(int(wait))
    return answer


def by_path(detail: Any) -> dict[str, list[str]]:
    """Nested errors as {"amount.currency": ["…"]}; what belongs to no field is under ""."""
    found: dict[str, list[str]] = {}
    for path, sentence in _flat(detail, ""):
        found.setdefault(path, []).append(sentence)
    return found


def _flat(detail: Any, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(detail, Mapping):
        for name, inner in detail.items():
            own = "" if name == "non_field_errors" else str(name)
            yield from _flat(inner, ".".join(filter(None, [path, own])))
    elif isinstance(detail, list):
        for index, inner in enumerate(detail):
            nested = isinstance(inner, Mapping | list)
            yield from _flat(inner, f"{path}.{index}" if nested else path)
    else:
        yield path, str(detail)


def server_error(request: HttpRequest) -> HttpResponse:
    """What broke outside an operation: a problem for programs, the page for people.

    A database that went away is said as such, wherever on its way a request noticed it.
    """
    if isinstance(sys.exc_info()[1], OperationalError | InterfaceError):
        return database_away(request)
    if not request.path.startswith("/api/"):
        return defaults.server_error(request)
    status = HTTPStatus.INTERNAL_SERVER_ERROR
    body = body_of(status, _("Something broke on our side. Nothing was changed."))
    return JsonResponse(body, status=status, content_type=MEDIA_TYPE)


@csrf_exempt
def nothing_here(request: HttpRequest, **parts: Any) -> HttpResponse:
    """Any address below /api/ that is none."""
    body = body_of(HTTPStatus.NOT_FOUND, _("There is nothing at this address, or not for you."))
    return JsonResponse(body, status=HTTPStatus.NOT_FOUND, content_type=MEDIA_TYPE)

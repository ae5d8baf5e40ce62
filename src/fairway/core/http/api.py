"""The frame of /api/v1: bearer tokens, RFC 9457 problems, cursor paging, idempotency keys."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.utils.translation import gettext as _
from rest_framework import exceptions, status
from rest_framework.authentication import BaseAuthentication
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView, exception_handler

from fairway.core.access import Member


class TokenAuthentication(BaseAuthentication):
    """The middleware has looked the token up and entered its context; here the API only learns the result."""

    def authenticate(self, request: Request) -> tuple[Member, None] | None:
        member: Member | None = getattr(request._request, "member", None)
        if member is not None:
            return member, None
        if "Authorization" in request.headers:
            raise exceptions.AuthenticationFailed(_("The token is unknown, expired or revoked."))
        return None

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="fairway"'


class HasMember(BasePermission):
    def has_permission(self, request: Request, view: APIView) -> bool:
        return isinstance(request.user, Member)


def problem(status_code: int, title: str, **more: Any) -> Response:
    """An RFC 9457 answer; `errors` maps a field to its sentences."""
    body = {"type": "about:blank", "title": title, "status": status_code, **more}
    return Response(body, status=status_code, content_type="application/problem+json")


def problem_details(exception: Exception, context: dict[str, Any]) -> Response | None:
    if isinstance(exception, PermissionDenied) and str(exception):
        return problem(status.HTTP_403_FORBIDDEN, str(exception))
    if isinstance(exception, Http404):
        return problem(status.HTTP_404_NOT_FOUND, _("There is nothing at this address, or not for you."))
    response = exception_handler(exception, context)
    if response is None:
        return None
    if isinstance(exception, exceptions.ValidationError):
        answer = problem(response.status_code, _("Some values cannot be used."), errors=response.data)
    else:
        detail = response.data.get("detail", "") if isinstance(response.data, dict) else ""
        answer = problem(response.status_code, str(detail))
    for name in ("WWW-Authenticate", "Retry-After", "Allow"):
        if name in response.headers:
            answer[name] = response.headers[name]
    return answer

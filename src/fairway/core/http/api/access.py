"""Who asks, and in which form: bearer tokens in, JSON in, JSON out."""

import json
import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _
from rest_framework import exceptions
from rest_framework.authentication import BaseAuthentication
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.parsers import BaseParser
from rest_framework.permissions import BasePermission
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request

from fairway.core.access import Member

if TYPE_CHECKING:
    from rest_framework.views import APIView  # it reads these classes while it is being imported

_HALF_CHARACTER = re.compile(rb"\\u[dD][89a-fA-F]")


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
    def has_permission(self, request: Request, view: "APIView") -> bool:
        return isinstance(request.user, Member)


class OnlyJson(BaseContentNegotiation):
    """JSON whatever `Accept` says: a client that asks for something else reads why it cannot have it."""

    def select_parser(self, request: Request, parsers: Iterable[BaseParser]) -> BaseParser | None:
        kind = (request.content_type or "").partition(";")[0].strip().lower()
        return next((parser for parser in parsers if parser.media_type == kind), None)

    def select_renderer(
        self, request: Request, renderers: Iterable[BaseRenderer], format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        first = next(iter(renderers))
        return first, first.media_type or ""


class JsonParser(BaseParser):
    """JSON that the database can hold: no NaN, no half characters, no nesting without end."""

    media_type = "application/json"

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Mapping[str, Any] | None = None) -> Any:
        raw = stream.read()
        try:
            data = json.loads(raw.decode(), parse_constant=_refuse_constant)
            if _HALF_CHARACTER.search(raw):
                json.dumps(data, ensure_ascii=False).encode()
        except (ValueError, RecursionError):
            raise exceptions.ParseError(_("The body is not JSON that can be read.")) from None
        return data


def _refuse_constant(name: str) -> Any:
    raise ValueError(name)

"""Every request gets its context here: vendor from the address, member from log-in or token, then the role.

An address is /<vendor>/<surface>/…; the vendor's short name becomes the script prefix, so that no view and no
template has to repeat it (ADR 2). Everything after runs, and renders, in one transaction as the surface's role.
"""

import hashlib
import logging
import re
from collections.abc import Callable
from dataclasses import replace
from typing import cast
from urllib.parse import urlencode
from uuid import uuid4

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.db import InterfaceError, OperationalError, connection, transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import set_script_prefix
from django.utils import timezone, translation
from django.utils.translation import get_language

from fairway.core import clock
from fairway.core.access import Member, member_of_seat, permissions_of, public_member
from fairway.core.brand.fronts import fronts
from fairway.core.logs import request_id
from fairway.core.tenancy.context import Context, Surface, entering
from fairway.core.tenancy.lookups import SeatRow, token_by_hash
from fairway.core.tenancy.models import Organization, User

log = logging.getLogger("fairway.web")
Handler = Callable[[HttpRequest], HttpResponse]
SECURITY_PATH = "/accounts/security/"
GIVEN_ID = re.compile(r"[A-Za-z0-9._-]{8,40}")
SEAT_KEY = "seats"  # session: vendor short name → uid of the seat chosen there


def _vendor(slug: str) -> tuple[int, str]:
    vendor = Organization.objects.only("id", "name").get(slug=slug, is_vendor=True)
    return vendor.pk, vendor.name


def vendor_by_slug(slug: str) -> tuple[int, str]:
    """(id, name) of a vendor; Http404 when nobody has the name."""
    if (front := fronts().by_slug.get(slug)) is not None:
        return front.vendor_id, front.name
    try:  # a vendor of the last few seconds
        return _vendor(slug)
    except Organization.DoesNotExist:
        raise Http404 from None


class RequestIdMiddleware:
    """Names the request, in the log, in events, and in the answer's X-Request-Id."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        # A proxy of ours may have named it already; what anybody else sends is gone by now.
        given = request.META.get("HTTP_X_REQUEST_ID", "")
        name = given if GIVEN_ID.fullmatch(given) else uuid4().hex[:20]
        token = request_id.set(name)
        request.fairway_request_id = name  # type: ignore[attr-defined]
        try:
            response = self.get_response(request)
        except (OperationalError, InterfaceError):
            response = database_away(request)
        finally:
            request_id.reset(token)
        response["X-Request-Id"] = name
        return response


def database_away(request: HttpRequest) -> HttpResponse:
    """The page for when the database does not answer. Nothing in it may ask the database."""
    log.exception("the database does not answer")
    connection.close()
    if request.path.startswith("/api/"):
        problem = {
            "type": "about:blank",
            "title": "Service Unavailable",
            "status": 503,
            "detail": "The database does not answer. Try again soon.",
        }
        return JsonResponse(problem, status=503, content_type="application/problem+json", headers={"Retry-After": "5"})
    return render(None, "503.html", status=503)


# Pages without a member where somebody may be signed in all the same; elsewhere nobody needs to be looked up.
_PERSONAL = frozenset({"", "accounts", "go", "invite", "not-here", "oauth", "style"})


def language_of(request: HttpRequest, first: str) -> str:
    """The person's language where one is signed in, else what the browser or the program asks for."""
    if first == "api" and "Accept-Language" not in request.headers:
        return settings.LANGUAGE_CODE
    if first in _PERSONAL and settings.SESSION_COOKIE_NAME in request.COOKIES and request.user.is_authenticated:
        return known_language(request.user.language)
    return translation.get_language_from_request(request)


def known_language(code: str) -> str:
    """The code when there is a catalogue for it, else English."""
    return code if code in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE


class TenancyMiddleware:
    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.member = None  # type: ignore[attr-defined]
        first, _, rest = request.path_info.lstrip("/").partition("/")
        try:
            with translation.override(language_of(request, first)):
                return self._answer(request, first, rest)
        except (OperationalError, InterfaceError):
            return database_away(request)

    def _answer(self, request: HttpRequest, first: str, rest: str) -> HttpResponse:
        if first == "api":
            return self._api(request)
        if first == "desk":
            return self._desk(request)
        if first in settings.UNTENANTED_PREFIXES or not first:
            return self._plain(request)
        return self._of_vendor(request, first, rest)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if isinstance(exception, OperationalError | InterfaceError):
            return database_away(request)
        return None

    def _plain(self, request: HttpRequest) -> HttpResponse:
        """Pages without a vendor: log-in, style, health. As fw_web, which sees no tenant row."""
        set_script_prefix("/")
        return self.get_response(request)

    def _of_vendor(self, request: HttpRequest, slug: str, rest: str) -> HttpResponse:
        surface = rest.partition("/")[0]
        try:
            vendor_id, vendor_name = vendor_by_slug(slug)
        except Http404:
            # Also "/console/…": without a vendor before it, no page may run.
            return self._redirected(request, "/not-here/")
        request.vendor_slug, request.vendor_name = slug, vendor_name  # type: ignore[attr-defined]
        request.path_info = "/" + rest
        # On the vendor's own domain its short name is not in the address.
        set_script_prefix("/" if getattr(request, "own_front", None) else f"/{slug}/")
        if surface == "public":
            visitor = replace(public_member(vendor_id), language=get_language() or settings.LANGUAGE_CODE)
            return self._within(request, visitor)
        if surface not in {"console", "portal"}:
            return self._redirected(request, "/not-here/" if surface else "/go/")
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path(), settings.LOGIN_URL)
        member = self._seated(request, slug, surface)
        if member is None:
            return self._redirected(request, "/not-here/")
        if member.seat is not None and member.seat.must_add_second_factor(clock.now()):
            return HttpResponseRedirect(f"{SECURITY_PATH}?{urlencode({'next': request.get_full_path()})}")
        return self._within(request, member)

    def _redirected(self, request: HttpRequest, path: str) -> HttpResponse:
        set_script_prefix("/")
        request.path_info = path
        return self.get_response(request)

    def _seated(self, request: HttpRequest, slug: str, surface: str) -> Member | None:
        user = cast(User, request.user)
        seats = user.seats
        here = [seat for seat in seats if seat.vendor_slug == slug and seat.surface == surface]
        if not here:
            return None
        chosen = request.session.get(SEAT_KEY, {}).get(f"{slug}/{surface}")
        seat = next((seat for seat in here if str(seat.seat_uid) == chosen), here[0])
        return member_of_seat(seat, user_id=user.pk, seats=seats, language=user.language, time_zone=user.time_zone)

    def _desk(self, request: HttpRequest) -> HttpResponse:
        set_script_prefix("/")
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path(), settings.LOGIN_URL)
        seats = request.user.seats
        partner_seats = tuple(seat for seat in seats if seat.partner_id is not None)
        if not partner_seats:
            return self._redirected(request, "/not-here/")
        return self._within(request, desk_member(partner_seats, seats, request.user))

    def _api(self, request: HttpRequest) -> HttpResponse:
        set_script_prefix("/")
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not token:
            return self.get_response(request)
        member = member_of_token(token.strip())
        if member is None:
            return self.get_response(request)
        return self._within(request, replace(member, language=get_language() or settings.LANGUAGE_CODE))

    def _within(self, request: HttpRequest, member: Member) -> HttpResponse:
        request.member = member  # type: ignore[attr-defined]
        with translation.override(member.language), timezone.override(member.zone), entering(member.context):
            response = self.get_response(request)
            if response.status_code >= 500:
                transaction.set_rollback(True)
        return response


def desk_member(partner_seats: tuple[SeatRow, ...], seats: tuple[SeatRow, ...], user: object) -> Member:
    """A person over all vendors of the own organizations."""
    partner_ids = tuple(dict.fromkeys(i for seat in partner_seats for i in seat.partner_ids))
    context = Context(
        Surface.DESK,
        partner_ids=partner_ids,
        organization_id=partner_seats[0].organization_id,
        seat_id=partner_seats[0].seat_id,
        vendor_ids=tuple(dict.fromkeys(seat.vendor_id for seat in partner_seats)),
    )
    first = partner_seats[0]
    # Over several vendors, what every one of them allows.
    editions = [permissions_of(seat.role, seat.permissions) for seat in partner_seats if seat.permissions is not None]
    at_all = frozenset.intersection(permissions_of(first.role), *editions) if editions else None
    return Member(
        name=first.name, role=first.role, context=context, seat=first, seats=seats, permissions=at_all,
        user_id=user.pk, language=user.language, time_zone=user.time_zone,  # type: ignore[attr-defined]
    )  # fmt: skip


def hash_token(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def member_of_token(token: str) -> Member | None:
    """The member a bearer token speaks for, or None when it is unknown, expired or revoked."""
    found = token_by_hash(hash_token(token))
    if found is None or (found.expires_at is not None and found.expires_at <= clock.now()):
        return None
    return member_of_seat(found.seat, user_id=found.user_id, kind="token", scopes=found.scopes)

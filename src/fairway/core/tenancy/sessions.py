"""Keeps the list of places where a person is signed in, without a write at every request."""

import time
from collections.abc import Callable

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse

from fairway.core import clock
from fairway.core.tenancy.actions.signing_in import note_sign_in

SEEN_KEY = "seen"  # session: [its key when it was last written down, seconds of then]; a changed key is a new session
EVERY_SECONDS = 300


class SignInMiddleware:
    """After log-in at once, then every five minutes of use, says when and from where a session was seen."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if settings.SESSION_COOKIE_NAME in request.COOKIES:
            self._note(request)
        return self.get_response(request)

    def _note(self, request: HttpRequest) -> None:
        key, seconds = request.session.session_key, int(time.time())
        seen_key, seen_seconds = request.session.get(SEEN_KEY, ("", 0))
        # A time ahead comes from another clock: written anew.
        if seen_key == key and 0 <= seconds - seen_seconds < EVERY_SECONDS:
            return
        if key is None or not request.user.is_authenticated:
            return
        note_sign_in(
            user=request.user, session_key=key, address=address_of(request),
            device=request.headers.get("User-Agent", ""), at=clock.now(),
        )  # fmt: skip
        request.session[SEEN_KEY] = [key, seconds]


def address_of(request: HttpRequest) -> str | None:
    """The network address of the browser, as far as the proxies in front can be trusted."""
    try:
        return get_adapter().get_client_ip(request)
    except PermissionDenied:
        return None

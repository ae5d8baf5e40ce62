"""How often a door may be used: counted in the database, so that all processes of all machines count together.

A door says who is counted (an address, an e-mail, a person, a token), how often, and in which time. What was tried
too often is answered 429 with the time to wait; whether an e-mail is known plays no part.
"""

import hashlib
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from http import HTTPStatus

from django.conf import settings
from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from fairway.core.http.api.problems import MEDIA_TYPE, body_of
from fairway.core.http.work import is_done

Handler = Callable[[HttpRequest], HttpResponse]
MINUTE, HOUR = 60, 3600


@dataclass(frozen=True, slots=True)
class Door:
    """`most` uses in `seconds` by each of those that `who` names (nobody: not counted).

    `is_forgiven`: uses that succeeded do not count. `is_quiet`: the view itself says that it was too often.
    """

    name: str
    method: str
    path: re.Pattern[str]
    who: Callable[[HttpRequest], str]
    most: int
    seconds: int
    is_forgiven: bool = False
    is_quiet: bool = False

    def is_used_by(self, request: HttpRequest) -> bool:
        return self.method in {"*", request.method or ""} and self.path.fullmatch(request.path_info) is not None


@dataclass(frozen=True, slots=True)
class Use:
    """What one use left: how many more there are, and seconds until all are there again."""

    door: Door
    key: str
    left: int
    resets_in: int

    @property
    def is_too_much(self) -> bool:
        return self.left < 0


def address(request: HttpRequest) -> str:
    """The visitor's address, as a declared proxy or the connection says."""
    return str(request.META.get("REMOTE_ADDR", "")) or "local"


def typed_email(request: HttpRequest) -> str:
    return (request.POST.get("login") or request.POST.get("email") or "").strip().lower()[:254]


def person(request: HttpRequest) -> str:
    return str(request.user.pk) if request.user.is_authenticated else address(request)


def bearer(request: HttpRequest) -> str:
    return request.headers.get("Authorization", "")


def never() -> re.Pattern[str]:
    """For doors that are no addresses of the web."""
    return re.compile(r"(?!)")


def _path(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)


def doors() -> tuple[Door, ...]:
    login, reset = _path("/accounts/login/"), _path("/accounts/password/reset/")
    again = _path("/accounts/((login|again)/.+|reauthenticate)/")
    written = _path("/[^/]+/(console|portal)/(exports/start/.+|personal/.+/file/)")
    invite = _path("/[^/]+/(console|portal)/(people/invite|invitations/[^/]+/resend)/")
    form = _path("/[^/]+/public/f/[^/]+/(embed/)?")
    calendar = _path("/[^/]+/public/calendar/.+")
    # The pages about the API tell nothing of anybody and ask no database.
    operation = _path(r"/api/v1/(?!docs/|openapi\.json).*")
    return (
        Door("sign-in", "POST", login, address, 60, 5 * MINUTE, is_forgiven=True),
        Door("sign-in-of", "POST", login, typed_email, 10, 15 * MINUTE, is_forgiven=True),
        Door("second-step", "POST", again, address, 30, 5 * MINUTE, is_forgiven=True),
        Door("reset", "POST", reset, address, 20, HOUR),
        Door("reset-of", "POST", reset, typed_email, 5, HOUR),
        Door("invitation", "*", _path("/invite/.+"), address, 60, 10 * MINUTE),
        Door("invite", "POST", invite, person, 100, HOUR),
        Door("public-form", "POST", form, _form_and_address, 20, HOUR, is_quiet=True),
        Door("public-form-plain", "POST", form, _without_work, 5, HOUR, is_quiet=True),
        Door("public-form-stamp", "POST", form, _stamp, 10, 12 * HOUR, is_quiet=True),
        # By person where somebody is signed in: the page compares who that is, and reads no session of its own.
        Door("offer-link", "*", _path("/[^/]+/public/offers/.+"), person, 60, 10 * MINUTE),
        # Services that read calendars for many people come from few addresses.
        Door("calendar", "*", calendar, _own_path, 30, 10 * MINUTE),
        Door("calendar-of", "*", calendar, address, 1_200, 10 * MINUTE),
        Door("upload", "POST", _path("/[^/]+/console/imports/(new|[^/]+/reading)/"), person, 60, HOUR),
        Door("export", "POST", written, person, 120, HOUR),
        Door("api", "*", operation, bearer, settings.API_REQUESTS_A_MINUTE, MINUTE),
        Door("oauth", "POST", _path("/oauth/(token|revoke|introspect)"), address, 600, MINUTE),
        Door("oauth-consent", "*", _path("/oauth/authorize"), person, 120, HOUR),
        Door("api-unknown", "*", operation, _nobodys_address, 120, MINUTE),
    )  # fmt: skip


def _own_path(request: HttpRequest) -> str:
    return request.path_info


def _form_and_address(request: HttpRequest) -> str:
    return f"{request.path_info.removesuffix('embed/')} {address(request)}"


def _stamp(request: HttpRequest) -> str:
    """One page that was drawn: its work is done once, and does not pay for a thousand letters."""
    return request.POST.get("began", "")[:200]


def _without_work(request: HttpRequest) -> str:
    """Browsers without script cannot do the small work that others do; they are few, and may come seldom."""
    return "" if is_done(_stamp(request), request.POST.get("work", "")) else address(request)


def _nobodys_address(request: HttpRequest) -> str:
    """Those who come without a token; made-up ones are counted when they turn out to be unknown."""
    return "" if bearer(request) else address(request)


_SPEND = """
INSERT INTO core_ratecount AS kept (key, count, until)
VALUES (%(key)s, 1, clock_timestamp() + make_interval(secs => %(seconds)s))
ON CONFLICT (key) DO UPDATE SET
  count = CASE WHEN kept.until <= clock_timestamp() THEN 1 ELSE kept.count + 1 END,
  until = CASE WHEN kept.until <= clock_timestamp() THEN EXCLUDED.until ELSE kept.until END
RETURNING count, ceil(extract(epoch FROM until - clock_timestamp()))::int
"""


def spend(door: Door, who: str) -> Use:
    """Count one use. As the web's own log-in, outside every context."""
    key = hashlib.sha256(f"{door.name}\n{who}".encode()).hexdigest()
    with connection.cursor() as cursor:
        cursor.execute(_SPEND, {"key": key, "seconds": door.seconds})
        count, resets_in = cursor.fetchone()
    return Use(door, key, door.most - count, max(1, resets_in))


def give_back(use: Use) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE core_ratecount SET count = greatest(0, count - 1) WHERE key = %s", [use.key])


class LimitMiddleware:
    """Between the log-in and the context: knows the person, and still runs as the web's own log-in."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response
        self.doors = doors()

    def __call__(self, request: HttpRequest) -> HttpResponse:
        uses = list(self._spent(request))
        request.is_too_often = any(use.is_too_much for use in uses)  # type: ignore[attr-defined]
        over = [use for use in uses if use.is_too_much and not use.door.is_quiet]
        response = too_often(request, max(use.resets_in for use in over)) if over else self.get_response(request)
        for use in uses:
            if use.door.is_forgiven and response.status_code in {301, 302, 303}:
                give_back(use)
            if use.door.name == "api":
                _say(response, use)
                if response.status_code == HTTPStatus.UNAUTHORIZED:
                    return self._unknown(request, response)
        return response

    def _spent(self, request: HttpRequest) -> Iterator[Use]:
        for door in self.doors:
            if door.most and door.is_used_by(request) and (who := door.who(request)):
                yield spend(door, who)

    def _unknown(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        """Tokens that nobody has are guesses: they count for the address they come from."""
        door = next(door for door in self.doors if door.name == "api-unknown")
        use = spend(door, address(request))
        return too_often(request, use.resets_in) if use.is_too_much else response


def _say(response: HttpResponse, use: Use) -> None:
    response["RateLimit-Policy"] = f'"{use.door.name}";q={use.door.most};w={use.door.seconds}'
    response["RateLimit"] = f'"{use.door.name}";r={max(0, use.left)};t={use.resets_in}'


def too_often(request: HttpRequest, wait: int) -> HttpResponse:
    """429 with the seconds to wait, as a page or as a problem."""
    minutes = -(-wait // MINUTE)
    said = _("Too many tries in a short time. Wait %(n)d minutes and try again.") % {"n": minutes}
    response: HttpResponse
    if request.path_info.startswith("/api/"):
        body = body_of(HTTPStatus.TOO_MANY_REQUESTS, said)
        response = JsonResponse(body, status=HTTPStatus.TOO_MANY_REQUESTS, content_type=MEDIA_TYPE)
    else:
        response = render(None, "429.html", {"said": said}, status=HTTPStatus.TOO_MANY_REQUESTS)
    response["Retry-After"] = str(wait)
    response["Cache-Control"] = "private, no-store"
    return response


def forget_old_counts() -> int:
    """Delete what has run out; returns how many."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM core_ratecount WHERE until < clock_timestamp()")
        return int(cursor.rowcount)

"""What a proxy says of a visitor, believed only from the proxies named in FAIRWAY_TRUSTED_PROXIES.

First of all middleware, so that everything after it (cookies, limits, logs) sees the visitor's own address and
scheme, and headers that anybody could have made up are gone.
"""

from collections.abc import Callable
from functools import lru_cache
from http import HTTPStatus
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext

from fairway.core.http.api import problems

Handler = Callable[[HttpRequest], HttpResponse]
Network = IPv4Network | IPv6Network
SOCKET = "unix"
# Said by a proxy or by nobody.
HEADERS = (
    "HTTP_X_FORWARDED_FOR", "HTTP_X_FORWARDED_PROTO", "HTTP_X_FORWARDED_HOST", "HTTP_X_FORWARDED_PORT",
    "HTTP_FORWARDED", "HTTP_X_REAL_IP", "HTTP_X_REQUEST_ID",
)  # fmt: skip


@lru_cache(maxsize=8)
def networks(listed: tuple[str, ...]) -> tuple[Network, ...]:
    try:
        return tuple(ip_network(name, strict=False) for name in listed if name != SOCKET)
    except ValueError as error:
        raise ImproperlyConfigured(f"FAIRWAY_TRUSTED_PROXIES: {error}. Name addresses or networks.") from None


def is_trusted(address: str) -> bool:
    """Whether this address is one of our proxies; an empty one is a unix socket."""
    listed = tuple(settings.TRUSTED_PROXIES)
    if not address:
        return SOCKET in listed
    try:
        parsed = ip_address(address)
    except ValueError:
        return False
    return any(parsed in network for network in networks(listed))


def visitor_of(chain: str, peer: str) -> str:
    """The visitor's address: in `X-Forwarded-For`, the last one that is not a proxy of ours.

    Each proxy appends whom it saw; what stands before the last stranger is that stranger's own claim.
    """
    for part in reversed([part.strip() for part in chain.split(",") if part.strip()]):
        try:
            address = str(ip_address(part))
        except ValueError:
            break
        peer = address
        if not is_trusted(address):
            break
    return peer


class ProxyMiddleware:
    """Also refuses bodies that are larger than anything we take, before a byte of them is read."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        meta = request.META
        said = {name: meta.pop(name, "") for name in HEADERS}
        peer = meta.get("REMOTE_ADDR", "")
        if is_trusted(peer):
            meta["REMOTE_ADDR"] = visitor_of(said["HTTP_X_FORWARDED_FOR"], peer)
            if said["HTTP_X_FORWARDED_PROTO"] in {"http", "https"}:
                meta["wsgi.url_scheme"] = said["HTTP_X_FORWARDED_PROTO"]
            if said["HTTP_X_FORWARDED_HOST"]:
                meta["HTTP_HOST"] = said["HTTP_X_FORWARDED_HOST"]
            if said["HTTP_X_REQUEST_ID"]:
                meta["HTTP_X_REQUEST_ID"] = said["HTTP_X_REQUEST_ID"]
        if _length(meta.get("CONTENT_LENGTH", "")) > settings.MAX_REQUEST_BYTES:
            return too_large(request)
        return self.get_response(request)


def _length(text: str) -> int:
    return int(text) if text.isdigit() else 0


def too_large(request: HttpRequest) -> HttpResponse:
    """Plain, because nothing of the request has been looked at yet."""
    status, most = HTTPStatus.REQUEST_ENTITY_TOO_LARGE, settings.MAX_REQUEST_BYTES // 1024**2
    text = gettext("This is too large: a request may have %(most)s MB. Send less at a time.") % {"most": most}
    if request.path.startswith("/api/"):
        return JsonResponse(problems.body_of(status, text), status=status, content_type=problems.MEDIA_TYPE)
    return HttpResponse(text, status=status, content_type="text/plain; charset=utf-8")

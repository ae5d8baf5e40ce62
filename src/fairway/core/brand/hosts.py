"""Which host is asked: the installation's own, a vendor's proven domain, or none of ours.

On a vendor's domain the vendor's short name is not in the address (ADR 2): /portal/… is put together with it before
anything else looks, so that doors are counted and pages found as everywhere. What is served there: portal, public
pages, log-in, invitations, files. The rest is at the installation's address, and other vendors are not there at all.
"""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.request import split_domain_port, validate_host

from fairway.core.brand.fronts import Front, fronts

Handler = Callable[[HttpRequest], HttpResponse]
OF_VENDOR = frozenset({"portal", "public"})
AS_EVERYWHERE = frozenset({"accounts", "static", "look", "go", "invite", "healthz", "readyz", "robots.txt"})
ELSEWHERE = frozenset({"console", "desk"})


class HostMiddleware:
    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.own_front = None  # type: ignore[attr-defined]
        raw = request.META.get("HTTP_HOST", "")
        host, _port = split_domain_port(raw)
        if not host or validate_host(host, settings.ALLOWED_HOSTS):
            return self.get_response(request)
        front = fronts().by_host.get(host)
        if front is None:
            return self.get_response(request)  # refused as any other host: get_host raises
        request.own_front = front  # type: ignore[attr-defined]
        request.get_host = lambda: raw  # type: ignore[method-assign]
        return self._on(front, request)

    def _on(self, front: Front, request: HttpRequest) -> HttpResponse:
        first, _, rest = request.path_info.lstrip("/").partition("/")
        if first == front.slug:  # a link written down before there was the domain
            first, path = rest.partition("/")[0], f"/{rest}"
            if first in OF_VENDOR:
                return _moved(request, path)
        if not first:
            return HttpResponseRedirect("/portal/")
        if first in ELSEWHERE:
            slug = "" if first == "desk" else f"/{front.slug}"
            below = request.path_info.removeprefix(f"/{front.slug}")
            return HttpResponseRedirect(f"{settings.BASE_URL.rstrip('/')}{slug}{below}")
        if first in OF_VENDOR:
            request.path_info = f"/{front.slug}{request.path_info}"
        elif first in AS_EVERYWHERE:
            request.vendor_slug, request.vendor_name = front.slug, front.name  # type: ignore[attr-defined]
        else:
            request.path_info = "/not-here/"
        return self.get_response(request)


def _moved(request: HttpRequest, path: str) -> HttpResponse:
    """The same request at another path, whatever its method."""
    query = request.META.get("QUERY_STRING", "")
    return HttpResponseRedirect(f"{path}?{query}" if query else path, preserve_request=True)

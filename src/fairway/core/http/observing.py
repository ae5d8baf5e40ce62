"""Every answer counted and logged: one line, with the pattern of the address in place of the address."""

import logging
import time
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from fairway.core.http import metrics
from fairway.core.logs import route_of

access = logging.getLogger("fairway.access")
Handler = Callable[[HttpRequest], HttpResponse]


class ObserveMiddleware:
    """Counts and logs every answer; just inside the one that names the request."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        begin = time.perf_counter()
        response = self.get_response(request)
        seconds = time.perf_counter() - begin
        is_file = request.path.startswith(settings.STATIC_URL) and not hasattr(request, "member")
        route = "static" if is_file else route_of(request)
        metrics.count_request(request.method or "", route, response.status_code, seconds)
        if route not in settings.UNLOGGED_ROUTES:
            _log(request, route, response.status_code, seconds)
        return response


def _log(request: HttpRequest, route: str, status: int, seconds: float) -> None:
    ms = round(seconds * 1000, 1)
    about = {"method": request.method, "route": route, "status": status, "ms": ms}
    if vendor := getattr(request, "vendor_slug", ""):
        about["vendor"] = vendor
    access.info("%s %s %d in %s ms", request.method, route, status, ms, extra=about)

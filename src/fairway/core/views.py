"""Pages without a vendor: the way to one's place after log-in, the choice between several, health."""

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.db import Error, connection
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from fairway.core import health
from fairway.core.http.frame import role_label
from fairway.core.tenancy.lookups import SeatRow, seats_of_user
from fairway.core.tenancy.middleware import SEAT_KEY

DESK = "/desk/"


def home_of(seat: SeatRow) -> str:
    return f"/{seat.vendor_slug}/{seat.surface}/"


@require_GET
def start(request: HttpRequest) -> HttpResponse:
    return HttpResponseRedirect("/go/")


@require_GET
@never_cache
def go(request: HttpRequest) -> HttpResponse:
    """Where this person works: the only place, the desk, or a page to choose from."""
    if not request.user.is_authenticated:
        return redirect_to_login(request.get_full_path(), settings.LOGIN_URL)
    seats = seats_of_user(request.user.pk)
    slug = getattr(request, "vendor_slug", "") or request.GET.get("vendor", "")
    here = [seat for seat in seats if not slug or seat.vendor_slug == slug]
    if slug and not here:
        raise Http404
    if target := _only_place(here):
        return HttpResponseRedirect(target)
    places = [(seat, role_label(seat.role)) for seat in here]
    return render(request, "core/seats.html", {"places": places})


def _only_place(seats: list[SeatRow]) -> str:
    homes = {home_of(seat) for seat in seats}
    if len(homes) == 1 and len(seats) == 1:
        return homes.pop()
    is_partner_person = bool(seats) and all(seat.surface == "portal" for seat in seats)
    return DESK if is_partner_person and len({seat.vendor_slug for seat in seats}) > 1 else ""


@require_POST
def take_seat(request: HttpRequest, uid: object) -> HttpResponse:
    """Sit down in one of the own seats. A seat of somebody else does not exist here."""
    if not request.user.is_authenticated:
        return redirect_to_login("/go/", settings.LOGIN_URL)
    seat = next((seat for seat in seats_of_user(request.user.pk) if seat.seat_uid == uid), None)
    if seat is None:
        raise Http404
    chosen = {**request.session.get(SEAT_KEY, {}), f"{seat.vendor_slug}/{seat.surface}": str(seat.seat_uid)}
    request.session[SEAT_KEY] = chosen
    return HttpResponseRedirect(home_of(seat))


def not_here(request: HttpRequest) -> HttpResponse:
    """What does not exist and what is not for this person look the same."""
    raise Http404


@require_GET
@never_cache
def healthz(request: HttpRequest) -> HttpResponse:
    """The process answers. Asks no database."""
    return HttpResponse("ok", content_type="text/plain")


@require_GET
@never_cache
def readyz(request: HttpRequest) -> HttpResponse:
    """The database answers and has every table of this version; 503 until then.

    With `?worker` also that a worker lives. Not without it: pages do their work while all workers are away.
    """
    try:
        missing = health.missing_migrations()
        worker_is_away = "worker" in request.GET and not missing and not health.has_live_worker()
    except Error:
        connection.close()
        return HttpResponse("database away", status=503, content_type="text/plain")
    if missing:
        return HttpResponse("migrations missing", status=503, content_type="text/plain")
    if worker_is_away:
        return HttpResponse("no worker", status=503, content_type="text/plain")
    return HttpResponse("ready", content_type="text/plain")

"""The doors of OAuth 2: the page on which a person lets an app in, and the addresses that apps themselves call."""

from typing import Any, cast
from urllib.parse import urlsplit

from authlib.oauth2 import OAuth2Error
from authlib.oauth2.rfc8414 import AuthorizationServerMetadata
from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from fairway.core import clock
from fairway.core.access import PERMISSIONS, SUPPORT, Member, member_of_seat
from fairway.core.http.frame import role_label
from fairway.core.rights import WORDS
from fairway.core.tenancy.actions.oauth import grantable
from fairway.core.tenancy.lookups import seats_of_user
from fairway.core.tenancy.middleware import SECURITY_PATH
from fairway.core.tenancy.models import User
from fairway.core.tenancy.oauth_server import GRANTS, WITH_SECRET, Client, server


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def authorize(request: HttpRequest) -> HttpResponse:
    """Asks the person; nothing is told to an address that the vendor did not write down for this app."""
    if not request.user.is_authenticated:
        return redirect_to_login(request.get_full_path(), settings.LOGIN_URL)
    try:
        asked = server().get_consent_grant(request, end_user=request.user)
    except OAuth2Error as error:
        if getattr(error, "redirect_uri", None):
            return cast(HttpResponse, server().handle_error_response(request, error))
        return render(request, "account/app_refused.html", {"why": error.get_error_description()}, status=400)
    client = cast(Client, asked.request.client)
    members = _members(request.user, client)
    if not members:
        return render(request, "account/app_refused.html", {"client": client.row}, status=403)
    member = _chosen(request, members)
    if member.seat is not None and member.seat.must_add_second_factor(clock.now()):
        return HttpResponseRedirect(f"{SECURITY_PATH}?{urlencode({'next': request.get_full_path()})}")
    if request.method == "POST":
        allowed = member if request.POST.get("decision") == "allow" else None
        return cast(HttpResponse, server().create_authorization_response(request, grant_user=allowed, grant=asked))
    scopes = asked.request.scope.split()
    context = {
        "client": client.row,
        "redirect_host": urlsplit(asked.redirect_uri).netloc or urlsplit(asked.redirect_uri).scheme,
        "places": [_place(each, client, scopes) for each in members],
    }
    response = render(request, "account/app_consent.html", context)
    _let_form_lead_to(asked.redirect_uri, response)
    return response


def _let_form_lead_to(address: str, response: HttpResponse) -> None:
    """Browsers hold the answer to a form to the policy of its page, redirects included."""
    parts = urlsplit(address)
    origin = f"{parts.scheme}://{parts.netloc}" if parts.scheme in {"http", "https"} else f"{parts.scheme}:"
    response._csp_update = {"form-action": [origin]}  # type: ignore[attr-defined]


def _members(user: User, client: Client) -> list[Member]:
    """The seats that the person has at the client's vendor; a visit of the support is lent to no app."""
    seats = tuple(seats_of_user(user.pk))
    return [
        member_of_seat(seat, user_id=user.pk, seats=seats, language=user.language, time_zone=user.time_zone)
        for seat in seats
        if seat.vendor_slug == client.vendor_slug and seat.role != SUPPORT
    ]


def _chosen(request: HttpRequest, members: list[Member]) -> Member:
    wanted = request.POST.get("seat", "")
    return next((each for each in members if each.seat and str(each.seat.seat_uid) == wanted), members[0])


def _place(member: Member, client: Client, scopes: list[str]) -> dict[str, Any]:
    assert member.seat is not None
    given = grantable(client.row, scopes, member)
    return {
        "seat": member.seat,
        "role": member.seat.role_name or role_label(member.role),
        "may": [WORDS[scope] for scope in given],
        "may_not": [WORDS[scope] for scope in scopes if scope not in given],
    }


@csrf_exempt
@never_cache
@require_POST
def token(request: HttpRequest) -> HttpResponse:
    return cast(HttpResponse, server().create_token_response(request))


@csrf_exempt
@never_cache
@require_POST
def revoke(request: HttpRequest) -> HttpResponse:
    return cast(HttpResponse, server().create_endpoint_response("revocation", request))


@csrf_exempt
@never_cache
@require_POST
def introspect(request: HttpRequest) -> HttpResponse:
    return cast(HttpResponse, server().create_endpoint_response("introspection", request))


@require_safe
def metadata(request: HttpRequest) -> HttpResponse:
    """RFC 8414: where the doors are and what they understand. It names no vendor."""
    base = settings.BASE_URL.rstrip("/")
    told = AuthorizationServerMetadata(
        {
            "issuer": base,
            "authorization_endpoint": f"{base}/oauth/authorize",
            "token_endpoint": f"{base}/oauth/token",
            "revocation_endpoint": f"{base}/oauth/revoke",
            "introspection_endpoint": f"{base}/oauth/introspect",
            "service_documentation": f"{base}/api/v1/docs/",
            "response_types_supported": ["code"],
            "grant_types_supported": list(GRANTS),
            "code_challenge_methods_supported": ["S256"],
            "token_endpoint_auth_methods_supported": [*WITH_SECRET, "none"],
            "revocation_endpoint_auth_methods_supported": [*WITH_SECRET, "none"],
            "introspection_endpoint_auth_methods_supported": WITH_SECRET,
            "scopes_supported": sorted(PERMISSIONS),
        }
    )
    return JsonResponse(dict(told), headers={"Cache-Control": "max-age=300"})

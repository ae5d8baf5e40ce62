"""The gate before pages, for roles of a vendor's own: who may not read a thing finds no page about it.

Built-in roles may read all that their surface shows. An edition of one may lack “See leads”: then the area of the
navigation that asks for this permission is shut, with everything below its address, and so is what the area's room
adds to the home page. Programs are checked by each operation of the API.
"""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from fairway.core import clock
from fairway.core.access import Forbidden, Member, require
from fairway.core.http.nav import registered, surface_of
from fairway.core.tenancy.actions.support import note_visit

# What one must be able to read to be shown a room's lines on the home page, by surface.
READS = {
    "console": {
        "leads": "lead.read",
        "deals": "deal.read",
        "partners": "partner.read",
        "customers": "customer.read",
        "insight": "review.read",
    },
    "portal": {"leads": "offer.read", "deals": "deal.read", "insight": "review.read"},
}


def may_be_told(member: Member, surface: str, provider: Callable[..., Any]) -> bool:
    """Whether what a room's provider says is for this member."""
    permission = READS.get(surface, {}).get(provider.__module__.split(".")[1], "")
    return not permission or member.can(permission)


def asked_for(request: HttpRequest) -> str:
    """The permission of the area that the address belongs to, by the longest address that begins it."""
    best, wanted = 0, ""
    for item in registered():
        if item.surface != surface_of(request):
            continue
        for begin in (reverse(item.url_name), *map(reverse, item.also)):
            if len(begin) > best and request.path.startswith(begin):
                best, wanted = len(begin), item.permission
    return wanted


class GateMiddleware:
    """Stands after the context is entered, and asks only for roles of the vendor's own."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        member: Member | None = getattr(request, "member", None)
        if member is not None and member.is_support and response.status_code < 500:
            note_visit(
                member=member, method=request.method or "", page=_page(request), path=request.path,
                status=response.status_code, at=clock.now(),
            )  # fmt: skip
        return response

    def process_view(self, request: HttpRequest, *args: Any) -> None:
        member: Member | None = getattr(request, "member", None)
        if member is None or member.permissions is None or member.kind == "token":
            return
        if permission := asked_for(request):
            require(member, permission)
        if member.may_only_look and request.method not in {"GET", "HEAD"}:
            raise Forbidden(_("You were let in only to look."))


def _page(request: HttpRequest) -> str:
    """The page by its name, which tells no value of the vendor's."""
    match = request.resolver_match
    return (match.url_name or "") if match else ""

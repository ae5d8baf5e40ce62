"""Apps that may ask people for access: kept by the vendor's administrator; and what each person let in."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from fairway.core import clock
from fairway.core.access import Member, require
from fairway.core.http.toasts import toast
from fairway.core.refusals import Refused
from fairway.core.rights import WORDS
from fairway.core.tenancy.actions.oauth import retire_client, revoke_grant, save_client
from fairway.core.tenancy.clients import OAuthClient
from fairway.core.tenancy.forms import ClientForm
from fairway.core.tenancy.queries import clients_in_use, grants_of
from fairway.core.tenancy.views.people import address

SHOWN_MOST = 200


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def clients(request: HttpRequest) -> HttpResponse:
    member: Member = request.member  # type: ignore[attr-defined]
    require(member, "people.manage")
    form = ClientForm(request.POST or None)
    made: OAuthClient | None = None
    secret = ""
    if request.method == "POST" and form.is_valid():
        try:
            made, secret = save_client(**form.values, actor=member, at=clock.now())
            form = ClientForm()
        except Refused as refused:
            form.add_error(refused.field if refused.field in form.fields else None, str(refused))
    rows = [{"row": row, "scopes": _words(row.scopes)} for row in clients_in_use()[:SHOWN_MOST]]
    context = {"form": form, "made": made, "secret": secret, "clients": rows}
    return render(request, "people/clients.html", context, status=422 if form.errors else 200)


@require_POST
def retire(request: HttpRequest, uid: UUID) -> HttpResponse:
    member: Member = request.member  # type: ignore[attr-defined]
    require(member, "people.manage")
    client = get_object_or_404(clients_in_use(), uid=uid)
    retire_client(client=client, actor=member, at=clock.now())
    toast(request, _("The app “%(name)s” is shut out.") % {"name": client.name})
    return HttpResponseRedirect(address(member, "oauthclient-list"))


@require_safe
def apps(request: HttpRequest) -> HttpResponse:
    member: Member = request.member  # type: ignore[attr-defined]
    rows = [
        {"row": row, "scopes": _words(row.scopes), "revoke_url": address(member, "app-revoke", row.uid)}
        for row in grants_of(member)[:SHOWN_MOST]
    ]
    return render(request, "people/apps.html", {"apps": rows})


@require_POST
def revoke(request: HttpRequest, uid: UUID) -> HttpResponse:
    member: Member = request.member  # type: ignore[attr-defined]
    given = get_object_or_404(grants_of(member), uid=uid)
    revoke_grant(given=given, actor=member, at=clock.now())
    toast(request, _("The app “%(name)s” is shut out.") % {"name": given.client_name})
    return HttpResponseRedirect(address(member, "app-list"))


def _words(scopes: list[str]) -> str:
    return ", ".join(str(WORDS.get(scope, scope)) for scope in scopes)

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
from fairway.core.tenancy.actions.oauth import change_secret, edit_client, retire_client, revoke_grant, save_client
from fairway.core.tenancy.clients import OAuthClient
from fairway.core.tenancy.forms import ClientEditForm, ClientForm, SecretForm
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


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, uid: UUID) -> HttpResponse:
    member: Member = request.member  # type: ignore[attr-defined]
    require(member, "people.manage")
    client = get_object_or_404(clients_in_use(), uid=uid)
    now = {"name": client.name, "redirect_uris": "\n".join(client.redirect_uris), "scopes": client.scopes}
    form = ClientEditForm(request.POST or None, initial=now)
    if request.method == "POST" and form.is_valid():
        try:
            edit_client(client=client, **form.values, actor=member, at=clock.now())
        except Refused as refused:
            form.add_error(refused.field if refused.field in form.fields else None, str(refused))
        else:
            toast(request, _("Saved. It holds from now on."))
            return HttpResponseRedirect(address(member, "oauthclient-edit", uid))
    return _client_page(request, client, form, SecretForm())


@never_cache
@require_POST
def secret(request: HttpRequest, uid: UUID) -> HttpResponse:
    member: Member = request.member  # type: ignore[attr-defined]
    require(member, "people.manage")
    client = get_object_or_404(clients_in_use(), uid=uid)
    form, made = SecretForm(request.POST), ""
    if form.is_valid():
        try:
            made = change_secret(client=client, **form.cleaned_data, actor=member, at=clock.now())
            client = clients_in_use().get(pk=client.pk)
        except Refused as refused:
            form.add_error(None, str(refused))
    now = {"name": client.name, "redirect_uris": "\n".join(client.redirect_uris), "scopes": client.scopes}
    return _client_page(request, client, ClientEditForm(initial=now), form, made)


def _client_page(
    request: HttpRequest, client: OAuthClient, form: ClientEditForm, secret_form: SecretForm, made: str = ""
) -> HttpResponse:
    until = client.old_secret_until
    context = {
        "client": client, "form": form, "secret_form": secret_form, "secret": made,
        "old_until": until if until and until > clock.now() else None,
        "list_url": address(request.member, "oauthclient-list"),  # type: ignore[attr-defined]
    }  # fmt: skip
    status = 422 if form.errors or secret_form.errors else 200
    return render(request, "people/client.html", context, status=status)


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

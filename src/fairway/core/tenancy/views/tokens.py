"""Keys for programs: made for one's own seat, shown once, revoked."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from fairway.core import clock
from fairway.core.access import Member, require
from fairway.core.http.toasts import toast
from fairway.core.refusals import Refused
from fairway.core.tenancy.actions.tokens import create_token, revoke_token
from fairway.core.tenancy.forms import SCOPES, TokenForm
from fairway.core.tenancy.models import Seat
from fairway.core.tenancy.queries import tokens_for
from fairway.core.tenancy.views.people import address

SHOWN_MOST = 200


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def tokens(request: HttpRequest) -> HttpResponse:
    member: Member = request.member  # type: ignore[attr-defined]
    require(member, "token.manage")
    form = TokenForm(request.POST or None, member=member)
    secret = ""
    if request.method == "POST" and form.is_valid():
        secret = _made(form, member)
        if secret:
            form = TokenForm(member=member)
    status = 422 if form.errors else 200
    context = {"form": form, "secret": secret, "tokens": _shown(member)}
    return render(request, "people/tokens.html", context, status=status)


def _made(form: TokenForm, member: Member) -> str:
    values = form.cleaned_data
    # Roles of the vendor's own are for staff; a partner's surface has no right to look at them.
    needed = ("partner", "custom_role") if member.is_staff else ("partner",)
    try:
        _token, secret = create_token(
            seat=Seat.objects.select_related(*needed).get(pk=member.seat_id),
            name=values["name"], scopes=values["scopes"], expires_at=form.expires_at, actor=member, at=clock.now(),
        )  # fmt: skip
    except Refused as refused:
        form.add_error(refused.field if refused.field in form.fields else None, str(refused))
        return ""
    return secret


def _shown(member: Member) -> list[dict[str, object]]:
    at = clock.now()
    return [
        {
            "row": token,
            "scopes": ", ".join(str(SCOPES.get(scope, scope)) for scope in token.scopes),
            "is_expired": token.expires_at is not None and token.expires_at <= at,
            "revoke_url": address(member, "token-revoke", token.uid),
        }
        for token in tokens_for(member)[:SHOWN_MOST]
    ]


@require_POST
def revoke(request: HttpRequest, uid: UUID) -> HttpResponse:
    member: Member = request.member  # type: ignore[attr-defined]
    token = get_object_or_404(tokens_for(member).select_related("seat__partner"), uid=uid)
    revoke_token(token=token, actor=member, at=clock.now())
    toast(request, _("The key “%(name)s” does not work any more.") % {"name": token.name})
    return HttpResponseRedirect(address(member, "token-list"))

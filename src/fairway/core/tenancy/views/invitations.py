"""The link in an invitation's mail. Looking at it changes nothing; taking the seat is a POST."""

from typing import Any

from django.conf import settings
from django.contrib.auth import login
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from fairway.core import clock
from fairway.core.http.frame import role_label
from fairway.core.refusals import Refused
from fairway.core.tenancy.actions.invitations import LoginExists, accept_as_existing, accept_as_new
from fairway.core.tenancy.forms import AcceptForm
from fairway.core.tenancy.models import Invitation, User
from fairway.core.tenancy.queries import invitation_of_token, user_of_email

Values = dict[str, Any]


@sensitive_post_parameters("password")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    found = invitation_of_token(token)
    if found is None:
        return _page(request, "unknown", status=404)
    offered, slug, vendor_name = found
    request.vendor_slug, request.vendor_name = slug, vendor_name  # type: ignore[attr-defined]
    context: Values = {
        "invitation": offered,
        "vendor_name": vendor_name,
        "role": role_label(offered.role),
        "login_url": f"{settings.LOGIN_URL}?next={request.path}",
    }
    if (over := _over(offered)) is not None:
        return _page(request, over, status=410, **context)
    home = f"/{slug}/{'portal' if offered.partner_id else 'console'}/"
    if (user := user_of_email(offered.email)) is not None:
        return _existing(request, offered, user, home, context)
    if request.user.is_authenticated:
        return _page(request, "other", **context)
    return _new(request, offered, home, context)


def _over(offered: Invitation) -> str | None:
    """Why the invitation cannot be taken, if it cannot."""
    if offered.accepted_at is not None:
        return "used"
    if offered.revoked_at is not None:
        return "revoked"
    return "expired" if offered.expires_at <= clock.now() else None


def _existing(request: HttpRequest, offered: Invitation, user: User, home: str, context: Values) -> HttpResponse:
    """The address has a log-in: only that person takes the seat, after logging in."""
    if not request.user.is_authenticated:
        return _page(request, "login", **context)
    if request.user.pk != user.pk:
        return _page(request, "other", **context)
    if request.method != "POST":
        return _page(request, "accept", **context)
    try:
        accept_as_existing(invitation=offered, user=user, at=clock.now())
    except (Refused, PermissionDenied) as refused:
        return _page(request, "refused", status=409, sentence=str(refused), **context)
    return HttpResponseRedirect(home)


def _new(request: HttpRequest, offered: Invitation, home: str, context: Values) -> HttpResponse:
    form = AcceptForm(request.POST or None, initial={"name": offered.name})
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        try:
            user = accept_as_new(
                invitation=offered, name=values["name"], password=values["password"], at=clock.now()
            )  # fmt: skip
        except ValidationError as weak:
            form.add_error("password", weak)
        except LoginExists:
            return _page(request, "login", **context)
        except Refused as refused:
            return _page(request, "refused", status=409, sentence=str(refused), **context)
        else:
            login(request, user, backend=settings.AUTHENTICATION_BACKENDS[0])
            return HttpResponseRedirect(home)
    return _page(request, "new", form=form, **context)


def _page(request: HttpRequest, state: str, *, status: int = 200, **context: object) -> HttpResponse:
    return render(request, "people/invitation.html", {"state": state, **context}, status=status)

"""A person's own log-in: password, second factors, and where one is signed in. Pages without a vendor."""

import hashlib
from typing import Any, cast
from uuid import UUID

from allauth.account.decorators import reauthentication_required
from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.internal.flows import remove_authenticator
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from fairway.core import clock
from fairway.core.http.toasts import toast
from fairway.core.tenancy.actions.signing_in import end_other_sign_ins, end_sign_in, may_remove_factor
from fairway.core.tenancy.devices import device_words
from fairway.core.tenancy.lookups import SeatRow, seats_of_user
from fairway.core.tenancy.models import User
from fairway.core.tenancy.queries import sign_ins_of
from fairway.core.tenancy.signing_in import SignIn

NEXT_KEY = "after_second_factor"  # session: the page that waits until a factor is set up


@login_required
@never_cache
@require_safe
def security(request: HttpRequest) -> HttpResponse:
    user = cast(User, request.user)
    factors = list(Authenticator.objects.filter(user_id=user.pk).order_by("pk"))
    seats = seats_of_user(user.pk)
    context = {
        "app": next((factor for factor in factors if factor.type == Authenticator.Type.TOTP), None),
        "passkeys": [_passkey(factor) for factor in factors if factor.type == Authenticator.Type.WEBAUTHN],
        "codes": next((_codes(factor) for factor in factors if factor.type == Authenticator.Type.RECOVERY_CODES), None),
        "sign_ins": [_sign_in(row, request) for row in sign_ins_of(user)],
        "asked": _asked(seats),
        "places": list({(seat.vendor_slug, seat.surface): seat for seat in seats}.values()),
        "go_on": _waiting_page(request, seats),
    }
    return render(request, "account/security.html", context)


def _asked(seats: list[SeatRow]) -> dict[str, Any] | None:
    """The vendor that asks for a second factor soonest, while the person has none."""
    asking = [seat for seat in seats if seat.second_factor_at is not None and not seat.has_second_factor]
    first = min(asking, key=lambda seat: seat.second_factor_at or clock.now(), default=None)
    if first is None:
        return None
    return {
        "vendor": first.vendor_name,
        "at": first.second_factor_at,
        "is_due": first.must_add_second_factor(clock.now()),
    }


def _waiting_page(request: HttpRequest, seats: list[SeatRow]) -> str:
    """Where the person wanted to go when the missing factor stood in the way; kept until there is one."""
    wanted = request.GET.get("next", "")
    if wanted and url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure()):
        request.session[NEXT_KEY] = wanted
    if any(seat.must_add_second_factor(clock.now()) for seat in seats):
        return ""
    return request.session.get(NEXT_KEY, "")


def mark_of(factor: Authenticator) -> str:
    """A passkey's name in addresses: of its own credential, not of its row."""
    return hashlib.sha256(str(factor.data["credential"]["id"]).encode()).hexdigest()[:32]


def _passkey(factor: Authenticator) -> dict[str, Any]:
    wrapped = factor.wrap()
    return {
        "name": wrapped.name,
        "is_alone": bool(wrapped.is_passwordless),
        "added_at": factor.created_at,
        "used_at": factor.last_used_at,
        "remove_url": reverse("passkey-remove", args=[mark_of(factor)]),
    }


def _codes(factor: Authenticator) -> dict[str, int]:
    return {"left": len(factor.wrap().get_unused_codes())}


def _sign_in(row: SignIn, request: HttpRequest) -> dict[str, Any]:
    return {
        "device": device_words(row.device),
        "address": row.address,
        "seen_at": row.last_seen_at,
        "started_at": row.started_at,
        "is_this": row.session_key == request.session.session_key,
        "end_url": reverse("sign-in-end", args=[row.uid]),
    }


@login_required
@require_POST
def end(request: HttpRequest, uid: UUID) -> HttpResponse:
    row = get_object_or_404(sign_ins_of(cast(User, request.user)), uid=uid)
    if row.session_key != request.session.session_key:
        end_sign_in(row)
        toast(request, _("Signed out there: %(device)s.") % {"device": device_words(row.device)})
    return HttpResponseRedirect(reverse("security"))


@login_required
@require_POST
def end_others(request: HttpRequest) -> HttpResponse:
    count = end_other_sign_ins(cast(User, request.user), keep=request.session.session_key)
    toast(
        request, ngettext("Signed out in one other place.", "Signed out in %(n)d other places.", count) % {"n": count}
    )
    return HttpResponseRedirect(reverse("security"))


@login_required
@reauthentication_required(app="allauth.mfa")
@require_POST
def remove_passkey(request: HttpRequest, mark: str) -> HttpResponse:
    keys = Authenticator.objects.filter(user_id=request.user.pk, type=Authenticator.Type.WEBAUTHN)
    factor = next((factor for factor in keys if mark_of(factor) == mark), None)
    if factor is None:
        raise Http404
    if may_remove_factor(factor, clock.now()):
        remove_authenticator(request, factor)
    else:
        toast(request, _("A vendor you work for asks for a second factor, and this is your only one."), kind="bad")
    return HttpResponseRedirect(reverse("security"))

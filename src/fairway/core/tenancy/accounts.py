"""How allauth behaves here: people come by invitation, never by signing themselves up."""

import time
from typing import Any

from allauth.account import app_settings
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.auth_backends import AuthenticationBackend
from allauth.account.internal.flows.login import get_authentication_records
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from fairway.core.tenancy.actions.signing_in import tell_of_change
from fairway.core.tenancy.lookups import person_with_seats
from fairway.core.tenancy.models import User

_COLUMNS = [column.attname for column in User._meta.concrete_fields]


class Backend(AuthenticationBackend):
    """Asked once a request for the person of the session; nearly all pages need the seats too, so they come along."""

    def get_user(self, user_id: int) -> User | None:
        found = person_with_seats(user_id, _COLUMNS)
        if found is None:
            return None
        values, seats = found
        user = User.from_db("default", _COLUMNS, list(values))
        user.seats_at_start = seats
        return user if self.user_can_authenticate(user) else None


class AccountAdapter(DefaultAccountAdapter):
    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": _("E-mail and password do not fit together. Check both, or reset the password."),
        "too_many_login_attempts": _("Too many attempts. Wait a few minutes, or reset the password."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        return "/go/"

    def populate_username(self, request: HttpRequest, user: Any) -> None:
        """People have no user name, only an e-mail address."""

    def is_reauthentication_required(self, *, app: str) -> bool:
        """Asked once more before a change of who may get in, unless the person has just logged in."""
        records = get_authentication_records(self.request, self.request.user)
        if records and time.time() - records[-1]["at"] < app_settings.REAUTHENTICATION_TIMEOUT:
            return False
        return super().is_reauthentication_required(app=app)

    def send_notification_mail(
        self, template_prefix: str, user: Any, context: dict[str, Any] | None = None, email: str | None = None
    ) -> None:
        """The person is told of every change of the factors, by a job."""
        tell_of_change(user, template_prefix.rpartition("/")[2])

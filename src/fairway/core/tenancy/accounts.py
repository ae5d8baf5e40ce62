"""How allauth behaves here: people come by invitation, never by signing themselves up."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _


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

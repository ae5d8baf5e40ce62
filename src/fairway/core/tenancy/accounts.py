"""How allauth behaves here: people come by invitation, never by signing themselves up."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class AccountAdapter(DefaultAccountAdapter):
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        return "/go/"

    def populate_username(self, request: HttpRequest, user: Any) -> None:
        """People have no user name, only an e-mail address."""

"""The log-in forms in our words: a label above, no example inside the field."""

from typing import Any

from allauth.account import forms as account
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from fairway.core.tenancy.actions.passwords import ask_password_reset


class _Plain:
    """Takes the placeholders away: a label says it already, and stays when the person writes."""

    def _make_plain(self, labels: dict[str, Any]) -> None:
        for name, field in self.fields.items():  # type: ignore[attr-defined]
            field.widget.attrs.pop("placeholder", None)
            if name in labels:
                field.label = labels[name]


class LoginForm(_Plain, account.LoginForm):
    error_messages = {
        "account_inactive": _("This log-in is switched off. Ask your administrator."),
        "email_password_mismatch": _("E-mail and password do not fit together. Check both, or reset the password."),
        "username_password_mismatch": _("E-mail and password do not fit together. Check both, or reset the password."),
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._make_plain({"login": _("E-mail"), "password": _("Password")})
        self.fields["password"].help_text = ""
        self.fields["login"].widget.attrs.update(autocomplete="username", autofocus=True)


class ResetPasswordForm(_Plain, account.ResetPasswordForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._make_plain({"email": _("E-mail")})

    def save(self, request: HttpRequest, **kwargs: Any) -> str:
        email: str = self.cleaned_data["email"]
        ask_password_reset(email)
        return email


class ResetPasswordKeyForm(_Plain, account.ResetPasswordKeyForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._make_plain({"password1": _("New password"), "password2": _("New password, once more")})


class ChangePasswordForm(_Plain, account.ChangePasswordForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        labels = {"oldpassword": _("Password now"), "password1": _("New password")}
        self._make_plain({**labels, "password2": _("New password, once more")})

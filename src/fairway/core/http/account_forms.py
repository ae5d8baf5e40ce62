"""The log-in forms in our words: a label above, no example inside the field."""

from typing import Any

from allauth.account import forms as account
from allauth.core import context
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.webauthn.forms import AddWebAuthnForm
from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from fairway.core.tenancy.actions.passwords import ask_password_reset
from fairway.core.tenancy.actions.signing_in import claim_code, end_other_sign_ins


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
        own = getattr(request, "own_front", None)
        ask_password_reset(email, vendor_id=own.vendor_id if own else 0)
        return email


class ResetPasswordKeyForm(_Plain, account.ResetPasswordKeyForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._make_plain({"password1": _("New password"), "password2": _("New password, once more")})

    def save(self) -> None:
        super().save()
        end_other_sign_ins(self.user, keep=None)


class ChangePasswordForm(_Plain, account.ChangePasswordForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        labels = {"oldpassword": _("Password now"), "password1": _("New password")}
        self._make_plain({**labels, "password2": _("New password, once more")})

    def save(self) -> None:
        super().save()
        end_other_sign_ins(self.user, keep=context.request.session.session_key)


class ReauthenticatePasswordForm(_Plain, account.ReauthenticateForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._make_plain({"password": _("Password")})


class _CodeForm(_Plain):
    """A code of six digits from the app, or a recovery code; either works once."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._make_plain({"code": _("Code")})
        self.fields["code"].widget.attrs.update(inputmode="numeric", autofocus=True)  # type: ignore[attr-defined]

    def clean_code(self) -> str:
        code: str = super().clean_code()  # type: ignore[misc]
        claim_code(self.authenticator, code)  # type: ignore[attr-defined]
        return code


class SecondFactorForm(_CodeForm, AuthenticateForm):
    """After the password, at log-in."""


class SecondFactorAgainForm(_CodeForm, ReauthenticateForm):
    """Once more, before a change of who may get in."""


class CodeAppForm(_Plain, ActivateTOTPForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._make_plain({"code": _("Code the app shows now")})
        self.fields["code"].widget.attrs.update(inputmode="numeric")


class PasskeyForm(_Plain, AddWebAuthnForm):
    """`passwordless` asks the device for a passkey that it protects by finger, face or PIN."""

    name = forms.CharField(
        label=_("Name"), required=False, max_length=60, help_text=_("So that you know it again, such as “Work phone”.")
    )
    passwordless = forms.BooleanField(
        label=_("Sign in with it alone, without the password"), required=False, initial=True,
        help_text=_("The device then asks for finger, face or PIN. Old security keys without one: leave this out."),
    )  # fmt: skip

    field_order = ("name", "passwordless", "credential")

"""Passwords that were forgotten: a link by mail, whether or not anybody has the address."""

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override

from fairway.core import mail
from fairway.core.ids import uuid7
from fairway.core.jobs import defer
from fairway.core.tenancy.queries import user_of_email


def ask_password_reset(email: str) -> None:
    """Takes equally long for an address that nobody has: only the job looks."""
    defer("core.send_password_reset", vendor_id=0, email=email.strip().lower())


def send_password_reset(email: str) -> None:
    """Send the link to the person with this address, if there is one who may log in."""
    user = user_of_email(email)
    if user is None or not user.is_active:
        return
    key = default_token_generator.make_token(user)
    path = reverse("account_reset_password_from_key", kwargs={"uidb36": user_pk_to_url_str(user), "key": key})
    with override(user.language):
        text = _(
            "Somebody, perhaps you, asked to set a new password for this address.\n\n"
            "If it was not you, do nothing: the password stays as it is."
        )
        mail.send(
            mail.Letter(
                to_email=user.email,
                to_name=user.name,
                subject=_("Set a new password"),
                text=text,
                path=path,
                link_label=_("Set a new password"),
                key=str(uuid7()),
            )
        )

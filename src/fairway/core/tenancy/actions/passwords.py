"""Passwords that were forgotten: a link by mail, whether or not anybody has the address."""

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override

from fairway.core import mail
from fairway.core.brand.fronts import fronts
from fairway.core.brand.looks import look_of
from fairway.core.ids import uuid7
from fairway.core.jobs import defer
from fairway.core.tenancy.queries import user_of_email


def ask_password_reset(email: str, *, vendor_id: int = 0) -> None:
    """Takes equally long for an address that nobody has: only the job looks. `vendor_id`: whose own domain it was."""
    defer("core.send_password_reset", vendor_id=vendor_id, email=email.strip().lower())


def send_password_reset(email: str, *, vendor_id: int = 0) -> None:
    """Send the link to the person with this address, if there is one who may log in."""
    user = user_of_email(email)
    if user is None or not user.is_active:
        return
    front = fronts().by_vendor.get(vendor_id)
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
                vendor_id=vendor_id,
                look=look_of(front.look_uid if front else None),
            )
        )

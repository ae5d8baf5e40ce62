"""How second factors behave here: secrets are kept encrypted, and names are ours."""

import base64
import hashlib
from functools import lru_cache

from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from cryptography.fernet import Fernet
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from fairway.core import clock
from fairway.core.tenancy.actions.signing_in import may_remove_factor


@lru_cache(maxsize=4)
def _box(secret: str) -> Fernet:
    return Fernet(base64.urlsafe_b64encode(hashlib.sha256(f"fairway.second_factor/{secret}".encode()).digest()))


class SecondFactorAdapter(DefaultMFAAdapter):
    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "cannot_delete_authenticator": gettext_lazy(
            "A vendor you work for asks for a second factor, and this is your only one. Add another one first."
        ),
        "incorrect_code": gettext_lazy("This code does not fit. Look at the app again: it changes every 30 seconds."),
    }

    def encrypt(self, text: str) -> str:
        return _box(settings.SECRET_KEY).encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return _box(settings.SECRET_KEY).decrypt(encrypted_text.encode()).decode()

    def get_totp_issuer(self) -> str:
        return "Fairway"

    def generate_authenticator_name(self, user: AbstractBaseUser, type: Authenticator.Type) -> str:
        count = Authenticator.objects.filter(user_id=user.pk, type=type).count()
        name = _("Passkey %(number)d") % {"number": count + 1}
        own = getattr(context.request, "own_front", None)
        # A passkey works at the address where it was added, and nowhere else.
        return f"{name} ({own.host})" if own else name

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        return may_remove_factor(authenticator, clock.now())

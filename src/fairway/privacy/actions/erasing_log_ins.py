"""Log-ins of erased people, where they belong to no other vendor. Outside any context: they are the system's tables."""

from collections.abc import Sequence

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib.sessions.models import Session
from django.db import connection, transaction

from fairway.core.tenancy.models import User
from fairway.core.tenancy.signing_in import SignIn
from fairway.privacy.rules.needles import Needles

_ENDED = "('succeeded', 'failed', 'cancelled', 'aborted')"


def erase_log_ins(user_ids: Sequence[int], found: Needles, placeholder: str) -> dict[str, int]:
    """The log-in stays as a row that nobody can enter; its address, factors, sessions and places go."""
    with transaction.atomic():
        for user in User.objects.filter(pk__in=user_ids):
            _erase(user, placeholder)
        if found.addresses:
            with connection.cursor() as cursor:
                # Jobs that are done with still say what they were given.
                cursor.execute(
                    f"DELETE FROM procrastinate_jobs WHERE status IN {_ENDED} AND args::text ~* %s", [found.addresses]
                )
    return {"User": len(user_ids)}


def _erase(user: User, placeholder: str) -> None:
    places = SignIn.objects.filter(user_id=user.pk)
    Session.objects.filter(session_key__in=list(places.values_list("session_key", flat=True))).delete()
    places.delete()
    Authenticator.objects.filter(user_id=user.pk).delete()
    EmailAddress.objects.filter(user_id=user.pk).delete()
    user.email, user.name = f"{user.uid.hex[-12:]}@erased.invalid", placeholder
    user.is_active, user.last_login = False, None
    user.set_unusable_password()
    user.save(update_fields=["email", "name", "is_active", "last_login", "password"])

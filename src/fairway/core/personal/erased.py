"""Recognising the e-mail addresses of people who were erased."""

import hashlib
import hmac
from collections.abc import Iterable
from datetime import datetime
from functools import lru_cache

from django.conf import settings
from django.db import connection
from django.utils.translation import gettext as _

from fairway.core.access import Member
from fairway.core.events.record import record_many
from fairway.core.http.format import long_day
from fairway.core.personal.models import ErasedPerson
from fairway.core.refusals import Refused


class WasErased(Refused):
    """Somebody brings in a person who was erased, and does not say that the person wants it."""


def mark_of(email: str, vendor_id: int) -> str:
    """With the installation's key: without it nobody can try addresses, and no vendor's marks are another's."""
    value = f"{vendor_id}/{email.strip().lower()}"
    return hmac.digest(_key(settings.SECRET_KEY), value.encode(), "sha256").hex()


@lru_cache(maxsize=4)
def _key(secret: str) -> bytes:
    """As `salted_hmac` derives it, once: of thousands of leads each has an address."""
    return hashlib.sha256(b"fairway.erased" + secret.encode()).digest()


def erased_among(emails: Iterable[str], vendor_id: int) -> dict[str, datetime]:
    """E-mail address → when its person was erased, of those that may not be brought in again. In an acting context."""
    marks = {mark_of(email, vendor_id): email for email in emails if email}
    if not marks:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(_ERASED, [vendor_id, list(marks)])
        return {marks[mark]: erased_at for mark, erased_at in cursor.fetchall()}


# Every lead that comes in is asked about; making the query by the ORM would take longer than running it.
_ERASED = """SELECT mark, erased_at FROM core_erasedperson
 WHERE vendor_id = %s AND mark = ANY (%s::text[]) AND allowed_at IS NULL"""


def words_of(erased_at: datetime) -> str:
    """What is said to who enters an erased person, by hand or by a program."""
    text = _("This person was erased on %(day)s. Enter them only if they asked for it since, and say that they did.")
    return text % {"day": long_day(erased_at)}


def admit(people: Iterable[tuple[str, bool]], *, actor: Member, at: datetime, field: str = "email") -> None:
    """Ask of people who come in, as (e-mail address, whether they wish it themselves), if they were erased.

    Who wishes it comes in, and an event says so; the mark stays, so that no list brings them back. Raises WasErased for
    the others, and then nobody comes in. Inside `acting_for`.
    """
    wishes = {email.strip().lower(): wished for email, wished in people if email}
    known = erased_among(wishes, actor.vendor_id)
    for email, erased_at in known.items():
        if not wishes[email]:
            raise WasErased(words_of(erased_at), field=field)
    if known:
        marks = [mark_of(email, actor.vendor_id) for email in known]
        rows = ErasedPerson.objects.filter(mark__in=marks).values_list("pk", flat=True)
        record_many("returned", ErasedPerson, [(pk, None, {}) for pk in rows], actor=actor, at=at)

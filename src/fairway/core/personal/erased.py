"""Recognising the e-mail addresses of people who were erased."""

from collections.abc import Iterable
from datetime import datetime

from django.utils.crypto import salted_hmac

from fairway.core.personal.models import ErasedPerson


def mark_of(email: str, vendor_id: int) -> str:
    """With the installation's key: without it nobody can try addresses, and no vendor's marks are another's."""
    value = f"{vendor_id}/{email.strip().lower()}"
    return salted_hmac("fairway.erased", value, algorithm="sha256").hexdigest()


def erased_among(emails: Iterable[str], vendor_id: int) -> dict[str, datetime]:
    """E-mail address → when its person was erased, of those that may not be brought in again. In an acting context."""
    marks = {mark_of(email, vendor_id): email for email in emails if email}
    if not marks:
        return {}
    found = ErasedPerson.objects.filter(mark__in=marks, allowed_at=None).values_list("mark", "erased_at")
    return {marks[mark]: erased_at for mark, erased_at in found}

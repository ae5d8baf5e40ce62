"""Learning the words of a vendor, by a job."""

from datetime import datetime

from django.db import connection

from fairway.core.access import Member
from fairway.core.tenancy.acting import acting_for

CHUNK = 20_000


def learn_words(*, actor: Member, at: datetime, is_anew: bool = False) -> int:
    """Give their words to rows of bulk work, and learn those of all that is new; how many words were new.

    `is_anew` also forgets the words that nothing holds any more. What was changed is found by its new words at once;
    slips of those are forgiven from here on. Each chunk is committed by itself, so that it may be broken off.
    """
    learned = 0
    while True:
        with acting_for(actor), connection.cursor() as cursor:
            cursor.execute("SELECT looked_at, new_words FROM fw_learn_words(%s)", [CHUNK])
            looked_at, new_words = cursor.fetchone()
        learned += new_words
        if not looked_at:
            break
    if is_anew:
        with acting_for(actor), connection.cursor() as cursor:
            cursor.execute("SELECT fw_forget_words()")
    return learned


def vendors_with_new_words() -> list[int]:
    """Ids of the vendors that have something to learn. Outside any context."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT vendor_id FROM fw_vendors_with_new_words()")
        return [row[0] for row in cursor.fetchall()]

"""Ranking partners' answers among their peers, once a month."""

from datetime import datetime

from fairway.core.access import Member, require
from fairway.core.tenancy.acting import acting_for
from fairway.leads.models import LeadRank
from fairway.leads.queries.ranks import month_of, rank_rows, standings
from fairway.leads.rules.ranks import ranked

_ROWS_AT_ONCE = 2000


def count_ranks(*, actor: Member, at: datetime) -> int:
    """Count the month of `at` and return how many partners have a row of it; a month is counted once.

    Counted again with each answer, a place would move by what somebody else did, and tell it.
    """
    require(actor, "lead.route")
    month_on = month_of(at)
    with acting_for(actor):
        if LeadRank.objects.filter(month_on=month_on).exists():
            return 0
        everyone = standings(month_on)
        rows = rank_rows(month_on, at, actor.vendor_id, ranked(everyone), everyone)
        LeadRank.objects.bulk_create(rows, batch_size=_ROWS_AT_ONCE, ignore_conflicts=True)
    return len(rows)

"""Counting how the past quarter's leads were spread; once a day, and when somebody asks."""

from datetime import datetime

from fairway.core.access import Member, require
from fairway.core.jobs import defer
from fairway.core.tenancy.acting import acting_for
from fairway.core.tenancy.context import entering
from fairway.leads.conditions import vendor_currency
from fairway.leads.models import LeadShare
from fairway.leads.queries.shares import counted_shares

_ROWS_AT_ONCE = 2000


def ask_for_shares(*, actor: Member) -> None:
    """Have them counted anew; asked again before it is done, once is enough."""
    require(actor, "lead.assign")
    with acting_for(actor):
        defer("leads.count_shares", vendor_id=actor.vendor_id, once=f"leads.count_shares/{actor.vendor_id}")


def count_shares(*, actor: Member, at: datetime) -> int:
    """Count anew for every partner and forget those that are gone; returns how many rows there are now."""
    require(actor, "lead.route")
    with acting_for(actor):
        currency = vendor_currency()
    with entering(actor.context):
        rows = [LeadShare(vendor_id=actor.vendor_id, **row) for row in counted_shares(at, currency)]
    with acting_for(actor):
        LeadShare.objects.exclude(partner_id__in=[row.partner_id for row in rows]).delete()
        LeadShare.objects.bulk_create(
            rows, batch_size=_ROWS_AT_ONCE, update_conflicts=True, unique_fields=["vendor", "partner"],
            update_fields=[
                "since_at", "until_at", "leads_looked_at", "tier", "size", "eligible", "offered", "accepted",
                "value_minor", "currency", "is_open", "is_starved", "reasons",
            ],
        )  # fmt: skip
    return len(rows)

"""Deals that a partner has in hand."""

from fairway.core.tenancy.models import Partner
from fairway.deals.models import Deal
from fairway.deals.rules.states import OPEN_STAGES


def open_deals_of(partner: Partner) -> int:
    return Deal.objects.filter(partner=partner, state__in=OPEN_STAGES).count()

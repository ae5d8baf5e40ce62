"""Which leads were won: what a model of leads learns from."""

from datetime import datetime

from fairway.deals.models import Deal
from fairway.deals.rules.states import DealState


def outcomes_of_leads(most: int) -> list[tuple[int, bool, datetime]]:
    """(lead, whether its deal was won, when) of the deals that came to an end last. One query."""
    ended = Deal.objects.filter(lead__isnull=False, state__in=[DealState.WON, DealState.LOST], closed_at__isnull=False)
    rows = ended.order_by("-closed_at", "-pk").values_list("lead_id", "state", "closed_at")[:most]
    return [(lead_id, state == DealState.WON, closed_at) for lead_id, state, closed_at in rows if lead_id and closed_at]

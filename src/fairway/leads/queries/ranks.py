"""What partners' answers of three months amount to, for ranking; and a partner's own rank."""

from collections import defaultdict
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.db import connection

from fairway.core.tenancy.context import current
from fairway.core.tenancy.models import Partner, PartnerState
from fairway.leads.models import LeadRank
from fairway.leads.rules.ranks import Standing
from fairway.leads.rules.shares import size_of
from fairway.partners.models import Enrollment, Profile

ANSWER_DAYS = 90
ENDED_DAYS = 365

_ANSWERS = """SELECT partner_id, count(*), count(*) FILTER (WHERE state <> 'lapsed'),
  count(*) FILTER (WHERE state = 'accepted'), coalesce(percentile_cont(0.5) WITHIN GROUP
    (ORDER BY extract(epoch FROM answered_at - offered_at) / 60) FILTER (WHERE state <> 'lapsed'), 0)
 FROM leads_offer WHERE vendor_id = %s AND state IN ('accepted', 'declined', 'lapsed')
  AND claimed_from_id IS NULL
  AND offered_at >= %s AND offered_at < %s GROUP BY 1"""

_ENDED = """SELECT partner_id, count(*), count(*) FILTER (WHERE state = 'converted')
 FROM leads_lead WHERE vendor_id = %s AND partner_id IS NOT NULL AND state IN ('converted', 'closed')
  AND merged_into_id IS NULL AND accepted_at >= %s AND accepted_at < %s GROUP BY 1"""


def month_of(at: datetime) -> date:
    return at.astimezone(UTC).date().replace(day=1)


def standings(month_on: date) -> list[Standing]:
    """Every partner that is active or paused, by what it did before the month. In an acting context; five queries."""
    until = datetime(month_on.year, month_on.month, 1, tzinfo=UTC)
    values = _values(until)
    tiers = dict(
        Enrollment.objects.filter(until_on=None).order_by("tier__rank").values_list("partner_id", "tier__name")
    )
    employees = dict(Profile.objects.values_list("partner_id", "employees"))
    partners = Partner.objects.filter(state__in=[PartnerState.ACTIVE, PartnerState.PAUSED]).order_by("pk")
    return [
        Standing(pk, organization_id, tiers.get(pk, ""), size_of(float(employees.get(pk) or "nan")), country,
                 values.get(pk, {}))
        for pk, organization_id, country in partners.values_list("pk", "organization_id", "country")
    ]  # fmt: skip


def _values(until: datetime) -> dict[int, dict[str, tuple[float, int]]]:
    """Partner → measure → (value, of how many)."""
    found: dict[int, dict[str, tuple[float, int]]] = defaultdict(dict)
    with connection.cursor() as cursor:
        cursor.execute(_ANSWERS, [current().vendor_id, until - timedelta(days=ANSWER_DAYS), until])
        for partner_id, count, answered, accepted, minutes in cursor.fetchall():
            found[partner_id] = {"in_time": (answered / count, count), "accepted": (accepted / count, count)}
            if answered:
                found[partner_id]["minutes"] = (float(minutes), answered)
        cursor.execute(_ENDED, [current().vendor_id, until - timedelta(days=ENDED_DAYS), until])
        for partner_id, count, converted in cursor.fetchall():
            found[partner_id]["converted"] = (converted / count, count)
    return found


def own_ranks(most: int = 2) -> list[LeadRank]:
    """The reader's own, the latest month first."""
    return list(LeadRank.objects.order_by("-month_on", "pk")[:most])


def rank_rows(month_on: date, at: datetime, vendor_id: int, ranks: Any, everyone: list[Standing]) -> list[LeadRank]:
    """Rows to keep: own values, quarter and number of peers; a partner without any answers has none."""
    values = {standing.partner_id: standing.values for standing in everyone}
    return [
        LeadRank(
            vendor_id=vendor_id, partner_id=rank.partner_id, month_on=month_on, alike=list(rank.alike), counted_at=at,
            measures={
                name: {
                    "value": round(value, 4), "of": of,
                    "quarter": rank.places.get(name, (None, 0))[0], "peers": rank.places.get(name, (None, 0))[1],
                }
                for name, (value, of) in values[rank.partner_id].items()
            },
        )
        for rank in ranks
        if values[rank.partner_id]
    ]  # fmt: skip

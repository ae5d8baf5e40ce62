"""How leads were spread over partners in the past quarter: counted by a job, read by pages."""

from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import numpy as np
from django.db import connection
from django.db.models import Count, Max, Q, QuerySet, Sum

from fairway.core.tenancy.context import current
from fairway.leads.conditions import columns_of, lead_values
from fairway.leads.models import Lead, LeadShare
from fairway.leads.queries.accounts import with_asked
from fairway.leads.queries.expected import band_chances, published_policy, usual_amounts
from fairway.leads.queries.plans import tiers
from fairway.leads.queries.routing import lead_facts, partner_table
from fairway.leads.queries.runs import rules_of_policy
from fairway.leads.queries.subjects import lead_rows
from fairway.leads.rules.candidates import LeadFacts, Router
from fairway.leads.rules.planning import win_factor
from fairway.leads.rules.shares import SIZES, count_reasons, size_of
from fairway.partners.models import Enrollment

QUARTER_DAYS = 90
LEADS_LOOKED_AT = 1000

_OFFERED = """SELECT o.partner_id, coalesce(s.band, ''), l.product_line_id, count(*),
  count(*) FILTER (WHERE o.state = 'accepted'), coalesce(sum(o.amount_minor) FILTER (WHERE o.currency = %s), 0),
  count(*) FILTER (WHERE coalesce(o.amount_minor, 0) = 0 OR o.currency <> %s)
 FROM leads_offer o JOIN leads_lead l ON l.vendor_id = o.vendor_id AND l.id = o.lead_id
 LEFT JOIN leads_leadscore s ON s.vendor_id = o.vendor_id AND s.lead_id = o.lead_id
 WHERE o.vendor_id = %s AND o.offered_at > %s AND o.offered_at <= %s GROUP BY 1, 2, 3"""


def counted_shares(at: datetime, currency: str) -> list[dict[str, Any]]:
    """A row for every partner that is active or paused: what it got of the past quarter, and could have got.

    What it could have got is counted over the latest leads of the quarter, by the rules in force now.
    """
    since = at - timedelta(days=QUARTER_DAYS)
    partners, rules = partner_table(at), rules_of_policy(published_policy(), currency)
    ids = Lead.objects.filter(captured_at__gt=since, captured_at__lte=at).order_by("-captured_at", "-pk")
    rows = lead_rows(list(ids.values_list("pk", flat=True)[:LEADS_LOOKED_AT]))
    with_asked(rows, rules)
    values = [lead_values(row, currency) for row in rows]
    names = sorted({name for rule in rules for name in rule.when.field_names})
    numbers = Router(rules, partners, at.timestamp()).rule_numbers(columns_of(values, names), len(rows)).tolist()
    # A lead that came is looked at as if nobody had had it.
    facts = [_as_it_came(fact) for fact in lead_facts([{**row, "offers_made": 0} for row in rows])]
    counted = count_reasons(rules, partners, facts, numbers)
    offered, tiers = _offered(since, at, currency), dict(_tier_names())
    is_open = partners.active & partners.accepting & (partners.open_leads < partners.capacity)
    employees, factor = partners.columns["partner.employees"], win_factor(partners)
    made = []
    for column, partner_id in enumerate(partners.ids.tolist()):
        got = offered.get(partner_id, _NOTHING)
        could = int(counted.eligible[column])
        made.append({
            "partner_id": partner_id, "since_at": since, "until_at": at, "leads_looked_at": counted.leads,
            "tier": tiers.get(partner_id, ""), "size": size_of(float(np.asarray(employees)[column])),
            "eligible": could, "offered": got[0], "accepted": got[1],
            "value_minor": round(got[2] * float(factor[column])), "currency": currency,
            "is_open": bool(is_open[column]), "is_starved": bool(is_open[column]) and could > 0 and not got[0],
            "reasons": counted.reasons_of(column),
        })  # fmt: skip
    return made


_NOTHING = (0, 0, 0.0)


def _as_it_came(fact: LeadFacts) -> LeadFacts:
    return replace(fact, offers_made=0, had_before=frozenset())


def _offered(since: datetime, at: datetime, currency: str) -> dict[int, tuple[int, int, float]]:
    """Partner → offers, accepted ones, and the sum of chance × amount of those offered."""
    chance, amounts = band_chances(at), usual_amounts(at, currency)
    with connection.cursor() as cursor:
        cursor.execute(_OFFERED, [currency, currency, current().vendor_id, since, at])
        rows = cursor.fetchall()
    found: dict[int, tuple[int, int, float]] = defaultdict(lambda: _NOTHING)
    for partner_id, band, line_id, count, accepted, known, unknown in rows:
        was = found[partner_id]
        worth = chance.of(band) * (int(known) + unknown * amounts.of(None, line_id))
        found[partner_id] = (was[0] + count, was[1] + accepted, was[2] + worth)
    return dict(found)


def _tier_names() -> QuerySet[Enrollment, tuple[int, str]]:
    """(partner, name of its present tier), of several programmes the highest last."""
    return Enrollment.objects.filter(until_on=None).order_by("tier__rank").values_list("partner_id", "tier__name")


@dataclass(frozen=True, slots=True)
class Group:
    """Partners of one tier or size: how many, and their shares in percent of all leads and of all worth."""

    name: str
    partners: int
    starved: int
    offered: int
    value_minor: int
    share_of_partners: float
    share_of_leads: float
    share_of_value: float
    currency: str


def groups(by: str) -> list[Group]:
    """`by` is "tier" or "size"; only partners that may get leads or got some. At most two queries."""
    rows = list(
        LeadShare.objects.filter(Q(is_open=True) | Q(offered__gt=0))
        .values_list(by)
        .annotate(n=Count("pk"), starved=Count("pk", filter=Q(is_starved=True)), leads=Sum("offered"),
                  worth=Sum("value_minor"), currency=Max("currency"))
        .order_by(by)
    )  # fmt: skip
    all_partners, all_leads, all_worth = (max(1, sum(row[i] for row in rows)) for i in (1, 3, 4))
    order = [name for _below, name in SIZES] if by == "size" else [name for _code, name in tiers()]
    rows.sort(key=lambda row: (row[0] not in order, order.index(row[0]) if row[0] in order else 0, row[0]))
    return [
        Group(name, n, starved, leads, worth, 100 * n / all_partners, 100 * leads / all_leads,
              100 * worth / all_worth, currency)
        for name, n, starved, leads, worth, currency in rows
    ]  # fmt: skip


def latest() -> LeadShare | None:
    """Any one row, for when and over how many leads it was counted."""
    return LeadShare.objects.order_by("pk").first()


def shares(params: Any) -> QuerySet[LeadShare]:
    """Rows of the drill-down, those who could have had most first."""
    rows = LeadShare.objects.select_related("partner")
    if "tier" in params:
        rows = rows.filter(tier=params["tier"])
    if "size" in params:
        rows = rows.filter(size=params["size"])
    if params.get("starved"):
        rows = rows.filter(is_starved=True)
    elif not params.get("all"):
        rows = rows.filter(Q(is_open=True) | Q(offered__gt=0))
    return rows.order_by("-eligible", "-offered", "pk")


def reasons_of(share: LeadShare) -> list[tuple[str, int]]:
    """(code, leads) of what stood in the way, the commonest first; the database keeps no order."""
    return sorted(share.reasons.items(), key=lambda pair: (-pair[1], pair[0]))

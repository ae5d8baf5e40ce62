"""What expected values rest on: chances by band, usual amounts, and the partners eligible for a batch of leads."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import numpy as np
from django.db import connection
from django.db.models import Count, Q

from fairway.core.conditions import Condition, parse, to_mask
from fairway.core.tenancy.context import current
from fairway.leads.conditions import CANDIDATES, columns_of, lead_values
from fairway.leads.models import Lead, PolicyState, RoutingPolicy
from fairway.leads.queries.accounts import with_asked
from fairway.leads.queries.routing import kept_facts, lead_facts, names_asked, partner_table
from fairway.leads.queries.runs import rules_of_policy
from fairway.leads.queries.subjects import lead_rows
from fairway.leads.rules.candidates import LeadFacts, PartnerTable, Router
from fairway.leads.rules.expected import Amounts, Batch, Bools, Chances, Ints, chances
from fairway.leads.rules.planning import Basis
from fairway.leads.rules.routing import Rule
from fairway.leads.rules.states import LeadState

CHANCE_DAYS = 730
AMOUNT_DAYS = 365
READ_AT_ONCE = 1000
FREE = (LeadState.CAPTURED, LeadState.WAITING)


def band_chances(at: datetime) -> Chances:
    """Of the leads of two years that ended: by the band of their score, how many became deals."""
    ended = Lead.objects.filter(
        state__in=[LeadState.CONVERTED, LeadState.CLOSED], captured_at__gt=at - timedelta(days=CHANCE_DAYS)
    )
    rows = (
        ended.values_list("scores__band")
        .annotate(won=Count("pk", filter=Q(state=LeadState.CONVERTED)), ended=Count("pk"))
        .order_by()
    )
    counts: dict[str, tuple[int, int]] = {}
    for band, won, count in rows:
        was = counts.get(band or "", (0, 0))
        counts[band or ""] = (was[0] + won, was[1] + count)
    return chances(counts)


_MEDIANS = """SELECT grouping(product_line_id), product_line_id,
  percentile_disc(0.5) WITHIN GROUP (ORDER BY amount_minor)
 FROM leads_lead WHERE vendor_id = %s AND captured_at > %s AND captured_at <= %s AND amount_minor > 0
  AND currency IN ('', %s) GROUP BY GROUPING SETS ((product_line_id), ())"""


def usual_amounts(at: datetime, currency: str) -> Amounts:
    """The median amount of a year's leads, by product line and of all; zero where none named one."""
    with connection.cursor() as cursor:
        cursor.execute(_MEDIANS, [current().vendor_id, at - timedelta(days=AMOUNT_DAYS), at, currency])
        rows = cursor.fetchall()
    of_line = {line: int(median) for is_all, line, median in rows if not is_all and line is not None}
    return Amounts(next((int(median) for is_all, _line, median in rows if is_all and median is not None), 0), of_line)


@dataclass(frozen=True, slots=True)
class Gathered:
    """A batch of leads with what is known of each and of the partners; all lists are in the order of `rows`.

    `kept` is what is kept with each lead, so that its decision can be taken again.
    """

    rows: list[dict[str, Any]]
    prints: list[str]
    kept: list[list[Any]]
    rules: tuple[Rule, ...]
    basis: Basis
    unknown_amounts: int
    ended: int  # leads that the chances rest on

    @property
    def batch(self) -> Batch:
        return self.basis.batch

    @property
    def by_score(self) -> Ints:
        """The order in which one lead after the other would be routed: by points, then first come."""
        order = sorted(
            range(len(self.rows)),
            key=lambda i: (-(self.rows[i]["points"] or 0), self.rows[i]["captured_at"], self.rows[i]["id"]),
        )
        return np.array(order, dtype=np.int64)


def published_policy() -> RoutingPolicy | None:
    return RoutingPolicy.objects.filter(state=PolicyState.PUBLISHED).first()


def gather(
    lead_ids: Sequence[int],
    policy: RoutingPolicy | None,
    at: datetime,
    currency: str,
) -> Gathered:
    """Those of the leads that nobody has, with every eligible partner of each."""
    rules, partners = rules_of_policy(policy, currency), partner_table(at)
    router = Router(rules, partners, at.timestamp())
    chance, amounts = band_chances(at), usual_amounts(at, currency)
    rows: list[dict[str, Any]] = []
    numbers: list[int] = []
    facts: list[LeadFacts] = []
    kept: list[list[Any]] = []
    prints: list[str] = []
    for start in range(0, len(lead_ids), READ_AT_ONCE):
        some = [row for row in lead_rows(lead_ids[start : start + READ_AT_ONCE]) if row["state"] in FREE]
        with_asked(some, rules)
        values = [lead_values(row, currency) for row in some]
        names = names_asked(rules)
        rows += some
        numbers += router.rule_numbers(columns_of(values, names), len(some)).tolist()
        known_of = lead_facts(some)
        facts += known_of
        kept += [
            kept_facts(fact, row, value, names) for fact, row, value in zip(known_of, some, values, strict=True)
        ]  # fmt: skip
        prints += [print_of(row, value) for row, value in zip(some, values, strict=True)]
    known = [row["amount_minor"] if row["currency"] in ("", currency) else None for row in rows]
    worth = np.array(
        [
            (chance.of(row["band"]) if row["chance"] is None else row["chance"])
            * amounts.of(amount, row["product_line_id"])
            for row, amount in zip(rows, known, strict=True)
        ],
        dtype=np.float64,
    )
    unknown = sum(amount is None or amount <= 0 for amount in known)
    return Gathered(rows, prints, kept, rules, Basis.by(router, facts, numbers, worth), unknown, chance.ended)


def _chance(row: Mapping[str, Any], by_band: Chances) -> float:
    """That of the model in use; without one that of the lead's band."""
    return by_band.of(row["band"]) if row["chance"] is None else float(row["chance"])


def print_of(row: Mapping[str, Any], values: Mapping[str, Any]) -> str:
    """Sixteen letters that are others when anything changed that rules or worth go by."""
    about = [
        sorted((name, str(value)) for name, value in values.items()),
        row["offers_made"], row["known_partner"], row["amount_minor"], row["product_line_id"],
        row["latitude"], row["longitude"],
    ]  # fmt: skip
    return hashlib.sha256(json.dumps(about, default=str).encode()).hexdigest()[:16]


def favoured_by(condition: Mapping[str, Any]) -> Condition:
    """The condition over partners that says who is favoured. Raises ConditionError."""
    return parse(CANDIDATES, condition, check_choices=False)


def favoured_mask(condition: Mapping[str, Any], partners: PartnerTable) -> Bools:
    if not condition:
        return np.zeros(len(partners), dtype=np.bool_)
    wanted = favoured_by(condition)
    return to_mask(wanted, {name: partners.columns[name] for name in wanted.field_names})

"""Runs of the rules: what they knew of the partners, kept and read again, and whether it still holds."""

import json
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from fairway.leads.conditions import CANDIDATES, LEADS, subject_in
from fairway.leads.models import RoutingPolicy, RoutingRun
from fairway.leads.queries.bases import rows_of_base, unpacked_rows
from fairway.leads.queries.channel import Print, open_counts, print_of_channel
from fairway.leads.queries.pools import ToldPool, read_pools
from fairway.leads.rules.partner_table import PartnerTable, Rows, with_changes
from fairway.leads.rules.pools import Pool
from fairway.leads.rules.routing import Rule, parse_rules


@dataclass(frozen=True, slots=True)
class Standing:
    """What may change between two chunks of a run: who may get leads and how many, and how many each has open."""

    print: Print
    open_leads: tuple[int, ...]

    def after(self, partners: PartnerTable) -> "Standing":
        """What it must be when nobody but the run made offers."""
        return Standing(self.print, tuple(partners.open_leads.tolist()))


def standing_of_partners(ids: Any) -> Standing:
    """Of the partners with these ids, as it is now. Inside `acting_for`."""
    counts = open_counts()
    return Standing(print_of_channel(), tuple(counts.get(key, 0) for key in ids.tolist()))


def rules_of_policy(policy: RoutingPolicy | None, currency: str) -> tuple[Rule, ...]:
    """The rules of a version; none without one. Choices retired since are let through."""
    if policy is None:
        return ()
    return parse_rules(policy.rules, subject_in(LEADS, currency), subject_in(CANDIDATES, currency), strict=False)


def packed_rows(rows: Rows, gone: Iterable[int], currency: str = "", pools: Sequence[ToldPool] = ()) -> bytes:
    """What a run keeps; `currency` is the vendor's, in which rules speak of budgets, `pools` are as they were."""
    told: dict[str, Any] = {"rows": {str(key): row for key, row in rows.items()}, "gone": list(gone)}
    told |= {"currency": currency, "pools": list(pools)}
    return zlib.compress(json.dumps(told, separators=(",", ":")).encode(), 6)


def currency_of_run(run: RoutingRun) -> str:
    """The vendor's currency when the run began."""
    return str(json.loads(zlib.decompress(bytes(run.partners)))["currency"])


def pools_of_run(run: RoutingRun) -> dict[str, Pool]:
    """The pools as they were when the run began; none of runs before there were pools."""
    return read_pools(json.loads(zlib.decompress(bytes(run.partners))).get("pools", []))


def rows_of_run(run: RoutingRun) -> Rows:
    """What a run knew of the partners when it began."""
    if run.base_id is None:
        return rows_of_base(run.pk)
    changed, gone = unpacked_rows(run.partners)
    return with_changes(rows_of_base(run.base_id), changed, gone)

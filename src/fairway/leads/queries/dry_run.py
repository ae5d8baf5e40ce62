"""What a draft would have done with the latest leads. Nothing is written."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from statistics import median
from typing import Any

import numpy as np
from django.utils.translation import gettext as _

from fairway.core.told import told, words_of
from fairway.leads.conditions import VendorSubjects, columns_of, lead_values
from fairway.leads.models import Lead, RoutingPolicy
from fairway.leads.queries.policies import Versions, rules_of
from fairway.leads.queries.pools import read_pools, told_pools
from fairway.leads.queries.routing import Deciding, Routed, decide, names_asked, partner_table
from fairway.leads.queries.subjects import lead_rows
from fairway.leads.rules.brief import place_of
from fairway.leads.rules.candidates import PartnerTable

LEADS = 300
SHOWN = 8


@dataclass(frozen=True, slots=True)
class Difference:
    """A lead that would go elsewhere. `was` and `now` are partners' names, or why it waits."""

    uid: str
    title: str
    place: str
    was: str
    now: str


@dataclass(frozen=True, slots=True)
class RuleLine:
    """What a rule of the draft did. `was` is how many leads went by the live rule of the same uid, None without one.

    `matched` counts the leads that meet it, `decided` those that no rule before it took. `notes` say what is odd.
    """

    number: int
    name: str
    was: int | None
    decided: int
    matched: int
    notes: list[str]


@dataclass(frozen=True, slots=True)
class DryRun:
    """Live rules against the draft over the same leads, both from partners with all their room and no turn taken."""

    leads: int
    elsewhere: int
    waiting: tuple[int, int]
    to_person: tuple[int, int]
    pooled: tuple[int, int]
    median_km: tuple[float | None, float | None]
    gains: list[tuple[str, int]]
    differences: list[Difference]
    rules: list[RuleLine]

    @property
    def share(self) -> float:
        return 100 * self.elsewhere / self.leads if self.leads else 0.0


def latest_leads(most: int = LEADS) -> list[dict[str, Any]]:
    """Rows of the latest leads as if nobody had them yet, oldest first."""
    ids = Lead.objects.order_by("-captured_at", "-id").values_list("pk", flat=True)[:most]
    rows = [{**row, "offers_made": 0} for row in lead_rows(list(ids))]
    return sorted(rows, key=lambda row: (row["captured_at"], row["id"]))


def routing_run(versions: Versions[RoutingPolicy], subjects: VendorSubjects, at: datetime) -> DryRun:
    rows = latest_leads()
    partners = partner_table(at)
    pools = read_pools(told_pools())
    was = decide(rows, rules_of(versions.live_rules, subjects), _fresh(partners), at, subjects.currency, pools)
    draft = Deciding.by(rules_of(versions.rules, subjects), _fresh(partners), at, subjects.currency, pools)
    now = draft.decide(rows)
    moved = [(a, b) for a, b in zip(was, now, strict=True) if _goes_to(a) != _goes_to(b)]
    gains: Counter[int] = Counter()
    for before, after in moved:
        gains.update([after.decision.partner] if after.decision.partner is not None else [])
        gains.subtract([before.decision.partner] if before.decision.partner is not None else [])
    largest = sorted(((n, row) for row, n in gains.items() if n), key=lambda pair: (-abs(pair[0]), -pair[0]))[:6]
    names = {uid: pool.name for uid, pool in pools.items()}
    return DryRun(
        leads=len(rows),
        elsewhere=len(moved),
        waiting=(_outcomes(was, "waiting"), _outcomes(now, "waiting")),
        pooled=(_outcomes(was, "pool"), _outcomes(now, "pool")),
        to_person=(_outcomes(was, "person"), _outcomes(now, "person")),
        median_km=(_median_km(was), _median_km(now)),
        gains=[(partners.names[row], n) for n, row in sorted(largest, key=lambda pair: -pair[0])],
        differences=[_difference(a, b, partners, names) for a, b in moved[:SHOWN]],
        rules=_rule_lines(draft, versions, rows, (was, now)),
    )


def _rule_lines(
    draft: Deciding,
    versions: Versions[RoutingPolicy],
    rows: Sequence[dict[str, Any]],
    runs: tuple[Sequence[Routed], Sequence[Routed]],
) -> list[RuleLine]:
    """Each rule of the draft with its leads before and after, and what its author may not have meant."""
    router = draft.router
    values = [lead_values(row, draft.currency) for row in rows]
    columns = columns_of(values, names_asked(router.rules))
    before = Counter(_uid_at(versions.live_rules, one.decision.rule) for one in runs[0])
    takers = np.array([one.decision.rule or 0 for one in runs[1]], dtype=np.int64)
    known = {rule.get("uid") for rule in versions.live_rules}
    lines = []
    for number, mask in enumerate(router.matches(columns, len(rows)), start=1):
        uid, by_rule = router.rules[number - 1].uid, takers[mask]
        decided = int(np.count_nonzero(by_rule == number))
        notes = _notes(by_rule, number, router.nobody_by(number))
        name = router.rules[number - 1].name
        lines.append(RuleLine(number, name, before[uid] if uid in known else None, decided, len(by_rule), notes))
    return lines


def _uid_at(rules: Sequence[Mapping[str, Any]], number: int | None) -> str:
    return str(rules[number - 1].get("uid") or number) if number else ""


def _notes(takers: Any, number: int, nobody: str) -> list[str]:
    """`takers` are the rules by which the leads went that meet rule `number`."""
    notes = []
    if nobody:
        notes.append(_("No partner may get its leads: %(words)s.") % {"words": nobody})
    if not len(takers):
        return [*notes, _("None of these leads meets it.")]
    earlier = Counter(int(taker) for taker in takers if taker != number)
    if not earlier:
        return notes
    first, _count = earlier.most_common(1)[0]
    taken = {"n": earlier.total(), "all": len(takers), "rule": first}
    if taken["n"] == taken["all"]:
        return [*notes, _("Never reached: rule %(rule)s comes first and takes its leads.") % taken]
    return [*notes, _("%(n)s of its %(all)s leads go by an earlier rule, most by rule %(rule)s.") % taken]


def _fresh(partners: PartnerTable) -> PartnerTable:
    count = len(partners)
    return replace(partners, open_leads=np.zeros(count, dtype=np.int64), last_offered=np.full(count, -np.inf))


def _goes_to(one: Routed) -> tuple[str, int | None, str]:
    decision = one.decision
    return decision.outcome, decision.partner, decision.pooling.pool if decision.pooling else ""


def _outcomes(routed: Sequence[Routed], outcome: str) -> int:
    return sum(one.decision.outcome == outcome for one in routed)


def _median_km(routed: Sequence[Routed]) -> float | None:
    far = [one.decision.candidates[0]["km"] for one in routed if one.decision.partner is not None]
    known = [km for km in far if km is not None]
    return median(known) if known else None


def _difference(was: Routed, now: Routed, partners: PartnerTable, names: Mapping[str, str]) -> Difference:
    row = was.row
    place = place_of(row["city"], row["state_code"], row["country"])
    return Difference(str(row["uid"]), row["title"], place, _said(was, partners, names), _said(now, partners, names))


def _said(one: Routed, partners: PartnerTable, pools: Mapping[str, str]) -> str:
    """`pools` are names by uid."""
    if one.decision.pooling:
        return _("pool %(pool)s") % {"pool": pools.get(one.decision.pooling.pool, "")}
    partner = one.decision.partner
    because = one.decision.waiting_because
    return told(because, words_of(because)) if partner is None else partners.names[partner]

"""A plan computed again from what was kept with it: the partners as they were, each lead's worth, and the prices.

A small plan is computed anew as a whole. Of a large one each lead is looked at by itself, at the prices that were kept:
where it is worth most, less the price there, is where it must be. That is what the bound of the plan is proved by.
"""

import json
import zlib
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Self

import numpy as np

from fairway.leads.conditions import columns_of
from fairway.leads.models import AssignmentLine, AssignmentPlan
from fairway.leads.queries.expected import favoured_mask
from fairway.leads.queries.routing import facts_of, names_asked, names_of_partners
from fairway.leads.queries.runs import rows_of_run, rules_of_policy
from fairway.leads.rules.assignment import NOBODY, Assignment
from fairway.leads.rules.candidates import Candidate, LeadFacts, Router
from fairway.leads.rules.expected import Bools
from fairway.leads.rules.partner_table import table_of
from fairway.leads.rules.planning import Basis, explained, holds

PAIRS_MOST = 3_000_000  # leads × partners of a plan that is computed anew as a whole while somebody waits
PAIRS_MOST_OF_PROGRAMS = 200_000  # the same for programs, which may read decision after decision


@dataclass(frozen=True, slots=True)
class Taken:
    """One decision taken again, as it is kept. `holds`: at the prices that were kept nobody would be worth more."""

    rule: int | None
    outcome: str
    partner_id: int | None
    shortlist: list[Candidate]
    excluded: dict[str, int]
    holds: bool = True


@dataclass(frozen=True, slots=True)
class Again:
    """A plan with what it went by; `numbers` are its leads, by id, in the order of the basis."""

    basis: Basis
    found: Assignment
    favoured: Bools
    numbers: dict[int, int]
    is_whole: bool

    @classmethod
    def of(
        cls, plan: AssignmentPlan, names: dict[int, tuple[str, str]], lead_ids: Collection[int],
        pairs_most: int = PAIRS_MOST,
    ) -> Self:  # fmt: skip
        """All leads where the plan is small, else those of `lead_ids` alone."""
        if plan.run is None:
            raise ValueError("Nothing was kept of this plan.")
        is_whole = plan.lead_count * plan.run.partner_count <= pairs_most
        rows = AssignmentLine.objects.filter(plan=plan).order_by("place")
        lines = list(rows if is_whole else rows.filter(lead_id__in=lead_ids))
        basis = _basis_of(plan, lines, names)
        favoured = favoured_mask(plan.favoured, basis.partners)
        numbers = {line.lead_id: number for number, line in enumerate(lines)}
        if is_whole:
            found = basis.assign(plan.most_percent / 100, plan.least_percent / 100, favoured)
        else:
            found = _as_kept(plan, lines, basis)
        return cls(basis, found, favoured, numbers, is_whole)

    def taken(self, lead_id: int) -> Taken | None:
        """None when the plan keeps no line of the lead: it was merged away, and its line with it."""
        number = self.numbers.get(lead_id)
        if number is None:
            return None
        (lead,) = explained(self.basis, self.found, [number])
        column = lead.placed.partner
        return Taken(
            self.basis.numbers[number] or None, "waiting" if column == NOBODY else "offered",
            None if column == NOBODY else int(self.basis.ids[column]), lead.shortlist, self.basis.excluded(number),
            self.is_whole or holds(self.basis, self.found, self.favoured, number),
        )  # fmt: skip


def _basis_of(plan: AssignmentPlan, lines: list[AssignmentLine], names: dict[int, tuple[str, str]]) -> Basis:
    assert plan.run is not None
    rules = rules_of_policy(plan.policy, plan.currency)
    router = Router(rules, table_of(rows_of_run(plan.run), names), plan.run.decided_at.timestamp())
    facts: list[LeadFacts] = []
    values: list[dict[str, Any]] = []
    for line in lines:
        fact, asked = facts_of(line.facts, line.lead_id, rules, plan.currency)
        facts.append(fact)
        values.append(asked)
    numbers = router.rule_numbers(columns_of(values, names_asked(rules)), len(lines)).tolist()
    return Basis.by(router, facts, numbers, np.array([line.worth or 0.0 for line in lines], dtype=np.float64))


def _as_kept(plan: AssignmentPlan, lines: list[AssignmentLine], basis: Basis) -> Assignment:
    """Where the leads went, and the prices that were kept."""
    kept = json.loads(zlib.decompress(bytes(plan.objective or b"")))
    ids = basis.ids.tolist()
    column_of = {key: column for column, key in enumerate(ids)}
    price_of = dict(kept["prices"])
    prices = np.array([price_of.get(key, 0.0) for key in ids], dtype=np.float64)
    most = int(np.floor(plan.most_percent / 100 * plan.lead_count + 1e-9))
    prices[np.minimum(basis.room, most) <= 0] = np.inf
    chosen = np.array([column_of.get(line.partner_id or 0, NOBODY) for line in lines], dtype=np.int64)
    return Assignment(
        chosen, 0.0, 0.0, prices, bonus=kept["bonus"], step=kept["step"], is_chosen_first=kept["is_chosen_first"]
    )


def differing(plan: AssignmentPlan, *, pairs_most: int = PAIRS_MOST) -> list[int]:
    """The leads of a plan for which it does not come out the same again, by id; none as long as all is well."""
    ids = list(AssignmentLine.objects.filter(plan=plan).order_by("place").values_list("lead_id", flat=True))
    again = Again.of(plan, names_of_partners(), ids, pairs_most)
    return [line.lead_id for line in AssignmentLine.objects.filter(plan=plan).order_by("place")
            if not _is_same(line, again.taken(line.lead_id))]  # fmt: skip


def _is_same(line: AssignmentLine, again: Taken | None) -> bool:
    return again == Taken(
        line.rule_number, "offered" if line.partner_id else "waiting", line.partner_id, line.candidates, line.excluded
    )

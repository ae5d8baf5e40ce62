"""A batch of leads made ready to be assigned at once, and every lead of the plan explained. Pure.

Columns are partners in the order of turn: who was offered a lead longest ago comes first, then the lower id. So of
equals the same partner is chosen for a batch of one as for a lead alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from fairway.leads.rules.assignment import NOBODY, Assignment, Shares, assign, greatest_of
from fairway.leads.rules.candidates import CODES, SHOWN, Candidate, Eligible, Router
from fairway.leads.rules.expected import Batch, Bools, Floats, Ints, Placed, placed
from fairway.leads.rules.keeping import count_out
from fairway.leads.rules.partner_table import LeadFacts, PartnerTable, kilometres

AT_ONCE = 512


def turn_order(partners: PartnerTable) -> Ints:
    """Rows of the table, in the order in which equals are chosen."""
    return np.lexsort((partners.ids, partners.last_offered)).astype(np.int64)


def win_factor(partners: PartnerTable) -> Floats:
    """How a partner wins beside the others: its share of leads that became deals over that of all, 1 for the average.

    The shares are drawn towards that of all where few leads have ended. Without a single won lead all are alike.
    """
    if partners.wins is None or not partners.wins_mean:
        return np.ones(len(partners))
    return partners.wins / partners.wins_mean


@dataclass(frozen=True, slots=True)
class Basis:
    """What a plan goes by. `order` are rows of the table, one a column of the batch; lists are by lead."""

    partners: PartnerTable
    order: Ints
    facts: Sequence[LeadFacts]
    numbers: Sequence[int]
    eligible: Sequence[Eligible]
    batch: Batch

    @classmethod
    def by(cls, router: Router, facts: Sequence[LeadFacts], numbers: Sequence[int], worth: Floats) -> "Basis":
        """`numbers` are those of the rules that decide, `worth` is chance × amount of each lead."""
        partners = router.partners
        order = turn_order(partners)
        place = np.empty_like(order)
        place[order] = np.arange(len(order))
        eligible = [router.eligible(fact, number) for fact, number in zip(facts, numbers, strict=True)]
        batch = Batch(worth, win_factor(partners)[order], [np.sort(place[one.rows]) for one in eligible])
        return cls(partners, order, facts, numbers, eligible, batch)

    @property
    def ids(self) -> Ints:
        return self.partners.ids[self.order]

    @property
    def room(self) -> Ints:
        """Free places, a number a column."""
        return np.maximum(self.partners.capacity - self.partners.open_leads, 0)[self.order]

    def assign(self, most: float, least: float, favoured: Bools) -> Assignment:
        """`favoured` is by row of the table."""
        return assign(len(self.facts), self.room, self.batch.values, Shares(most, least, favoured[self.order]))

    def excluded(self, lead: int) -> dict[str, int]:
        """How many partners a lead could not go to, by reason."""
        eligible = self.eligible[lead]
        counts = dict(eligible.excluded)
        rows = eligible.rows
        full = np.count_nonzero(self.partners.open_leads[rows] >= self.partners.capacity[rows])
        count_out(counts, "no_room", int(full))
        return counts

    def has_room(self, lead: int) -> bool:
        rows = self.eligible[lead].rows
        return bool((self.partners.open_leads[rows] < self.partners.capacity[rows]).any())


@dataclass(frozen=True, slots=True)
class Explained:
    """One lead of a plan: where it goes, and the five that would be worth most with what decided."""

    placed: Placed
    shortlist: list[Candidate]


def explained(basis: Basis, found: Assignment, numbers: Sequence[int] | Ints | None = None) -> list[Explained]:
    """The leads of these numbers, or all; `found` has the columns of the basis."""
    wanted = np.arange(len(basis.facts)) if numbers is None else np.asarray(numbers, dtype=np.int64)
    lines = placed(basis.batch, found, wanted)
    shown: list[list[Candidate]] = []
    for start in range(0, len(wanted), AT_ONCE):
        some = wanted[start : start + AT_ONCE]
        values = basis.batch.values(some)
        top = greatest_of(values, min(SHOWN, values.shape[1])) if values.shape[1] else np.zeros((len(some), 0), int)
        shown += [
            _shortlist(basis, found, lead, row, best)
            for lead, row, best in zip(some.tolist(), values, top.tolist(), strict=True)
        ]
    return [Explained(line, five) for line, five in zip(lines, shown, strict=True)]


def _shortlist(basis: Basis, found: Assignment, lead: int, values: Floats, best: list[int]) -> list[Candidate]:
    """The chosen one, then those worth most: as of a decision by rules, with worth and price of a place behind."""
    chosen = int(found.partners[lead])
    columns = sorted((c for c in best if np.isfinite(values[c])), key=lambda column: (-values[column], column))
    if chosen != NOBODY:
        columns = [chosen, *(column for column in columns if column != chosen)]
    columns = columns[:SHOWN]
    rows = basis.order[np.array(columns, dtype=np.int64)]
    km = kilometres(basis.facts[lead].point, basis.partners.points[rows])
    greatest = max((float(values[column]) for column in columns), default=0.0)
    return [
        _candidate(basis, found, int(row), column, float(values[column]), greatest, float(away),
                   _decided(found, values, column, chosen))
        for row, column, away in zip(rows, columns, km, strict=True)
    ]  # fmt: skip


def _candidate(
    basis: Basis, found: Assignment, row: int, column: int, value: float, greatest: float, km: float, code: int
) -> Candidate:
    table, price, last = basis.partners, float(found.prices[column]), float(basis.partners.last_offered[row])
    fit: Any = round(100 * value / greatest, 1) if greatest > 0 else 0.0
    return [
        int(table.ids[row]), code, fit, None if km != km else round(km, 1), int(table.open_leads[row]),
        int(table.capacity[row]), round(100 * float(table.record[row])), None if last == -np.inf else int(last),
        round(value), round(price) if np.isfinite(price) else None,
    ]  # fmt: skip


def _decided(found: Assignment, values: Floats, column: int, chosen: int) -> int:
    """What decided about a candidate, by its number in `DECIDED`."""
    if column == chosen:
        return CODES["offered"]
    if not np.isfinite(found.prices[column]):
        return CODES["no_room"]
    if chosen == NOBODY:
        return CODES["dearer"] if values[column] > 0 else CODES["less_worth"]
    if values[column] < values[chosen]:
        return CODES["less_worth"]
    if found.prices[column] > found.prices[chosen]:
        return CODES["dearer"]
    return CODES["later_turn"] if values[column] == values[chosen] else CODES["for_share"]


def holds(basis: Basis, found: Assignment, favoured: Bools, lead: int) -> bool:
    """Whether at these prices the lead is where it should be: nowhere else it is worth more, less the price there.

    `favoured` is by row. What the favoured have to get for their share is not where it would be worth most.
    """
    values = basis.batch.values(np.array([lead]))[0]
    net = values - found.prices + np.where(favoured[basis.order], found.bonus, 0.0)
    chosen = int(found.partners[lead])
    slack = found.step * (1 + 1e-6) + 1e-6
    if found.is_chosen_first:
        # What the favoured get was chosen before there were prices; the rest goes by those of the others.
        net = np.where(favoured[basis.order], -np.inf, net)
        if chosen != NOBODY and favoured[basis.order][chosen]:
            return bool(np.isfinite(values[chosen]))
    if chosen == NOBODY:
        return bool(net.max(initial=-np.inf) <= slack)
    return bool(net[chosen] >= max(0.0, float(net.max(initial=0.0))) - slack)

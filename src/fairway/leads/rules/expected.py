"""What a lead is worth with a partner: win chance × amount × how the partner wins. Pure; minor units of one currency.

The chance of a band is its share of leads that became deals of those that ended, drawn towards the share of all where
few have ended: two won of two prove little.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from fairway.leads.rules.assignment import NOBODY, Assignment, Values, greedy, value_of

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

ENDED_WEIGHT = 20.0  # how many ended leads the share of all counts for
PRIOR = 0.2  # the chance while nothing has ended at all


@dataclass(frozen=True, slots=True)
class Chances:
    """Chances by band, 0 to 1, and that of all for a lead without a band. `ended` is how many leads they rest on."""

    mean: float
    of_band: Mapping[str, float] = field(default_factory=dict)
    ended: int = 0

    def of(self, band: str) -> float:
        return self.of_band.get(band, self.mean)


def chances(counts: Mapping[str, tuple[int, int]], *, weight: float = ENDED_WEIGHT, prior: float = PRIOR) -> Chances:
    """`counts` is band → (became deals, ended)."""
    ended = sum(count for _won, count in counts.values())
    mean = sum(won for won, _count in counts.values()) / ended if ended else prior
    of_band = {band: (won + weight * mean) / (count + weight) for band, (won, count) in counts.items() if band}
    return Chances(mean, of_band, ended)


@dataclass(frozen=True, slots=True)
class Amounts:
    """The amount that stands for an unknown one: the median of the line, else of all, in minor units."""

    of_all: int = 0
    of_line: Mapping[int | None, int] = field(default_factory=dict)

    def of(self, amount_minor: int | None, line_id: int | None) -> int:
        if amount_minor is not None and amount_minor > 0:
            return amount_minor
        return self.of_line.get(line_id) or self.of_all


class Batch:
    """Leads × partners: what each pair is worth, and which are eligible; bits, so that 10,000 × 8,500 take 11 MB."""

    def __init__(self, worth: Floats, record: Floats, eligible: Sequence[Ints]) -> None:
        """`worth` is chance × amount of each lead, `record` each partner's factor, `eligible` columns of partners."""
        self.worth, self.record = worth, record
        mask = np.zeros((1, len(record)), dtype=np.bool_)
        bits = []
        for rows in eligible:
            mask[0, rows] = True
            bits.append(np.packbits(mask, axis=1))
            mask[0, rows] = False
        width = (len(record) + 7) // 8
        self._bits = np.concatenate(bits) if bits else np.zeros((0, width), dtype=np.uint8)

    def __len__(self) -> int:
        return len(self.worth)

    def eligible(self, numbers: Ints) -> Bools:
        return np.unpackbits(self._bits[numbers], axis=1, count=len(self.record)).astype(np.bool_)

    def values(self, numbers: Ints) -> Floats:
        """One row a lead, one column a partner, −∞ where the pair is not eligible."""
        return np.where(self.eligible(numbers), self.worth[numbers, None] * self.record, -np.inf)


@dataclass(frozen=True, slots=True)
class OneByOne:
    """What one lead after the other would have given."""

    partners: Ints
    value: float

    @property
    def assigned(self) -> int:
        return int(np.count_nonzero(self.partners != NOBODY))


def one_by_one(count: int, room: Ints, values: Values, order: Ints) -> OneByOne:
    found = greedy(count, room, values, order)
    return OneByOne(found, value_of(found, values))


@dataclass(frozen=True, slots=True)
class Placed:
    """One lead of a plan. `partner` and `best` are columns or NOBODY; money in minor units.

    `best` is who would be worth most without any limit, `price` what a place there costs: the worth of the last
    lead that holds one, above what that would be worth elsewhere.
    """

    partner: int
    value: int
    best: int
    best_value: int
    price: int | None


def placed(batch: Batch, found: Assignment, wanted: Ints | None = None) -> list[Placed]:
    """The plan lead by lead, in the order of the batch; or the leads of the numbers that are wanted."""
    lines: list[Placed] = []
    all_of_them = np.arange(len(batch)) if wanted is None else wanted
    for start in range(0, len(all_of_them), 512):
        numbers = all_of_them[start : start + 512]
        values = batch.values(numbers)
        best = values.argmax(axis=1) if values.shape[1] else np.zeros(len(numbers), dtype=np.int64)
        for row, number in enumerate(numbers.tolist()):
            lines.append(_placed(values[row], int(found.partners[number]), int(best[row]), found.prices))
    return lines


def _placed(values: Floats, partner: int, best: int, prices: Floats) -> Placed:
    if not len(values) or not np.isfinite(values[best]):
        return Placed(NOBODY, 0, NOBODY, 0, None)
    if partner != NOBODY and values[partner] >= values[best]:
        best = partner
    price = float(prices[best])
    return Placed(
        partner=partner,
        value=0 if partner == NOBODY else round(float(values[partner])),
        best=best,
        best_value=round(float(values[best])),
        price=round(price) if np.isfinite(price) else None,
    )

"""A batch assigned best overall: 10,000 leads × 8,500 partners, places 1.05 × leads, every pair eligible or by skill.

The figure is value ÷ bound; beside it what one lead after the other reaches of the same bound, and the seconds. The
bound is computed anew here, over every pair, from the prices alone. Values are chance × amount × record × nearness.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from benchmarks._harness import say, timed
from benchmarks._leads._growth import exponent
from fairway.leads.rules.assignment import NOBODY, Assignment, assign, bound_of, greedy, value_of

SMALL, SMALL_PARTNERS = 1_000, 850
TIMES = 10
SKILLS, HAS_SKILL = 12, 0.35
HALF_VALUE_KM, LAND_KM = 400.0, 4_000.0


class Made:
    """A batch with skewed amounts and skewed capacities; the same every time."""

    def __init__(self, leads: int, partners: int, *, by_skill: bool) -> None:
        chance = np.random.default_rng(7)
        self.leads, self.by_skill = leads, by_skill
        self.worth = chance.lognormal(9, 1.2, leads) * chance.beta(2, 6, leads)
        self.record = chance.beta(8, 8, partners)
        self.lead_at = chance.random((leads, 2)) * LAND_KM
        self.partner_at = chance.random((partners, 2)) * LAND_KM
        self.asks = chance.integers(0, SKILLS, leads)
        self.has = chance.random((partners, SKILLS)) < HAS_SKILL
        self.capacity = chance.multinomial(round(1.05 * leads), chance.dirichlet(np.full(partners, 0.7)))

    def values(self, numbers: Any) -> Any:
        apart = self.lead_at[numbers, None] - self.partner_at
        near = 1.0 / (1.0 + np.hypot(apart[..., 0], apart[..., 1]) / HALF_VALUE_KM)
        worth = self.worth[numbers, None] * self.record * near
        return np.where(self.has[:, self.asks[numbers]].T, worth, -np.inf) if self.by_skill else worth


def run(quick: bool) -> None:
    for name, by_skill in (("assign", False), ("assign-by-skill", True)):
        small_s, small = _measured(Made(SMALL, SMALL_PARTNERS, by_skill=by_skill))
        if quick:
            _say(f"{name}-small", small_s, small, Made(SMALL, SMALL_PARTNERS, by_skill=by_skill))
            continue
        made = Made(SMALL * TIMES, SMALL_PARTNERS * TIMES, by_skill=by_skill)
        seconds, found = _measured(made)
        _say(name, seconds, found, made, growth=exponent((SMALL, small_s), (SMALL * TIMES, seconds)), small_s=small_s)


def _measured(made: Made) -> tuple[float, Assignment]:
    work: Callable[[], Assignment] = lambda: assign(made.leads, made.capacity, made.values)  # noqa: E731
    return timed(work)


def _say(name: str, seconds: float, found: Assignment, made: Made, **more: Any) -> None:
    bound = bound_of(made.leads, made.capacity, made.values, found.prices)
    one_by_one = greedy(made.leads, made.capacity, made.values, np.argsort(-made.worth, kind="stable"))
    counts = np.bincount(found.partners[found.partners != NOBODY], minlength=len(made.capacity))
    assert (counts <= made.capacity).all()
    say(
        name, value_of(found.partners, made.values), "value", floor=bound, n=made.leads,
        floor_is="the bound over all eligible pairs", seconds=round(seconds, 1), partners=len(made.capacity),
        greedy_ratio=round(value_of(one_by_one, made.values) / bound, 4),
        full_share=round(float((counts == made.capacity)[made.capacity > 0].mean()), 3),
        assigned=int(counts.sum()), bids=found.bids,
        **{key: round(value, 2) for key, value in more.items()},
    )  # fmt: skip

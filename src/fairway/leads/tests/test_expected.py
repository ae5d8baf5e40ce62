"""Expected values: chances drawn towards the mean, amounts that stand in, and what a pair is worth."""

import numpy as np
import pytest

from fairway.leads.rules.assignment import NOBODY, assign
from fairway.leads.rules.expected import Amounts, Batch, chances, one_by_one, placed


def test_a_band_with_few_ended_leads_is_drawn_towards_the_share_of_all():
    found = chances({"A": (2, 2), "B": (20, 198)})
    assert found.mean == pytest.approx(0.11)
    assert found.of("A") == pytest.approx((2 + 20 * 0.11) / 22)
    assert found.of("B") == pytest.approx((20 + 20 * 0.11) / 218)
    assert found.of("unheard of") == found.mean
    assert found.ended == 200


def test_without_any_ended_lead_the_chance_is_the_stated_one():
    assert chances({}).of("A") == 0.2


def test_an_unknown_amount_is_the_median_of_the_line_else_of_all():
    amounts = Amounts(of_all=500, of_line={7: 900})
    assert [amounts.of(300, 7), amounts.of(None, 7), amounts.of(0, 8), amounts.of(None, None)] == [300, 900, 500, 500]


def test_a_pair_is_worth_chance_by_amount_by_record_and_nothing_when_not_eligible():
    batch = Batch(np.array([100.0, 40.0]), np.array([0.5, 0.25, 1.0]), [np.array([0, 2]), np.array([1])])
    values = batch.values(np.array([0, 1]))
    assert values.tolist() == [[50.0, -np.inf, 100.0], [-np.inf, 10.0, -np.inf]]


def test_a_plan_says_who_would_be_worth_more_and_what_its_last_place_costs():
    # Both want the first partner, which has one place; the second lead would lose more elsewhere.
    batch = Batch(np.array([100.0, 300.0]), np.array([0.9, 0.5]), [np.array([0, 1]), np.array([0, 1])])
    room = np.array([1, 5])
    found = assign(2, room, batch.values)
    lines = placed(batch, found)
    assert [line.partner for line in lines] == [1, 0]
    assert (lines[0].value, lines[0].best, lines[0].best_value) == (50, 0, 90)
    assert 40 <= lines[0].price <= 121
    assert (lines[1].value, lines[1].best) == (270, 0)
    greedy = one_by_one(2, room, batch.values, np.array([0, 1]))
    assert (greedy.value, greedy.assigned) == (90 + 150, 2)
    assert found.value == 320


def test_a_lead_without_any_eligible_partner_stays_and_names_nobody():
    batch = Batch(np.array([100.0]), np.array([0.9]), [np.array([], dtype=np.int64)])
    (line,) = placed(batch, assign(1, np.array([3]), batch.values))
    assert (line.partner, line.best, line.price) == (NOBODY, NOBODY, None)

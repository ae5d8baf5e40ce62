"""The best overall assignment: never above its bound, near to the exact optimum, within limits, always the same."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linear_sum_assignment

from fairway.leads.rules.assignment import GAP, NOBODY, Shares, assign, bound_of, greedy, value_of


@st.composite
def batches(draw):
    leads, partners = draw(st.integers(1, 25)), draw(st.integers(1, 60))
    chance = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    worth = chance.lognormal(0, draw(st.sampled_from([0.0, 1.0])), (leads, partners))
    eligible = chance.random((leads, partners)) < draw(st.sampled_from([0.1, 0.6, 1.0]))
    return np.where(eligible, worth, -np.inf), chance.integers(0, draw(st.integers(1, 5)), partners)


def rows_of(table):
    return lambda numbers: table[numbers]


def best_of_all(table, capacity):
    """The exact optimum, by another method over places instead of partners."""
    places = np.repeat(np.arange(table.shape[1]), capacity)
    worth = np.where(np.isinf(table[:, places]), 0.0, table[:, places])
    worth = np.concatenate([worth, np.zeros((len(table), len(table)))], axis=1)
    return worth[linear_sum_assignment(worth, maximize=True)].sum()


def counts_of(partners, width):
    return np.bincount(partners[partners != NOBODY], minlength=width)


@settings(max_examples=150, deadline=None)
@given(batches())
def test_it_is_as_good_as_the_exact_optimum_to_within_its_step_and_the_bound_holds(batch):
    table, capacity = batch
    found = assign(len(table), capacity, rows_of(table))
    exact = best_of_all(table, capacity)
    mean = np.maximum(table.max(axis=1), 0).mean()
    assert exact <= found.bound * (1 + 1e-9)
    assert found.value >= exact - GAP * mean * len(table) - 1e-9
    assert (counts_of(found.partners, len(capacity)) <= capacity).all()
    chosen = np.nonzero(found.partners != NOBODY)[0]
    assert np.isfinite(table[chosen, found.partners[chosen]]).all()
    assert found.value == pytest.approx(value_of(found.partners, rows_of(table)))


@settings(max_examples=60, deadline=None)
@given(batches())
def test_the_same_batch_gives_the_same_answer_and_any_prices_give_a_bound(batch):
    table, capacity = batch
    first, again = (assign(len(table), capacity, rows_of(table.copy())) for _ in range(2))
    assert first.partners.tolist() == again.partners.tolist()
    prices = np.random.default_rng(5).lognormal(0, 1, len(capacity))
    assert best_of_all(table, capacity) <= bound_of(len(table), capacity, rows_of(table), prices) * (1 + 1e-9)


@settings(max_examples=60, deadline=None)
@given(batches(), st.sampled_from([0.2, 0.5, 0.9]))
def test_the_favoured_get_their_share_or_all_that_is_possible(batch, least):
    table, capacity = batch
    favoured = np.arange(len(capacity)) % 2 == 0
    found = assign(len(table), capacity, rows_of(table), Shares(least=least, favoured=favoured))
    only = np.where(favoured, 1.0, 0.0) * np.isfinite(table)
    possible = round(best_of_all(only, capacity))
    assert found.favoured_possible == possible
    assert found.favoured_asked == int(np.ceil(least * len(table) - 1e-9))
    got = int(np.count_nonzero(favoured[found.partners[found.partners != NOBODY]]))
    assert got == found.favoured_got >= min(found.favoured_asked, possible)
    assert found.value <= found.bound * (1 + 1e-9)
    assert found.is_share_possible == (found.favoured_asked <= possible)


def test_nobody_gets_more_than_the_greatest_share_of_the_batch():
    table = np.tile([9.0, 5.0, 1.0], (10, 1))
    found = assign(10, np.array([10, 10, 10]), rows_of(table), Shares(most=0.4))
    assert counts_of(found.partners, 3).tolist() == [4, 4, 2]
    assert found.value == pytest.approx(4 * 9 + 4 * 5 + 2)


def test_one_after_the_other_loses_what_the_whole_wins():
    # The first lead could go anywhere nearly as well; the second only to the partner that the first would take.
    table = np.array([[10.0, 9.0], [8.0, -np.inf]])
    capacity = np.array([1, 1])
    assert greedy(2, capacity, rows_of(table), [0, 1]).tolist() == [0, NOBODY]
    found = assign(2, capacity, rows_of(table))
    assert found.partners.tolist() == [1, 0]
    assert found.value == 17.0
    assert found.bound == pytest.approx(17.0, rel=0.01)


@pytest.mark.parametrize("capacity", [[0, 0], [0, 3]])
def test_without_room_leads_stay_and_the_bound_says_that_no_more_was_possible(capacity):
    table = np.array([[5.0, -np.inf], [4.0, -np.inf]])
    found = assign(2, np.array(capacity), rows_of(table))
    assert found.partners.tolist() == [NOBODY, NOBODY]
    assert (found.value, found.bound, found.ratio) == (0.0, 0.0, 1.0)


def test_nothing_is_assigned_of_nothing():
    found = assign(0, np.array([3]), rows_of(np.zeros((0, 1))))
    assert (found.partners.tolist(), found.value, found.ratio) == ([], 0.0, 1.0)


def test_many_more_partners_than_are_kept_at_hand_change_nothing():
    chance = np.random.default_rng(3)
    table = chance.lognormal(0, 1, (400, 300))
    capacity = np.where(chance.random(300) < 0.5, 0, 3)
    found = assign(400, capacity, rows_of(table))
    assert found.value >= best_of_all(table, capacity) * (1 - GAP * 2)
    assert found.ratio >= 0.995

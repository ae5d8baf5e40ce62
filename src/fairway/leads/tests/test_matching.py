"""How many leads a group could get at most: exact, and with what stands in the way."""

import time

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import maximum_bipartite_matching

from fairway.leads.rules.assignment import NOBODY, Shares, assign
from fairway.leads.rules.matching import most_matched


@st.composite
def pairs(draw):
    leads, partners = draw(st.integers(0, 30)), draw(st.integers(1, 12))
    chance = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    eligible = chance.random((leads, partners)) < draw(st.sampled_from([0.05, 0.2, 0.7, 1.0]))
    return eligible, chance.integers(0, draw(st.integers(1, 5)), partners)


def by_another_way(eligible, places):
    wide = np.repeat(eligible, places, axis=1)
    if not wide.size:
        return 0
    return int(np.count_nonzero(maximum_bipartite_matching(csr_matrix(wide), perm_type="column") >= 0))


@settings(max_examples=300, deadline=None)
@given(pairs())
def test_it_is_the_most_there_is_and_says_what_stands_in_the_way(made):
    eligible, places = made
    found = most_matched(len(eligible), places, lambda numbers: eligible[numbers])
    assert found.possible == by_another_way(eligible, places)
    got = np.nonzero(found.columns != NOBODY)[0]
    assert eligible[got, found.columns[got]].all()
    assert (np.bincount(found.columns[got], minlength=len(places)) <= places).all()
    usable = eligible & (places > 0)
    assert found.alone == int(np.count_nonzero(~usable.any(axis=1)))
    left = np.nonzero((found.columns == NOBODY) & usable.any(axis=1))[0]
    assert len(left) == found.blocked
    # Leads that know nothing but the full partners are as many more than these have places as are left.
    inside = np.isin(np.arange(len(places)), found.full)
    only = usable.any(axis=1) & ~(usable & ~inside).any(axis=1)
    assert np.count_nonzero(only) - places[inside].sum() == found.blocked


@settings(max_examples=100, deadline=None)
@given(pairs())
def test_what_it_begins_with_keeps_its_place(made):
    eligible, places = made
    begin = np.full(len(eligible), NOBODY, dtype=np.int64)
    left = places.copy()
    for lead, row in enumerate(eligible):
        free = np.nonzero(row & (left > 0))[0]
        if len(free) and lead % 2:
            begin[lead] = free[-1]
            left[free[-1]] -= 1
    found = most_matched(len(eligible), places, lambda numbers: eligible[numbers], begin=begin)
    assert found.possible == by_another_way(eligible, places)
    assert (found.columns[begin != NOBODY] != NOBODY).all()


def a_batch(leads, partners):
    """Skewed worth and places; a third are small, and have places for a sixth of the leads."""
    chance = np.random.default_rng(11)
    worth = chance.lognormal(9, 1.2, leads)
    factor = chance.beta(8, 8, partners)
    asks, has = chance.integers(0, 12, leads), chance.random((partners, 12)) < 0.35
    capacity = chance.multinomial(round(1.05 * leads), chance.dirichlet(np.full(partners, 0.7)))
    small = np.arange(partners) % 3 == 0

    def values(numbers):
        return np.where(has[:, asks[numbers]].T, worth[numbers, None] * factor, -np.inf)

    return values, capacity, small


def test_a_least_share_that_cannot_be_had_is_told_within_two_seconds_of_a_thousand_leads():
    values, capacity, small = a_batch(1_000, 8_500)
    began = time.process_time()
    found = assign(1_000, capacity, values, Shares(least=0.9, favoured=small))
    took = time.process_time() - began
    assert not found.is_share_possible
    assert found.favoured_got == found.favoured_possible
    assert found.short.leads == 900 - found.favoured_possible
    assert found.short.alone + found.short.blocked == 1_000 - found.favoured_possible
    assert found.short.places == capacity[found.short.full].sum()
    assert small[found.short.full].all()
    assert found.value <= found.bound * (1 + 1e-9)
    assert took < 2.0

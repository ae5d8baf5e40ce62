"""The best overall assignment of a batch of leads to partners, with a proof of how good it is. Pure.

Leads choose, partners have prices. A lead takes the partner whose value less price is greatest, and says how much more
it would pay before it went elsewhere; a partner that is full keeps those who would pay most, and its price is what
the last of them would pay. Raised by at least `step` each time, prices come to rest where nobody gains more than
`step` by moving: an auction after Bertsekas, with one price for all places of a partner. The prices are then the
proof: no assignment, however made, can be worth more than

    sum of price × capacity  −  bonus × least  +  sum over leads of the greatest of 0 and (value + bonus − price)

over **all** eligible pairs. The bonus belongs to partners of the favoured group: it is the price of their minimum
share.

The same input gives the same answer: ties go to the lead and the partner that come first.
"""

import heapq
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from fairway.leads.rules.matching import BLOCK, NOBODY, Most, most_matched

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
# Values of the leads numbered `numbers`: one row each, one column a partner, −inf where the pair is not eligible.
Values = Callable[[Ints], Floats]

NEAREST = 160  # pairs of a lead kept at hand; the others are looked at again when prices make them matter
GAP = 0.002  # the share of the bound that may be missing by the step of the auction
BONUS_TRIES = 14
BIDS_MOST = 100  # by the lead that the favoured have to get: beyond them the places are only bid up


@dataclass(frozen=True, slots=True)
class Shares:
    """What fairness asks: no partner more than `most` of the batch, the `favoured` together at least `least` of it.

    Both are shares from 0 to 1. `favoured` has one truth value a partner.
    """

    most: float = 1.0
    least: float = 0.0
    favoured: Bools | None = None


@dataclass(frozen=True, slots=True)
class Short:
    """Why the favoured cannot get their share.

    `leads` are missing: of all leads `alone` have no favoured partner with a place that is eligible, and `blocked` only
    ones of `full` (columns), whose `places` are all taken by leads that can go to no other of them either.
    """

    leads: int
    alone: int
    blocked: int
    full: Ints
    places: int


@dataclass(frozen=True, slots=True)
class Assignment:
    """Who gets which lead, and what it is worth.

    `partners` has one column number a lead, NOBODY where it stays; `value` is their sum and `bound` what no
    assignment can exceed; `prices` are what one more place at each partner would be worth, ∞ for one without any
    place. `favoured_asked` leads had to go to the favoured group, `favoured_possible` could at most, `favoured_got`
    did; `short` says why not more. Nobody's lead is worth more than `step` more elsewhere, less the price there and
    with the `bonus` of the favoured; `is_chosen_first`: but for those that the favoured have to get.
    """

    partners: Ints
    value: float
    bound: float
    prices: Floats
    favoured_asked: int = 0
    favoured_possible: int = 0
    favoured_got: int = 0
    bids: int = field(default=0, compare=False)
    bonus: float = 0.0
    step: float = 0.0
    short: Short | None = None
    is_chosen_first: bool = False

    @property
    def ratio(self) -> float:
        """Value ÷ bound, 1 for nothing of nothing."""
        return self.value / self.bound if self.bound else 1.0

    @property
    def is_share_possible(self) -> bool:
        return self.favoured_asked <= self.favoured_possible


def greedy(count: int, capacity: Ints, values: Values, order: Sequence[int] | Ints) -> Ints:
    """What one after the other gives: each lead, in `order`, goes to its best partner with room."""
    left = capacity.astype(np.int64).copy()
    chosen = np.full(count, NOBODY, dtype=np.int64)
    numbers = np.asarray(order, dtype=np.int64)
    for start in range(0, len(numbers), BLOCK):
        some = numbers[start : start + BLOCK]
        for lead, row in zip(some.tolist(), values(some), strict=True):
            best = int(np.argmax(np.where(left > 0, row, -np.inf)))
            if left[best] > 0 and row[best] > 0:
                chosen[lead], left[best] = best, left[best] - 1
    return chosen


def value_of(partners: Ints, values: Values) -> float:
    """The sum of the values of the leads that somebody gets."""
    total = 0.0
    numbers = np.nonzero(partners != NOBODY)[0]
    for start in range(0, len(numbers), BLOCK):
        some = numbers[start : start + BLOCK]
        total += float(values(some)[np.arange(len(some)), partners[some]].sum())
    return total


def bound_of(
    count: int, capacity: Ints, values: Values, prices: Floats, *, bonus: Floats | None = None, owed: float = 0.0
) -> float:
    """The dual bound of these prices over all eligible pairs; `owed` is bonus × least of the favoured group."""
    net_price = prices if bonus is None else prices - bonus
    total = float((prices[capacity > 0] * capacity[capacity > 0]).sum()) - owed
    for start in range(0, count, BLOCK):
        some = np.arange(start, min(count, start + BLOCK))
        total += float(np.maximum(0.0, (values(some) - net_price).max(axis=1, initial=-np.inf)).sum())
    return total


def assign(count: int, capacity: Ints, values: Values, shares: Shares | None = None, *, gap: float = GAP) -> Assignment:
    """The assignment of `count` leads that is worth most, to within `gap` of its bound.

    `capacity` is places a partner has, one number a column of `values`. A minimum share that cannot be had is met as
    far as it can, and the answer says so.
    """
    shares = shares or Shares()
    room = np.minimum(capacity.astype(np.int64), np.int64(np.floor(shares.most * count + 1e-9)))
    np.maximum(room, 0, out=room)
    step = max(gap * _mean_best(count, values), 1e-12)
    if shares.favoured is None or not shares.least or not count:
        return _plain(count, room, values, step)
    asked = int(np.ceil(shares.least * count - 1e-9))
    most = _most_for(count, room, values, shares.favoured)
    return _with_share(count, room, values, shares.favoured, asked, most, step)


def _plain(count: int, room: Ints, values: Values, step: float) -> Assignment:
    auction = _Auction(count, room, values, np.zeros(len(room)), step)
    auction.run()
    bound = bound_of(count, room, values, auction.prices)
    value = value_of(auction.chosen, values)
    return Assignment(auction.chosen, value, bound, auction.prices, bids=auction.bids, step=step)


def _with_share(
    count: int, room: Ints, values: Values, favoured: Bools, asked: int, most: Most, step: float
) -> Assignment:
    """Raise the bonus of the favoured until they get their share; the smallest bonus that does is the price of it.

    Where they can get no more than is asked, and where the auction would bid each place up to the whole bonus, the
    leads that they get are chosen first.
    """
    owed = min(asked, most.possible)
    short = _short(asked, most, room, favoured)
    if asked >= most.possible:
        return _chosen_first(count, room, values, favoured, asked, most, step, short)
    best: Assignment | None = None
    bounds: list[float] = []
    bids = 0
    low, high, bonus = 0.0, None, 0.0
    top = _greatest(count, values)
    for _try in range(BONUS_TRIES):
        extra = np.where(favoured, bonus, 0.0)
        auction = _Auction(count, room, values, extra, step)
        is_whole = auction.run(3 * bids // _try if _try else None)
        bids += auction.bids
        if not is_whole:
            break
        got = int(np.count_nonzero(favoured[auction.chosen] & (auction.chosen != NOBODY)))
        bounds.append(bound_of(count, room, values, auction.prices, bonus=extra, owed=bonus * owed))
        if got >= owed:
            value = value_of(auction.chosen, values)
            if best is None or value > best.value:
                best = Assignment(
                    auction.chosen, value, 0.0, auction.prices, asked, most.possible, got, bonus=bonus, step=step
                )
            high = bonus
        else:
            low = bonus
        if (bonus == 0.0 and got >= owed) or (high is not None and high - low <= step):
            break
        bonus = (low + high) / 2 if high is not None else (bonus * 2 or top / 16)
        if bonus > 2 * top:
            break
    if best is None:
        found = _chosen_first(count, room, values, favoured, asked, most, step, short)
        return replace(found, bound=min([*bounds, found.bound]), bids=bids + found.bids)
    return replace(best, bound=min(bounds), bids=bids)


def _short(asked: int, most: Most, room: Ints, favoured: Bools) -> Short | None:
    if asked <= most.possible:
        return None
    full = np.nonzero(favoured)[0][most.full]
    return Short(asked - most.possible, most.alone, most.blocked, full, int(room[full].sum()))


def _chosen_first(
    count: int, room: Ints, values: Values, favoured: Bools, asked: int, most: Most, step: float, short: Short | None
) -> Assignment:
    """The favoured get the leads that lose least by it, of the most they could get; then each part is assigned alone.

    An auction gives these leads to the favoured for what they are worth there; those that it leaves find their place
    by moving others on, which always succeeds. The rest is assigned as ever, with the places that are left.
    """
    owed = min(asked, most.possible)
    columns = np.nonzero(favoured)[0]
    loss = _losses(count, values, favoured)
    could = np.nonzero(most.columns != NOBODY)[0]
    theirs = np.sort(could[np.argsort(loss[could], kind="stable")[:owed]])
    chosen = np.full(count, NOBODY, dtype=np.int64)

    def of_theirs(numbers: Ints) -> Floats:
        return values(theirs[numbers])[:, columns]

    first = _Auction(len(theirs), room[columns], of_theirs, np.zeros(len(columns)), step)
    first.run(BIDS_MOST * len(theirs))
    whole = most_matched(len(theirs), room[columns], lambda numbers: of_theirs(numbers) > 0, begin=first.chosen)
    chosen[theirs] = columns[whole.columns]
    others = np.setdiff1d(np.arange(count), theirs)
    left = room - np.bincount(chosen[theirs], minlength=len(room))
    second = _Auction(len(others), left, lambda numbers: values(others[numbers]), np.zeros(len(room)), step)
    second.run()
    chosen[others] = second.chosen
    prices = np.where(np.isfinite(second.prices), second.prices, 0.0)
    prices[columns] = np.maximum(prices[columns], np.where(np.isfinite(first.prices), first.prices, 0.0))
    prices[room <= 0] = np.inf
    # What the last of their leads loses by going there is what another one would cost.
    bonus = max(0.0, float(loss[theirs].max(initial=0.0)))
    with_bonus = prices + np.where(favoured, bonus, 0.0)
    bound = min(
        bound_of(count, room, values, prices),
        bound_of(count, room, values, with_bonus, bonus=np.where(favoured, bonus, 0.0), owed=bonus * owed),
    )
    got = int(np.count_nonzero(favoured[chosen] & (chosen != NOBODY)))
    return Assignment(
        chosen, value_of(chosen, values), bound, prices, asked, most.possible, got, first.bids + second.bids,
        bonus=bonus, step=step, short=short, is_chosen_first=True,
    )  # fmt: skip


def _losses(count: int, values: Values, favoured: Bools) -> Floats:
    """For each lead what its best other partner is worth more than its best favoured one; below 0 where it gains."""
    loss = np.zeros(count)
    for start in range(0, count, BLOCK):
        some = np.arange(start, min(count, start + BLOCK))
        rows = values(some)
        best = np.maximum(rows[:, ~favoured].max(axis=1, initial=0.0), 0.0)
        loss[some] = best - np.maximum(rows[:, favoured].max(axis=1, initial=0.0), 0.0)
    return loss


def _greatest(count: int, values: Values) -> float:
    found = 0.0
    for start in range(0, count, BLOCK):
        rows = values(np.arange(start, min(count, start + BLOCK)))
        found = max(found, float(rows.max(initial=0.0)))
    return found


def _mean_best(count: int, values: Values) -> float:
    """The mean over leads of what the best partner without any limit would be worth."""
    total = 0.0
    for start in range(0, count, BLOCK):
        rows = values(np.arange(start, min(count, start + BLOCK)))
        total += float(np.maximum(rows.max(axis=1, initial=0.0), 0.0).sum())
    return total / max(count, 1)


def _most_for(count: int, room: Ints, values: Values, favoured: Bools) -> Most:
    """The most leads that the favoured could get, and of all such choices the one that loses least."""
    columns = np.nonzero(favoured)[0]
    order = np.argsort(_losses(count, values, favoured), kind="stable")
    return most_matched(count, room[columns], lambda numbers: values(numbers)[:, columns] > 0, order=order)


def greatest_of(net: Floats, width: int) -> Ints:
    """The columns of the greatest numbers of each row, of equals the first, in the order of columns."""
    least = np.partition(net, -width, axis=1)[:, -width, None]
    above, equal = net > least, net == least
    missing = width - np.count_nonzero(above, axis=1)[:, None]
    crowded = np.nonzero(np.count_nonzero(equal, axis=1) > missing[:, 0])[0]
    equal[crowded] &= np.cumsum(equal[crowded], axis=1, dtype=np.int32) <= missing[crowded]
    return np.nonzero(above | equal)[1].reshape(len(net), width)


class _Auction:
    def __init__(self, count: int, room: Ints, values: Values, extra: Floats, step: float) -> None:
        self.count, self.room, self.values, self.extra = count, room, values, extra
        self.prices = np.zeros(len(room))
        self.prices[room <= 0] = np.inf
        self.chosen = np.full(count, NOBODY, dtype=np.int64)
        self.held: list[list[tuple[float, int]]] = [[] for _partner in room]  # heaps of (what it would pay, −lead)
        self.width = min(NEAREST, len(room))
        self.near = np.zeros((count, self.width), dtype=np.int64)
        self.worth = np.full((count, self.width), -np.inf)
        self.rest = np.full(count, np.inf)  # what no pair that is not at hand can exceed, at prices that only rise
        self.step, self.bids = step, 0

    def run(self, bids_most: int | None = None) -> bool:
        """Until every lead has a partner or wants none at these prices; False when more bids than these are made."""
        if not self.count or not len(self.room):
            return True
        everyone = np.arange(self.count)
        self._look(everyone)
        waiting = everyone
        while len(waiting):
            if bids_most is not None and self.bids > bids_most:
                return False
            waiting = self._round(waiting)
        return True

    def _look(self, numbers: Ints) -> None:
        """Take the best pairs of these leads at today's prices to hand."""
        for start in range(0, len(numbers), BLOCK):
            some = numbers[start : start + BLOCK]
            rows = self.values(some) + self.extra
            net = rows - self.prices
            if self.width < net.shape[1]:
                top = greatest_of(net, self.width)
                self.rest[some] = np.take_along_axis(net, top, 1).min(axis=1)
            else:
                top = np.broadcast_to(np.arange(self.width), net.shape)
                self.rest[some] = -np.inf
            self.near[some] = top
            self.worth[some] = np.take_along_axis(rows, top, 1)

    def _best_two(self, numbers: Ints) -> tuple[Ints, Floats, Floats]:
        """For each lead the place of the best pair at hand, its net value, and that of the second best."""
        net = self.worth[numbers] - self.prices[self.near[numbers]]
        first = net.argmax(axis=1)
        at = np.arange(len(numbers))
        best = net[at, first].copy()
        net[at, first] = -np.inf
        return first, best, net.max(axis=1, initial=-np.inf)

    def _round(self, waiting: Ints) -> Ints:
        first, best, second = self._best_two(waiting)
        # A pair that is not at hand may by now be among the two best, or better than nothing.
        unsure = (second < self.rest[waiting]) & (self.rest[waiting] > 0)
        if unsure.any():
            self._look(waiting[unsure])
            first[unsure], best[unsure], second[unsure] = self._best_two(waiting[unsure])
        wants = best > 0
        bidders, partners = waiting[wants], self.near[waiting[wants], first[wants]]
        worth = self.worth[bidders, first[wants]]
        pays = worth - np.maximum(second[wants], 0.0) + self.step
        self.bids += len(bidders)
        return self._settle(bidders, partners, np.minimum(pays, worth))

    def _settle(self, bidders: Ints, partners: Ints, pays: Floats) -> Ints:
        """Each partner keeps those who would pay most; the others wait again. A lead never pays above its worth."""
        out: list[int] = []
        for lead, partner, pay in zip(bidders.tolist(), partners.tolist(), pays.tolist(), strict=True):
            held = self.held[partner]
            if len(held) < self.room[partner]:
                heapq.heappush(held, (pay, -lead))
                self.chosen[lead] = partner
            elif (pay, -lead) > held[0] and pay > self.prices[partner]:
                _least, other = heapq.heapreplace(held, (pay, -lead))
                self.chosen[lead], self.chosen[-other] = partner, NOBODY
                out.append(-other)
            else:
                # Somebody came before it in this round.
                out.append(lead)
            if len(held) == self.room[partner]:
                self.prices[partner] = held[0][0]
        return np.array(sorted(out), dtype=np.int64)

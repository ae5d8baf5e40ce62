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
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
# Values of the leads numbered `numbers`: one row each, one column a partner, −inf where the pair is not eligible.
Values = Callable[[Ints], Floats]

NOBODY = -1
NEAREST = 48  # pairs of a lead kept at hand; the others are looked at again when prices make them matter
BLOCK = 512  # leads whose whole rows are held at once
GAP = 0.002  # the share of the bound that may be missing by the step of the auction
BONUS_TRIES = 14


@dataclass(frozen=True, slots=True)
class Shares:
    """What fairness asks: no partner more than `most` of the batch, the `favoured` together at least `least` of it.

    Both are shares from 0 to 1. `favoured` has one truth value a partner.
    """

    most: float = 1.0
    least: float = 0.0
    favoured: Bools | None = None


@dataclass(frozen=True, slots=True)
class Assignment:
    """Who gets which lead, and what it is worth.

    `partners` has one column number a lead, NOBODY where it stays; `value` is their sum and `bound` what no
    assignment can exceed; `prices` are what one more place at each partner would be worth, ∞ for one without any
    place. `favoured_asked` leads had to go to the favoured group, `favoured_possible` could at most, `favoured_got`
    did.
    """

    partners: Ints
    value: float
    bound: float
    prices: Floats
    favoured_asked: int = 0
    favoured_possible: int = 0
    favoured_got: int = 0
    bids: int = field(default=0, compare=False)

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
    possible = _most_for(count, room, values, shares.favoured)
    return _with_share(count, room, values, shares.favoured, asked, possible, step)


def _plain(count: int, room: Ints, values: Values, step: float) -> Assignment:
    auction = _Auction(count, room, values, np.zeros(len(room)), step)
    auction.run()
    bound = bound_of(count, room, values, auction.prices)
    return Assignment(auction.chosen, value_of(auction.chosen, values), bound, auction.prices, bids=auction.bids)


def _with_share(
    count: int, room: Ints, values: Values, favoured: Bools, asked: int, possible: int, step: float
) -> Assignment:
    """Raise the bonus of the favoured until they get their share; the smallest bonus that does is the price of it."""
    owed = min(asked, possible)
    best: Assignment | None = None
    bounds: list[float] = []
    bids = 0
    low, high, bonus = 0.0, None, 0.0
    top = _greatest(count, values)
    for _try in range(BONUS_TRIES):
        extra = np.where(favoured, bonus, 0.0)
        auction = _Auction(count, room, values, extra, step)
        auction.run()
        bids += auction.bids
        got = int(np.count_nonzero(favoured[auction.chosen] & (auction.chosen != NOBODY)))
        bounds.append(bound_of(count, room, values, auction.prices, bonus=extra, owed=bonus * owed))
        if got >= owed:
            value = value_of(auction.chosen, values)
            if best is None or value > best.value:
                best = Assignment(auction.chosen, value, 0.0, auction.prices, asked, possible, got)
            high = bonus
        else:
            low = bonus
        if (bonus == 0.0 and got >= owed) or (high is not None and high - low <= step):
            break
        bonus = (low + high) / 2 if high is not None else (bonus * 2 or top / 16)
    if best is None:
        best = _at_any_price(count, room, values, favoured, asked, possible, top, step)
    return Assignment(
        best.partners, best.value, min(bounds), best.prices, asked, possible, best.favoured_got, bids=bids
    )


def _at_any_price(
    count: int, room: Ints, values: Values, favoured: Bools, asked: int, possible: int, top: float, step: float
) -> Assignment:
    """The share comes before all value: a bonus no value can outbid."""
    extra = np.where(favoured, top * (count + 1), 0.0)
    auction = _Auction(count, room, values, extra, step)
    auction.run()
    got = int(np.count_nonzero(favoured[auction.chosen] & (auction.chosen != NOBODY)))
    return Assignment(
        auction.chosen, value_of(auction.chosen, values), 0.0, auction.prices, asked, possible, got, auction.bids
    )


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


def _most_for(count: int, room: Ints, values: Values, favoured: Bools) -> int:
    """How many leads the favoured could get at most: augmenting paths, one lead after the other."""
    columns = np.nonzero(favoured)[0]
    eligible: list[list[int]] = []
    for start in range(0, count, BLOCK):
        rows = values(np.arange(start, min(count, start + BLOCK)))[:, columns] > 0
        eligible += [np.nonzero(row)[0].tolist() for row in rows]
    places = room[columns].tolist()
    held: list[list[int]] = [[] for _column in columns]
    return sum(_augment(lead, eligible, places, held) for lead in range(count))


def _augment(lead: int, eligible: list[list[int]], places: list[int], held: list[list[int]]) -> bool:
    """Find the lead a place, moving others on; breadth first."""
    came_from: dict[int, tuple[int, int]] = {}  # column -> (lead that asks for it, column that lead leaves)
    asking = [(lead, NOBODY)]
    for one, leaves in asking:
        for column in eligible[one]:
            if column in came_from:
                continue
            came_from[column] = (one, leaves)
            if len(held[column]) < places[column]:
                _move_on(column, came_from, held)
                return True
            asking += [(other, column) for other in held[column]]
    return False


def _move_on(column: int, came_from: dict[int, tuple[int, int]], held: list[list[int]]) -> None:
    while column != NOBODY:
        lead, leaves = came_from[column]
        held[column].append(lead)
        if leaves != NOBODY:
            held[leaves].remove(lead)
        column = leaves


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

    def run(self) -> None:
        """Until every lead has a partner or wants none at these prices."""
        if not self.count or not len(self.room):
            return
        everyone = np.arange(self.count)
        self._look(everyone)
        waiting = everyone
        while len(waiting):
            waiting = self._round(waiting)

    def _look(self, numbers: Ints) -> None:
        """Take the best pairs of these leads at today's prices to hand."""
        for start in range(0, len(numbers), BLOCK):
            some = numbers[start : start + BLOCK]
            rows = self.values(some) + self.extra
            net = rows - self.prices
            if self.width < net.shape[1]:
                top = np.argpartition(-net, self.width - 1, axis=1)[:, : self.width]
                top.sort(axis=1)
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

"""How many leads some partners could get at most, and what stands in the way of more. Pure.

Leads look for a place one after the other; one that finds none moves others on, along the shortest way there is. A
search that fails has gone through partners that are all full, with leads that can go nowhere else: it never succeeds
later either, so no search looks there again. These partners are what stands in the way in the end.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
# Which partners are eligible for the leads numbered so: one row a lead, one column a partner.
Eligible = Callable[[Ints], Bools]

NOBODY = -1
BLOCK = 512


@dataclass(frozen=True, slots=True)
class Most:
    """The most leads that find a place.

    `columns` is the column of each lead, NOBODY where it finds none; `full` are the columns that are full of leads that
    can go nowhere else; `alone` is how many leads no partner with a place is eligible for.
    """

    columns: Ints
    full: Ints
    alone: int

    @property
    def possible(self) -> int:
        return int(np.count_nonzero(self.columns != NOBODY))

    @property
    def blocked(self) -> int:
        """Leads that are eligible for full partners only."""
        return len(self.columns) - self.possible - self.alone


def most_matched(
    count: int, places: Ints, eligible: Eligible, *, begin: Ints | None = None, order: Ints | None = None
) -> Most:
    """The most of `count` leads that get one of `places`, a number a column. The same input gives the same answer.

    `begin` are columns that leads have to begin with; none of these is left without a place. Leads look for one in
    `order`: who found one keeps a place, so that of all greatest sets those that come first are in it.
    """
    search = _Search(count, places, begin)
    easy: list[int] = []
    alone = 0
    for start in range(0, count, BLOCK):
        numbers = np.arange(start, min(count, start + BLOCK))
        rows = eligible(numbers) & (places > 0)
        # Who may go to more places than there are leads finds one, whatever the others do: it comes last.
        is_easy = rows.astype(np.int64) @ places >= count
        for lead, row, at_once in zip(numbers.tolist(), rows, is_easy.tolist(), strict=True):
            if at_once and begin is None:
                easy.append(lead)
                continue
            search.rows[lead] = np.nonzero(row)[0]
            alone += not len(search.rows[lead])
    for lead in range(count) if order is None else order.tolist():
        if lead in search.rows and search.column[lead] == NOBODY:
            search.place(lead)
    _place_easy(search, easy, eligible)
    return Most(search.column, np.nonzero(search.dead)[0], alone)


def _place_easy(search: "_Search", easy: Sequence[int], eligible: Eligible) -> None:
    for start in range(0, len(easy), BLOCK):
        numbers = np.array(easy[start : start + BLOCK], dtype=np.int64)
        for lead, row in zip(numbers.tolist(), eligible(numbers), strict=True):
            column = int(np.argmax(row & (search.taken < search.places)))
            search.column[lead] = column
            search.taken[column] += 1


class _Search:
    def __init__(self, count: int, places: Ints, begin: Ints | None) -> None:
        self.places = places
        self.column = np.full(count, NOBODY, dtype=np.int64) if begin is None else begin.copy()
        self.rows: dict[int, Ints] = {}
        self.held: list[list[int]] = [[] for _column in places]
        self.taken = np.zeros(len(places), dtype=np.int64)
        for lead in np.nonzero(self.column != NOBODY)[0].tolist():
            self.held[self.column[lead]].append(lead)
            self.taken[self.column[lead]] += 1
        self.dead = np.zeros(len(places), dtype=np.bool_)
        self.seen = np.full(len(places), NOBODY, dtype=np.int64)  # the lead whose search came by last
        self.asked_by = np.full(len(places), NOBODY, dtype=np.int64)

    def place(self, lead: int) -> bool:
        """Find the lead a place, breadth first."""
        asking = [lead]
        for one in asking:
            row = self.rows[one]
            fresh = row[(self.seen[row] != lead) & ~self.dead[row]]
            if not len(fresh):
                continue
            self.seen[fresh] = lead
            self.asked_by[fresh] = one
            free = fresh[self.taken[fresh] < self.places[fresh]]
            if len(free):
                self._move_on(int(free[0]))
                return True
            for column in fresh.tolist():
                asking += self.held[column]
        self.dead |= self.seen == lead
        return False

    def _move_on(self, column: int) -> None:
        """Every lead on the way takes the place that the next one leaves."""
        self.taken[column] += 1
        while column != NOBODY:
            lead = int(self.asked_by[column])
            leaves = int(self.column[lead])
            self.column[lead] = column
            self.held[column].append(lead)
            if leaves != NOBODY:
                self.held[leaves].remove(lead)
            column = leaves

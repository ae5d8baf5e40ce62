"""Where a partner's answers stand among its peers, so that nobody learns the figures of another. Pure.

A place is one of four quarters, among at least PEERS_LEAST peers that each have enough to be measured by; nothing of a
peer, not even the middle one, is told. docs/portal.md says why this withstands taking differences.
"""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

PEERS_LEAST: Final = 8
ENOUGH: Final = 5  # answers, or leads that ended, to be measured by
# Whether more is better.
MEASURES: Final[Mapping[str, bool]] = {"in_time": True, "accepted": True, "converted": True, "minutes": False}
GROUPINGS: Final = (("tier", "size", "country"), ("tier", "size"), ("tier",), ())


@dataclass(frozen=True, slots=True)
class Standing:
    """One partner of the vendor: what it is compared by, and measure → (value, of how many)."""

    partner_id: int
    organization_id: int
    tier: str
    size: str
    country: str
    values: Mapping[str, tuple[float, int]]

    def key(self, grouping: Sequence[str]) -> tuple[str, ...]:
        return tuple(str(getattr(self, name)) for name in grouping)

    def measured(self, name: str) -> float | None:
        value, of = self.values.get(name, (0.0, 0))
        return value if of >= ENOUGH else None


@dataclass(frozen=True, slots=True)
class Rank:
    """`alike` names what the peers have in common; measure → (quarter 1 to 4, 1 the best, of how many peers)."""

    partner_id: int
    alike: tuple[str, ...]
    places: Mapping[str, tuple[int, int]]


def ranked(everyone: Sequence[Standing]) -> list[Rank]:
    """A rank for every partner; without places where there are too few peers, or too little to be measured by."""
    found = {standing.partner_id: Rank(standing.partner_id, (), {}) for standing in everyone}
    own: dict[int, list[Standing]] = defaultdict(list)
    for standing in everyone:
        own[standing.organization_id].append(standing)
    for grouping in GROUPINGS:
        sorted_values = _sorted_values(everyone, grouping)
        for standing in everyone:
            if found[standing.partner_id].places:
                continue
            places = dict(_places(standing, grouping, sorted_values, own[standing.organization_id]))
            # The first measure decides on the group: one group for a partner, or groups could be subtracted.
            if next(iter(MEASURES)) in places:
                found[standing.partner_id] = Rank(standing.partner_id, grouping, places)
    return list(found.values())


Sorted = Mapping[tuple[tuple[str, ...], str], list[float]]


def _sorted_values(everyone: Iterable[Standing], grouping: Sequence[str]) -> Sorted:
    values: dict[tuple[tuple[str, ...], str], list[float]] = defaultdict(list)
    for standing in everyone:
        for name in MEASURES:
            if (value := standing.measured(name)) is not None:
                values[standing.key(grouping), name].append(value)
    return {key: sorted(those) for key, those in values.items()}


def _places(
    standing: Standing, grouping: Sequence[str], values: Sorted, own: Sequence[Standing]
) -> Iterator[tuple[str, tuple[int, int]]]:
    """(measure, (quarter, peers)) where there are enough peers. Relations of the same company are no peers."""
    key = standing.key(grouping)
    mine = [each for each in own if each.key(grouping) == key]
    for name, is_more_better in MEASURES.items():
        value = standing.measured(name)
        if value is None:
            continue
        others = values[key, name]
        below, equal = bisect_left(others, value), bisect_right(others, value) - bisect_left(others, value)
        ours = [each for one in mine if (each := one.measured(name)) is not None]
        below -= sum(each < value for each in ours)
        equal -= sum(each == value for each in ours)
        peers = len(others) - len(ours)
        if peers >= PEERS_LEAST:
            worse = below if is_more_better else peers - below - equal
            yield name, (_quarter((worse + equal / 2) / peers), peers)


def _quarter(share_worse: float) -> int:
    """1 for whom at least three quarters of the peers are behind, 4 for whom fewer than one is."""
    return 1 if share_worse >= 0.75 else 2 if share_worse >= 0.5 else 3 if share_worse >= 0.25 else 4

"""How likely two records are one company or one request, and why. Pure; used to propose, never to merge by itself."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from fairway.core.words import Words
from fairway.core.words import said as _
from fairway.customers.rules.match_keys import SIMILAR_NAME, similarity

# From here on a pair is shown to a person.
PROPOSED: Final = 0.6
# A key that more records than this share says nothing of two of them: a switchboard, a portal, a parent company.
SHARED_MOST: Final = 12
_CERTAIN: Final = 0.99


@dataclass(frozen=True, slots=True)
class Facts:
    """What is compared of one record, as keys (customers.rules.match_keys); "" is not known."""

    row_id: int
    uid: str
    name: str = ""
    name_key: str = ""
    domain_key: str = ""
    phone_key: str = ""
    email_key: str = ""
    address_key: str = ""
    city: str = ""
    country: str = ""

    @property
    def place(self) -> str:
        return _fold(self.city)


@dataclass(frozen=True, slots=True)
class Alike:
    """Two records, the older id first, with how likely they are one and the reasons."""

    first: Facts
    second: Facts
    likeness: float
    reasons: tuple[Words, ...]


def weigh_companies(one: Facts, other: Facts) -> tuple[float, tuple[Words, ...]]:
    """Partners and customers: name, domain, phone, address; a place that differs speaks against."""
    found: list[tuple[float, Words]] = []
    if one.domain_key and one.domain_key == other.domain_key:
        found.append((0.6, _("the same website, %(domain)s", domain=one.domain_key)))
    if one.phone_key and one.phone_key == other.phone_key:
        found.append((0.6, _("the same phone, %(phone)s", phone=one.phone_key)))
    if one.address_key and one.address_key == other.address_key:
        found.append((0.45, _("the same address")))
    if said := _names(one, other):
        found.append(said)
    if not found:
        return 0.0, ()
    if one.place and one.place == other.place:
        found.append((0.12, _("the same city")))
    weight = sum(each for each, _why in found)
    if one.country and other.country and one.country != other.country:
        weight -= 0.3
    elif one.place and other.place and one.place != other.place:
        weight -= 0.15
    return round(max(0.0, min(_CERTAIN, weight)), 2), tuple(why for _each, why in found)


def _names(one: Facts, other: Facts) -> tuple[float, Words] | None:
    if one.name_key and one.name_key == other.name_key:
        return 0.55, _("the same name")
    alike = similarity(one.name, other.name)
    return (0.55 * alike, _("a similar name")) if alike >= SIMILAR_NAME else None


def pairs_of(
    new: Sequence[Facts],
    known: Sequence[Facts],
    *,
    keys: Sequence[Callable[[Facts], Any]],
    weigh: Callable[[Facts, Facts], tuple[float, tuple[Words, ...]]],
) -> list[Alike]:
    """Every pair of a new record with another that shares one of `keys` and weighs enough, surest first.

    `known` holds the new ones too.
    """
    found: dict[tuple[int, int], Alike] = {}
    for key in keys:
        groups: dict[Any, list[Facts]] = {}
        for facts in known:
            if value := key(facts):
                groups.setdefault(value, []).append(facts)
        for facts in new:
            group = groups.get(key(facts), ())
            if len(group) <= SHARED_MOST:
                _weigh_all(facts, group, weigh, found)
    return sorted(found.values(), key=lambda each: (-each.likeness, each.first.row_id, each.second.row_id))


def _weigh_all(facts: Facts, group: Sequence[Facts], weigh: Any, found: dict[tuple[int, int], Alike]) -> None:
    for other in group:
        first, second = sorted((facts, other), key=lambda each: each.row_id)
        pair = (first.row_id, second.row_id)
        if first.row_id == second.row_id or pair in found:
            continue
        likeness, reasons = weigh(first, second)
        if likeness >= PROPOSED:
            found[pair] = Alike(first, second, likeness, reasons)


def near_names(facts: Facts) -> tuple[str, str] | None:
    """A key under which names that begin alike in one city meet, for those that are spelled differently."""
    return (facts.name_key[:3], facts.place) if facts.place and len(facts.name_key) >= 3 else None


def _fold(text: str) -> str:
    return " ".join(text.casefold().split())

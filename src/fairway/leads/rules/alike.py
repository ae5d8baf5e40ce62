"""Whether a lead is the same as an earlier one, or of a known customer: evidence weighed, with the reasons. Pure.

Every fact that both sides know speaks for or against: an equal mailbox much, an equal city little, a number in a
name that differs strongly against. What one side does not know says nothing. The sum becomes a likeness of 0 to 1;
from SAME on two are taken for one, from ASK on a person is asked, below they are two.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from rapidfuzz import fuzz
from rapidfuzz.distance import DamerauLevenshtein, JaroWinkler

from fairway.core.words import Words
from fairway.core.words import said as _
from fairway.customers.rules.sounding import sound_of
from fairway.leads.rules.alike_keys import Facts, is_free, is_role

SAME: Final = 0.95
ASK: Final = 0.5
# So much must speak for two before anything does: most of those that meet under a key are two.
_BEFORE: Final = -5.0
_BEFORE_CUSTOMER: Final = -1.5
SIMILAR_MOST: Final = 0.94
_COMPASS: Final = frozenset({"north", "south", "east", "west", "nord", "sued", "sud", "ost", "est", "ouest"})


@dataclass(frozen=True, slots=True)
class Likeness:
    """0 to 1, and why in codes of WHY, the strongest first; what speaks against comes after what speaks for."""

    likeness: float
    why: tuple[str, ...]

    @property
    def is_same(self) -> bool:
        return self.likeness >= SAME

    @property
    def is_asked(self) -> bool:
        return self.likeness >= ASK


WHY: Final[dict[str, Words]] = {
    "email": _("the same e-mail"),
    "role": _("the same mailbox of the company"),
    "email_slip": _("nearly the same e-mail"),
    "phone": _("the same phone"),
    "extension": _("the same phone but for its last digits"),
    "phone_slip": _("nearly the same phone"),
    "domain": _("the same website"),
    "name": _("the same company"),
    "similar_name": _("a similar company"),
    "address": _("the same street"),
    "similar_address": _("a similar street"),
    "postal": _("the same postal code"),
    "city": _("the same city"),
    "person": _("the same person"),
    "similar_person": _("a similar person"),
    "other_domain": _("another website"),
    "other_name": _("another company"),
    "other_branch": _("another branch by its name"),
    "other_address": _("another street"),
    "other_city": _("another city"),
    "other_country": _("another country"),
    "other_person": _("another person"),
}

Evidence = tuple[float, str]


def words_of(why: Iterable[str]) -> list[Words]:
    return [WHY[code] for code in why if code in WHY]


def compare(one: Facts, other: Facts) -> Likeness:
    """Weigh two leads. Symmetric, and the same for the same facts."""
    return _weighed(
        [*_mail(one, other), *_phone(one, other), *_company(one, other), *_place(one, other), *_person(one, other)],
        _BEFORE,
    )


def compare_customer(lead: Facts, customer: Facts) -> Likeness:
    """Weigh a lead and a customer, of whom company and place are known: customers are few, so less is enough."""
    found = _weighed([*_company(lead, customer), *_place(lead, customer)], _BEFORE_CUSTOMER)
    if found.is_same and not {"domain", "name"} & set(found.why):
        return Likeness(SIMILAR_MOST, found.why)  # a name that is only similar is for a person to say
    return found


def _weighed(found: list[Evidence], before: float) -> Likeness:
    found = [each for each in found if each[0]]
    total = before + sum(weight for weight, _code in found)
    if total < -20:
        return Likeness(0.0, ())
    found.sort(key=lambda each: (-each[0], each[1]))
    return Likeness(round(1 / (1 + math.exp(-total)), 4), tuple(code for _weight, code in found if code))


def _mail(one: Facts, other: Facts) -> Iterable[Evidence]:
    if not one.email or not other.email:
        return
    if one.email == other.email:
        yield (5.5, "role") if is_role(one.email) else (8.0, "email")
        return
    mine, _at, my_host = one.email.partition("@")
    yours, _at, your_host = other.email.partition("@")
    if my_host == your_host and len(mine) > 4 and DamerauLevenshtein.distance(mine, yours, score_cutoff=1) == 1:
        # In a large mail house names lie close to each other.
        yield (2.5 if is_free(one.email) else 3.0), "email_slip"
    elif mine == yours and len(mine) > 4 and DamerauLevenshtein.distance(my_host, your_host, score_cutoff=1) == 1:
        yield 3.5, "email_slip"


def _phone(one: Facts, other: Facts) -> Iterable[Evidence]:
    if not one.phone or not other.phone:
        return
    if one.phone == other.phone:
        yield 4.5, "phone"
    elif len(one.phone) == len(other.phone) and one.phone[:-1] == other.phone[:-1]:
        yield 1.5, "extension"
    elif DamerauLevenshtein.distance(one.phone, other.phone, score_cutoff=1) == 1:
        yield 2.5, "phone_slip"
    elif len(one.phone) > 9 and one.phone[:-3] == other.phone[:-3]:
        yield 1.0, "extension"


def _company(one: Facts, other: Facts) -> Iterable[Evidence]:
    if one.domain and other.domain:
        yield (4.5, "domain") if one.domain == other.domain else _other_domain(one.domain, other.domain)
    if not one.name or not other.name:
        return
    alike = name_likeness(one.name, other.name)
    if alike >= 0.999:
        yield 4.0, "name"
    elif branch_of(one.name) != branch_of(other.name):
        yield -4.0, "other_branch"
    elif alike >= 0.72:
        yield 0.5 + (alike - 0.72) * 13, "similar_name"
    elif not (one.domain and one.domain == other.domain):
        yield (-4.5 if alike < 0.55 else -2.5), "other_name"


def _other_domain(one: str, other: str) -> Evidence:
    mine, yours = one.partition(".")[0], other.partition(".")[0]
    if mine == yours and len(mine) > 3:
        return 2.0, ""  # one company in two countries' names
    if len(mine) > 5 and DamerauLevenshtein.distance(one, other, score_cutoff=1) == 1:
        return 1.5, ""
    return -2.5, "other_domain"


def _place(one: Facts, other: Facts) -> Iterable[Evidence]:
    if one.country and other.country and one.country != other.country:
        yield -3.0, "other_country"
        return
    if one.address and other.address:
        yield _street(one, other)
    if one.postal and one.postal == other.postal:
        yield 1.6, "postal"
    elif one.city and other.city:
        same = JaroWinkler.similarity(one.city, other.city) >= 0.9 or sound_of(one.city) == sound_of(other.city)
        slip = one.postal and other.postal and DamerauLevenshtein.distance(one.postal, other.postal) <= 1
        yield (1.0, "city") if same else (-0.5 if slip else -2.5, "other_city")
    elif one.postal and other.postal:
        yield -1.0, "other_city"


def _street(one: Facts, other: Facts) -> Evidence:
    if one.address == other.address:
        return 2.0, "address"
    numbers = _numbers(one.address) == _numbers(other.address)
    alike = fuzz.token_sort_ratio(one.address, other.address) / 100
    if numbers and alike >= 0.8:
        return 1.4, "similar_address"
    return (0.3, "") if alike >= 0.8 else (-1.2, "other_address")


def _person(one: Facts, other: Facts) -> Iterable[Evidence]:
    if not one.family or not other.family:
        return
    turned = one.family == other.given and one.given == other.family
    last = 1.0 if turned else JaroWinkler.similarity(one.family, other.family)
    close = last >= 0.9 or (sound_of(one.family) == sound_of(other.family) and last >= 0.75)
    first = 1.0 if turned else _given(one.given, other.given)
    if not close or first < 0.5:
        yield -0.5, "other_person"
    elif last >= 0.97 and first >= 0.95:
        yield 3.0, "person"
    else:
        yield (2.2 if first >= 0.7 else 1.2), "similar_person"


def _given(one: str, other: str) -> float:
    """First names: not said 0.6, an initial 0.8, else how alike they are."""
    if not one or not other:
        return 0.6
    if len(one) == 1 or len(other) == 1:
        return 0.8 if one[0] == other[0] else 0.0
    alike = JaroWinkler.similarity(one, other)
    if one.startswith(other) or other.startswith(one) or sound_of(one) == sound_of(other):
        return max(alike, 0.85)
    return alike if alike >= 0.85 else min(alike, 0.49)


@lru_cache(maxsize=65536)
def name_likeness(one: str, other: str) -> float:
    """How alike two companies' names are, 0 to 1: slips, joined and turned words, words cut short or left out."""
    if one == other:
        return 1.0
    joined_one, joined_other = one.replace(" ", ""), other.replace(" ", "")
    if joined_one == joined_other or sorted(one.split()) == sorted(other.split()):
        return 1.0
    joined = fuzz.ratio(joined_one, joined_other) / 100
    best = max(joined, fuzz.token_sort_ratio(one, other) / 100, _cut_short(one.split(), other.split()))
    if sound_of(one) == sound_of(other) and len(joined_one) > 4:
        best = max(best, 0.95)
    return best


def _cut_short(one: list[str], other: list[str]) -> float:
    """Names whose words begin like the other's, one by one, or of which one says a word more at its end."""
    few, many = sorted((one, other), key=len)
    if not all(_begins(short, long) for short, long in zip(few, many, strict=False)):
        return 0.0
    said = sum(map(len, few))
    if len(few) == len(many):
        return 0.92 if said > 5 else 0.8
    missing = len(many) - len(few)
    return 0.9 - 0.06 * missing if said > 5 and missing <= 2 and len(few) > 1 else 0.78 if said > 6 else 0.6


def _begins(one: str, other: str) -> bool:
    if one == other:
        return True
    short, long = sorted((one, other), key=len)
    if len(short) >= 3 and long.startswith(short):
        return True
    return len(short) >= 4 and DamerauLevenshtein.distance(short, long, score_cutoff=1) == 1


@lru_cache(maxsize=65536)
def branch_of(name: str) -> frozenset[str]:
    """What tells branches of one company, or counted things, apart in their names."""
    return frozenset(word for word in name.split() if word in _COMPASS or word.isdigit())


@lru_cache(maxsize=65536)
def _numbers(address: str) -> frozenset[str]:
    return frozenset(part for word in address.split() for part in word.split("-") if part[:1].isdigit())

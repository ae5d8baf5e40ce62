"""How alike a company somebody named is to one already known, and whether it is the same. Pure."""

from dataclasses import dataclass
from typing import Any

from fairway.core.words import said as _

# Below this, two names are different companies; at or above, a person should look.
WORTH_A_LOOK = 0.85
SAME = 1.0
SAME_NAME_ELSEWHERE = 0.98
CLOSE_NAME_MOST = 0.97


@dataclass(frozen=True, slots=True)
class Keys:
    """What is compared: keys made by `match_keys`, and the place as it was written."""

    name_key: str = ""
    domain_key: str = ""
    city: str = ""
    country: str = ""


@dataclass(frozen=True, slots=True)
class Likeness:
    """0 to 1 and the reason in words; exactly 1 means the same company."""

    similarity: float
    why: Any

    @property
    def is_same(self) -> bool:
        return self.similarity >= SAME


def compare(wanted: Keys, known: Keys, name_similarity: float) -> Likeness:
    """Weigh one known company. `name_similarity` is that of `match_keys.similarity`, 0 to 1."""
    if wanted.domain_key and wanted.domain_key == known.domain_key:
        return Likeness(SAME, _("the same website, %(domain)s", domain=known.domain_key))
    if wanted.name_key and wanted.name_key == known.name_key:
        return _same_name(wanted, known)
    similarity = min(CLOSE_NAME_MOST, name_similarity)
    if _differ(wanted.country, known.country):
        return Likeness(similarity * 0.9, _("a similar name in another country"))
    if wanted.city and _fold(wanted.city) == _fold(known.city):
        return Likeness(min(CLOSE_NAME_MOST, similarity + 0.03), _("a similar name in the same city"))
    return Likeness(similarity, _("a similar name"))


def _same_name(wanted: Keys, known: Keys) -> Likeness:
    if _differ(wanted.country, known.country):
        return Likeness(SAME_NAME_ELSEWHERE, _("the same name in another country"))
    if _differ(wanted.city, known.city):
        return Likeness(SAME_NAME_ELSEWHERE, _("the same name in another city"))
    if wanted.domain_key and known.domain_key:
        return Likeness(SAME_NAME_ELSEWHERE, _("the same name with another website"))
    return Likeness(SAME, _("the same name"))


def _fold(text: str) -> str:
    return " ".join(text.casefold().split())


def _differ(one: str, other: str) -> bool:
    """Both are said and they are not the same; what nobody said contradicts nothing."""
    return bool(one and other) and _fold(one) != _fold(other)

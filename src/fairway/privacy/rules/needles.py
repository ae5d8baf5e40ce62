"""Finding and taking out what names a person in text. Pure.

Patterns are kept to what Python and PostgreSQL read alike, for the database looks for the rows and Python changes them.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from fairway.core.letters import latin

DIGITS_LEAST = 7  # a shorter number may be anything
_BETWEEN = r"[\s().\-/]*"


@dataclass(frozen=True, slots=True)
class Needles:
    """`addresses` matches e-mail addresses and telephone numbers, `all` names as well; "" matches nothing."""

    addresses: str
    all: str

    def out_of(self, value: Any, placeholder: str, *, with_names: bool) -> Any:
        """The text, or JSON with all texts in it, without them."""
        pattern = self.all if with_names else self.addresses
        return _without(value, re.compile(pattern, re.IGNORECASE), placeholder) if pattern else value

    def are_in(self, text: str) -> bool:
        return bool(self.all) and re.search(self.all, text, re.IGNORECASE) is not None


def needles(emails: Iterable[str], phones: Iterable[str], names: Iterable[str]) -> Needles:
    """`names` count with two words or more: a single one would take too much with it."""
    known = [*map(_email, emails), *filter(None, map(_phone, phones))]
    addresses = "|".join(dict.fromkeys(known))
    whole = "|".join(dict.fromkeys([*known, *(each for name in names for each in _name(name))]))
    return Needles(addresses, whole)


def _email(email: str) -> str:
    return rf"(?<![\w.+\-]){re.escape(email.strip().lower())}(?![\w\-]|\.\w)"


def _phone(phone: str) -> str:
    digits = re.sub(r"\D", "", phone)
    if len(digits) < DIGITS_LEAST:
        return ""
    return rf"(?<!\d)\+?{_BETWEEN.join(digits)}(?!\d)"


def _name(name: str) -> list[str]:
    words = name.split()
    if len(words) < 2:
        return []
    spelled = {tuple(words), tuple(latin(name).split())}
    turned = {(f"{one[-1]},", *one[:-1]) for one in spelled}
    return sorted(map(_words, spelled | turned))


def _words(words: tuple[str, ...]) -> str:
    return r"(?<!\w)" + r"\s+".join(re.escape(word) for word in words) + r"(?!\w)"


def _without(value: Any, pattern: re.Pattern[str], placeholder: str) -> Any:
    if isinstance(value, str):
        return pattern.sub(placeholder, value)
    if isinstance(value, dict):
        return {_without(k, pattern, placeholder): _without(v, pattern, placeholder) for k, v in value.items()}
    if isinstance(value, list):
        return [_without(each, pattern, placeholder) for each in value]
    if isinstance(value, int) and not isinstance(value, bool) and pattern.fullmatch(str(value)):
        return placeholder
    return value

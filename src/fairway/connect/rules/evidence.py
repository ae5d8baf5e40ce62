"""What the values of a column look like: how many of them could be what a field wants."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from fairway.core.geo import country_code
from fairway.core.money import AmountError, parse_amount
from fairway.core.words import Words
from fairway.core.words import said as _
from fairway.customers.rules.match_keys import looks_like_identifier

_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+")
_URL = re.compile(r"(https?://)?([\w-]+\.)+[a-z]{2,}(:\d+)?(/\S*)?", re.IGNORECASE)
_PHONE = re.compile(r"[+(]?\d[\d\s()./-]{5,}\d(\s*(x|ext\.?)\s*\d+)?", re.IGNORECASE)
_DATE = re.compile(r"\d{4}-?\d\d-?\d\d([T ].*)?|\d{1,2}[./]\d{1,2}[./]\d{2,4}( .*)?")
_BOOL = frozenset(["0", "1", "true", "false", "yes", "no", "y", "n", "ja", "nein", "oui", "non", "si"])


def _is_number(text: str) -> bool:
    try:
        parse_amount(text)
    except AmountError:
        return False
    return True


def _is_phone(text: str) -> bool:
    return bool(_PHONE.fullmatch(text)) and not _DATE.fullmatch(text)


def _is_name(text: str) -> bool:
    return any(letter.isalpha() for letter in text) and not looks_like_identifier(text) and not _EMAIL.fullmatch(text)


_Check = tuple[Callable[[str], bool], Words]
_EMAILS: Final[_Check] = (lambda text: bool(_EMAIL.fullmatch(text)), _("e-mail addresses"))
_NUMBERS: Final[_Check] = (_is_number, _("numbers"))
_BY_TYPE: Mapping[str, _Check] = {
    "email": _EMAILS,
    "whole": _NUMBERS,
    "decimal": _NUMBERS,
    "money": _NUMBERS,
    "date": (lambda text: bool(_DATE.fullmatch(text)), _("dates")),
    "bool": (lambda text: text.lower() in _BOOL, _("yes or no")),
    "country": (lambda text: country_code(text) is not None, _("countries")),
    "currency": (lambda text: bool(re.fullmatch(r"[A-Za-z]{3}", text)), _("currency codes")),
}
_NAMES: Final[_Check] = (_is_name, _("names"))
_BY_NAME: Mapping[str, _Check] = {
    "email": _EMAILS,
    "phone": (_is_phone, _("phone numbers")),
    "website": (lambda text: bool(_URL.fullmatch(text)), _("web addresses")),
    "company": _NAMES,
    "name": _NAMES,
    "first_name": _NAMES,
    "last_name": _NAMES,
    "city": _NAMES,
}
# Fields whose values give them away although the header says nothing.
TELLING = frozenset({"email", "website"})


def evidence(field_name: str, field_type: str, samples: Sequence[str]) -> tuple[float, Words] | None:
    """The share of the values that fit the field, and what such values are called; None when that says nothing."""
    check = _BY_TYPE.get(field_type) or _BY_NAME.get(field_name)
    given = [text.strip() for text in samples if text.strip()]
    if check is None or not given:
        return None
    fits, called = check
    return sum(map(fits, given)) / len(given), called

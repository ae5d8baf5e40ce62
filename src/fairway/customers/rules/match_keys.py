"""Keys by which two records of one company, person or place are found to be the same.

Equal keys mean "look here", stored and compared with `=`; `similarity` weighs two names more finely. A key is
None where the value cannot tell anybody apart: nothing given, free mail, example addresses, an id in a name's
place.
"""

import re
from collections.abc import Iterable
from functools import cache
from typing import Any, Final

import phonenumbers
from rapidfuzz import fuzz

from fairway.core.letters import words
from fairway.core.names import sort_name as sort_name
from fairway.customers.rules import domains, legal_forms

KEY_MAX: Final = 200
# From here on two names are shown to a person as perhaps one company. In a real list of 701 resellers, of 245,350
# pairs, 9 reach it, two of them equal names; at .85 it would be 59. Slips of typing, turned and joined words in names
# of usual length stay above .95.
SIMILAR_NAME: Final = 0.90
# Names that differ in a number or a point of the compass are branches or counted things, however alike they look.
DIFFERENT_BRANCH: Final = 0.80
_COMPASS: Final = frozenset({"north", "south", "east", "west", "nord", "sued", "sud", "ost", "est", "ouest"})


def name_key(name: str | None) -> str | None:
    """A company's name without spelling, legal form and joints.

    "Müller & Söhne GmbH" gives "mueller soehne".
    """
    text = (name or "").strip()
    if not text or looks_like_identifier(text):
        return None
    all_words = _joined_letters(word for word in words(text) if word not in legal_forms.JOINTS)
    kept = _without_forms(all_words)
    return " ".join(kept or words(text))[:KEY_MAX].strip() or None


def domain_key(text: str | None) -> str | None:
    """The registered domain in an e-mail address, URL or host; None where it names no single company."""
    host = domains.host_of(text or "")
    if host is None:
        return None
    domain = domains.registered(host)
    if domains.is_placeholder(domain) or domains.is_free_mail(domain) or domains.is_shared_site(domain):
        return None
    return domain


def email_key(text: str | None) -> str | None:
    """One mailbox, one key: lower case, without +tags, Gmail's dots and its second name.

    None for examples.
    """
    address = re.sub(r"^mailto:", "", (text or "").strip(), flags=re.IGNORECASE)
    local, at, _domain = address.rpartition("@")
    host = domains.host_of(address)
    if not at or host is None or not re.fullmatch(r"[^\s@<>\",;:]{1,64}", local):
        return None
    if domains.is_placeholder(domains.registered(host)):
        return None
    local = local.casefold().partition("+")[0] or local.casefold()
    if host in {"gmail.com", "googlemail.com"}:
        local, host = local.replace(".", ""), "gmail.com"
    return f"{local}@{host}"


def phone_key(text: str | None, country: str | None = None) -> str | None:
    """The number as +4930123456; `country` (alpha-2) is where numbers without +.. belong.

    None when not valid.
    """
    region = (country or "").upper() or None
    if (american := _american(text, region)) is not None:
        return american
    try:
        number = phonenumbers.parse(text or "", region)
    except phonenumbers.NumberParseException:
        return None
    # Twenty-five countries share +1; the one that is named is asked first, because most numbers are its own.
    is_of_region = region is not None and phonenumbers.is_valid_number_for_region(number, region)
    if not is_of_region and not phonenumbers.is_valid_number(number):
        return None
    return f"+{number.country_code}{phonenumbers.national_significant_number(number)}"


_TEN_DIGITS = re.compile(r"\(?([2-9]\d\d)\)?[ .-]?([2-9]\d\d)[ .-]?(\d{4})", re.ASCII)


def _american(text: str | None, region: str | None) -> str | None:
    """The key of a plain number of the United States or Canada; None for all others, which the library reads.

    Lists hold them by the hundred thousand, and the library's own way costs thirty times as much.
    """
    if region not in {"US", "CA"} or not (plain := _TEN_DIGITS.fullmatch((text or "").strip())):
        return None
    national = "".join(plain.groups())
    return f"+1{national}" if _fixed_line(region).fullmatch(national) else None


@cache
def _fixed_line(region: str) -> re.Pattern[str]:
    """What the library takes for a valid number of fixed line or mobile there."""
    metadata: Any = phonenumbers.PhoneMetadata.metadata_for_region(region)
    return re.compile(metadata.fixed_line.national_number_pattern, re.ASCII)


def postal_key(text: str | None, country: str | None = None) -> str | None:
    """A postal code in capitals without blanks; a US one without its last four, "D-80331" without its D."""
    code = re.sub(r"[^0-9A-Z]", "", re.sub(r"^[A-Z]{1,3}-(?=\d)", "", (text or "").strip().upper()))
    if (country or "").upper() == "US" and re.fullmatch(r"\d{9}", code):
        code = code[:5]
    return code[:20] or None


def address_key(street: str | None, postal_code: str | None = None, country: str | None = None) -> str | None:
    """Street, number and postal code: "12 High St." and "High Street 12" are one. None without a street."""
    spoken = [_STREET_WORDS.get(word, word) for word in words(street or "")]
    if not spoken:
        return None
    numbers = [word for word in spoken if word[0].isdigit()]
    names = "".join(_long_street(word) for word in spoken if not word[0].isdigit())
    parts = (names, "-".join(numbers), postal_key(postal_code, country) or "", (country or "").upper())
    return "|".join(parts)[:KEY_MAX]


def similarity(a: str | None, b: str | None) -> float:
    """How alike two company names are, 0 to 1; turned and joined words do not count. See SIMILAR_NAME."""
    key_a, key_b = name_key(a), name_key(b)
    if key_a is None or key_b is None:
        return 0.0
    if key_a == key_b:
        return 1.0
    joined = fuzz.ratio(key_a.replace(" ", ""), key_b.replace(" ", ""))
    alike = max(fuzz.token_sort_ratio(key_a, key_b), joined) / 100
    return alike if _branch(key_a) == _branch(key_b) else min(alike, DIFFERENT_BRANCH)


def _branch(key: str) -> set[str]:
    return {word for word in key.split() if word in _COMPASS or word.isdigit()}


def looks_like_identifier(text: str) -> bool:
    """True for what machines write where a name belongs: ids of CRMs, UUIDs, hashes, bare numbers."""
    bare = text.strip()
    if not _DIGIT.search(bare) or _SPACE.search(bare):
        return False
    if re.fullmatch(r"[0-9a-zA-Z]{18}", bare) and _salesforce_suffix(bare[:15]) == bare[15:].upper():
        return any(letter.isdigit() for letter in bare)
    return any(pattern.fullmatch(bare) for pattern in _IDENTIFIERS)


_DIGIT = re.compile(r"\d")
_SPACE = re.compile(r"\s")
_IDENTIFIERS = tuple(
    re.compile(pattern)
    for pattern in (
        r"(?=(?:.*\d){5})(?=.*[A-Za-z])[0-9a-zA-Z]{15}",
        r"(?i)\{?[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}\}?",
        r"(?i)(?=.*\d)[0-9a-f]{24,128}",
        r"(?=(?:.*\d){4})[0-9A-HJKMNP-TV-Z]{26}",
        r"[#]?\d{5,}",
        r"[A-Za-z]{1,4}[-_]?\d{5,}",
    )
)


def _salesforce_suffix(first_fifteen: str) -> str:
    """The three letters that say which of the fifteen are capitals; a chance match is 1 in 32,768."""
    groups = (first_fifteen[start : start + 5] for start in (0, 5, 10))
    bits = (sum(letter.isupper() << place for place, letter in enumerate(group)) for group in groups)
    return "".join("ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"[bit] for bit in bits)


def _joined_letters(all_words: Iterable[str]) -> list[str]:
    """Neighbouring single letters become one word: "s p a" is "spa"."""
    joined: list[str] = []
    open_run = False
    for word in all_words:
        single = len(word) == 1 and word.isalpha()
        if single and open_run:
            joined[-1] += word
        else:
            joined.append(word)
        open_run = single
    return joined


def _without_forms(all_words: list[str]) -> list[str]:
    kept = all_words[1:] if len(all_words) > 1 and all_words[0] in legal_forms.BEGINNINGS else all_words
    while length := _ending_length(kept):
        kept = kept[:-length]
    return kept


def _ending_length(kept: list[str]) -> int:
    """How many last words are a legal form; never the whole name."""
    for length in range(min(legal_forms.LONGEST_ENDING, len(kept) - 1), 0, -1):
        if tuple(kept[-length:]) in legal_forms.ENDINGS:
            return length
    return 1 if len(kept) > 2 and kept[-1] in legal_forms.SOFT_ENDINGS else 0


_STREET_WORDS = {
    "st": "street", "str": "strasse", "rd": "road", "ave": "avenue", "av": "avenue", "blvd": "boulevard",
    "ln": "lane", "dr": "drive", "hwy": "highway", "pkwy": "parkway", "sq": "square", "pl": "place",
    "ct": "court", "ste": "suite", "n": "north", "s": "south", "e": "east", "w": "west",
}  # fmt: skip


def _long_street(word: str) -> str:
    return word + "asse" if word.endswith("str") and len(word) > 3 else word

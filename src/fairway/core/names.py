"""How a name is filed. Databases here sort by code point, so lists are ordered by this, never by the name."""

import unicodedata

SORT_NAME_MAX = 200
_ARTICLES = frozenset({"the", "le", "les", "der", "die", "das"})
_LETTERS = str.maketrans({"ß": "ss", "æ": "ae", "ø": "o", "œ": "oe", "þ": "th", "ł": "l", "đ": "d", "ð": "d", "ı": "i"})


def sort_name(name: str) -> str:
    """Lower-case letters without accents, words apart by one space, without a leading article."""
    folded = unicodedata.normalize("NFKD", name.casefold().translate(_LETTERS))
    plain = "".join(letter if letter.isalnum() else " " for letter in folded if not unicodedata.combining(letter))
    words = plain.split()
    if len(words) > 1 and words[0] in _ARTICLES:
        words = words[1:]
    return (" ".join(words) or name.strip().casefold())[:SORT_NAME_MAX]


def prefix_range(text: str) -> tuple[str, str]:
    """(from, before) between which all `sort_name`s lie that begin with `text`; an index serves both bounds."""
    start = sort_name(text)
    return start, start + "\U0010ffff"

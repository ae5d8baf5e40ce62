"""How a name is filed. Databases here sort by code point, so lists are ordered by this, never by the name."""

from fairway.core.letters import words

SORT_NAME_MAX = 200
_ARTICLES = frozenset({"the", "le", "les", "der", "die", "das"})


def sort_name(name: str | None) -> str:
    """Plain lower-case letters (ä as a), words apart by one space, without a leading article."""
    plain = words(name or "", spelled=False)
    if len(plain) > 1 and plain[0] in _ARTICLES:
        plain = plain[1:]
    return (" ".join(plain) or (name or "").strip().casefold())[:SORT_NAME_MAX]


def prefix_range(text: str) -> tuple[str, str]:
    """(from, before) between which all `sort_name`s lie that begin with `text`; an index serves both bounds."""
    start = sort_name(text)
    return start, start + "\U0010ffff"

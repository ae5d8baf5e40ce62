"""The brief: what a partner reads before it accepts. It names no person, no company and no way to reach them."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from fairway.core.words import said as _

_EMAIL = re.compile(r"[^\s@<>()]+@[^\s@<>()]+\.[^\s@<>()]+")
_ADDRESS = re.compile(r"\b(?:https?://|www\.)\S+", re.IGNORECASE)
_PHONE = re.compile(r"(?<![\w-])\+?\(?\d[\d\s()./-]{6,}\d(?!\w)")
HIDDEN = "…"
_SHORT = 3


def title_of(need: str, *, product_line: str = "", place: str = "") -> str:
    """What a lead is called: what is wanted, else where it came from; never a person or a company."""
    if need.strip():
        return need.strip()[:200]
    if product_line:
        return str(_("Interest in %(line)s", line=product_line))[:200]
    return str(_("Enquiry from %(place)s", place=place))[:200] if place else str(_("Enquiry"))


def place_of(city: str, state_code: str, country: str) -> str:
    """“Hamburg, HH, DE”: as much of the place as is known."""
    return ", ".join(part for part in (city, state_code, country) if part)


def without_names(text: str, names: Iterable[str]) -> str:
    """The text without e-mail addresses, web addresses, phone numbers and the given names."""
    if not text:
        return text
    if "@" in text:
        text = _EMAIL.sub(HIDDEN, text)
    if "/" in text or "." in text:
        text = _ADDRESS.sub(HIDDEN, text)
    text = _PHONE.sub(HIDDEN, text)
    for name in sorted({name.strip() for name in names}, key=len, reverse=True):
        if len(name) >= _SHORT and _may_hold(text, name):
            text = _without_name(text, name)
    return text


def _without_name(text: str, name: str) -> str:
    if not (text.replace(HIDDEN, "").isascii() and name.isascii()):
        return re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", HIDDEN, text, flags=re.IGNORECASE)
    # The same without a pattern: making one for each lead took a quarter of all the time of routing.
    low, wanted, size = text.lower(), name.lower(), len(name)
    parts, rest, at = [], 0, low.find(wanted)
    while at >= 0:
        end = at + size
        is_word = _is_in_word(low, at - 1) or _is_in_word(low, end)
        if not is_word:
            parts += [text[rest:at], HIDDEN]
            rest = end
        at = low.find(wanted, at + 1 if is_word else end)
    return "".join([*parts, text[rest:]])


def _is_in_word(text: str, at: int) -> bool:
    return 0 <= at < len(text) and (text[at].isalnum() or text[at] == "_")


def _may_hold(text: str, name: str) -> bool:
    """Quickly, whether a name can be in a text at all: a pattern of its own for each lead costs more than the rest."""
    # The dotted and the dotless I are letters that patterns and folding take for different ones.
    return name.casefold() in text.casefold() or any(letter in name + text for letter in "İı")


def offer_brief(lead: Mapping[str, Any]) -> dict[str, Any]:
    """The brief of one lead, given as a row of `queries.subjects.lead_rows`. Empty facts are left out.

    What people wrote freely is cleared of the names of person and company and of ways to reach them.
    """
    names = [name for name in (lead["company"], lead["first_name"], lead["last_name"]) if name]
    facts = {
        "need": without_names(lead["title"], names),
        "description": without_names(lead["description"], names),
        "industry": lead["industry"],
        "employees": lead["employees"],
        "city": lead["city"],
        "state_code": lead["state_code"],
        "country": lead["country"],
        "product_line": lead["product_name"],
        "timeframe_days": lead["timeframe_days"],
    }
    return {name: value for name, value in facts.items() if value not in (None, "")}

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
    for pattern in (_EMAIL, _ADDRESS, _PHONE):
        text = pattern.sub(HIDDEN, text)
    for name in sorted({name.strip() for name in names}, key=len, reverse=True):
        if len(name) >= _SHORT:
            text = re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", HIDDEN, text, flags=re.IGNORECASE)
    return text


def brief_of(facts: dict[str, Any], names: Iterable[str]) -> dict[str, Any]:
    """The facts of a lead for its offer: empty ones are left out, texts are cleared of `names`."""
    names = [name for name in names if name]
    cleared = {key: without_names(value, names) if isinstance(value, str) else value for key, value in facts.items()}
    return {key: value for key, value in cleared.items() if value not in (None, "", [])}


def offer_brief(lead: Mapping[str, Any]) -> dict[str, Any]:
    """The brief of one lead, given as its columns, its product line's name and its person's names."""
    facts = {
        "need": lead["title"],
        "description": lead["description"],
        "industry": lead["industry"],
        "employees": lead["employees"],
        "city": lead["city"],
        "state_code": lead["state_code"],
        "country": lead["country"],
        "product_line": lead.get("product_line__name") or "",
        "timeframe_days": lead["timeframe_days"],
    }
    return brief_of(facts, [lead["company"], lead.get("first_name") or "", lead.get("last_name") or ""])

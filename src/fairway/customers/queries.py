"""Finding customers: by keys, by likeness, and for the pages of staff."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from fairway.core.search import similar
from fairway.customers.models import Customer
from fairway.customers.rules.match_keys import domain_key, name_key, similarity, sort_name
from fairway.customers.rules.matching import WORTH_A_LOOK, Keys, Likeness, compare

CANDIDATES_MOST = 8
PROBED_MOST = 20


@dataclass(frozen=True, slots=True)
class Candidate:
    customer: Customer
    likeness: Likeness


@dataclass(frozen=True, slots=True)
class Resolution:
    """Who a named company is: the customer when exactly one is certain, and everyone it could be, best first."""

    customer: Customer | None
    candidates: tuple[Candidate, ...]

    @property
    def is_new(self) -> bool:
        """Nobody known is even alike."""
        return not self.candidates

    @property
    def is_unclear(self) -> bool:
        """Somebody has to look: alike, but not certainly the same."""
        return self.customer is None and bool(self.candidates)


def keys_of(values: Mapping[str, str]) -> Keys:
    """The keys of written values: name, domain (a website or an e-mail), city, country."""
    return Keys(
        name_key=name_key(values.get("name")) or "",
        domain_key=domain_key(values.get("domain")) or "",
        city=values.get("city") or "",
        country=values.get("country") or "",
    )


def resolve(values: Mapping[str, str]) -> Resolution:
    """Find the customer that `values` name. Reads all customers of the vendor: only for staff and actions."""
    wanted = keys_of(values)
    name = values.get("name") or ""
    alike = {pk for pk, _share in similar("customers", wanted.name_key, most=PROBED_MOST)} if wanted.name_key else set()
    by_key = Q(name_key=wanted.name_key) if wanted.name_key else Q(pk__in=[])
    if wanted.domain_key:
        by_key |= Q(domain_key=wanted.domain_key)
    found = {row.pk: row for row in Customer.objects.filter(by_key).order_by("pk")[:PROBED_MOST]}
    found |= {row.pk: row for row in Customer.objects.filter(pk__in=alike - set(found))}
    best: dict[int, Candidate] = {}
    for row, spelled in _answers(found):
        likeness = compare(wanted, keys_of_customer(spelled), similarity(name, spelled.name))
        if row.pk not in best or likeness.similarity > best[row.pk].likeness.similarity:
            best[row.pk] = Candidate(row, likeness)
    kept = [each for each in best.values() if each.likeness.similarity >= WORTH_A_LOOK]
    kept.sort(key=lambda each: (-each.likeness.similarity, each.customer.pk))
    same = [each.customer for each in kept if each.likeness.is_same]
    return Resolution(same[0] if len(same) == 1 else None, tuple(kept[:CANDIDATES_MOST]))


def _answers(found: Mapping[int, Customer]) -> list[tuple[Customer, Customer]]:
    """(who is meant, as who was found): a customer that was merged is found by its own spelling and means another."""
    merged = {row.merged_into_id for row in found.values() if row.merged_into_id is not None}
    winners = Customer.objects.in_bulk(merged) if merged else {}
    answers = [(winners.get(row.merged_into_id or 0, row), row) for row in found.values()]
    return [(row, spelled) for row, spelled in answers if row.merged_into_id is None]


def keys_of_customer(customer: Customer) -> Keys:
    return Keys(customer.name_key, customer.domain_key, customer.city, customer.country)


def listed(*, text: str = "", country: str = "") -> QuerySet[Customer]:
    """Customers for a list of staff; `text` finds by name as fuzzily as the conflict check does."""
    rows = Customer.objects.filter(merged_into=None)
    if country:
        rows = rows.filter(country=country)
    if text.strip():
        wanted = name_key(text)
        ids = [pk for pk, _likeness in similar("customers", wanted, least=0.25, most=200)] if wanted else []
        rows = rows.filter(Q(pk__in=ids) | starting_with(text))
    return rows


def starting_with(text: str) -> Q:
    """Names that begin with `text`, by range: a prefix match that uses the index under row security."""
    start = sort_name(text)
    return Q(sort_name__gte=start, sort_name__lt=start + "\U0010ffff")

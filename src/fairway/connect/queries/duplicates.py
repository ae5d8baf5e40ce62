"""Records that are perhaps the same: found among what an import brought in, and read for the page that shows them."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Model, Q, QuerySet
from django.utils.translation import gettext as _

from fairway.connect.models import DuplicatePair, ImportKind
from fairway.connect.rules.likeness import Alike, Facts, near_names, pairs_of, weigh_companies
from fairway.core.keyset import beyond
from fairway.core.search import similar
from fairway.core.tenancy.models import Partner, Seat
from fairway.customers.models import Customer
from fairway.customers.rules.match_keys import address_key, domain_key, name_key, phone_key
from fairway.deals.models import Deal, Registration
from fairway.leads.models import Lead
from fairway.partners.models import Profile

# Beyond so many new rows names are compared by their keys alone: a probe for each would take hours.
PROBED_MOST = 3_000
MODELS: dict[str, type[Model]] = {ImportKind.PARTNERS: Partner, ImportKind.CUSTOMERS: Customer, ImportKind.LEADS: Lead}
_BATCH = 2_000


def alike_since(kind: str, since: datetime, until: datetime) -> list[Alike]:
    """Pairs of which at least one came in between two instants (both count). Inside acting_for; for jobs.

    Leads are looked at when they are captured (leads.queries.duplicates), not here.
    """
    return {ImportKind.PARTNERS: _partners, ImportKind.CUSTOMERS: _customers}[ImportKind(kind)](since, until)


def _partners(since: datetime, until: datetime) -> list[Alike]:
    rows = Partner.objects.filter(merged_into=None).values_list("pk", "uid", "name", "country", "created_at")
    profiles = {
        partner_id: rest
        for partner_id, *rest in Profile.objects.values_list(
            "partner_id", "phone", "website", "address", "postal_code", "city"
        ).iterator()
    }
    known: list[Facts] = []
    new: list[Facts] = []
    for pk, uid, name, country, created_at in rows.iterator():
        phone, website, address, postal_code, city = profiles.get(pk, ("",) * 5)
        facts = Facts(
            pk, str(uid), name, name_key(name) or "", domain_key(website) or "", phone_key(phone, country) or "",
            address_key=address_key(address, postal_code, country) or "", city=city, country=country,
        )  # fmt: skip
        known.append(facts)
        if since <= created_at <= until:
            new.append(facts)
    keys: list[Callable[[Facts], Any]] = [
        lambda each: each.name_key, lambda each: each.domain_key, lambda each: each.phone_key,
        lambda each: each.address_key, near_names,
    ]  # fmt: skip
    return pairs_of(new, known, keys=keys, weigh=weigh_companies)


_CUSTOMER = ("pk", "uid", "name", "name_key", "domain_key", "city", "country")


def _customers(since: datetime, until: datetime) -> list[Alike]:
    there = Customer.objects.filter(merged_into=None)
    new = [_customer(row) for row in there.filter(created_at__range=(since, until)).values(*_CUSTOMER).iterator()]
    ids: set[int] = set()
    for batch in _batches(new):
        names = {each.name_key for each in batch} - {""}
        domains = {each.domain_key for each in batch} - {""}
        ids |= set(there.filter(Q(name_key__in=names) | Q(domain_key__in=domains)).values_list("pk", flat=True))
    for each in new[:PROBED_MOST]:
        if each.name_key:
            ids |= {pk for pk, _share in similar("customers", each.name_key, least=0.6, most=5)}
    known = [_customer(row) for row in there.filter(pk__in=ids).values(*_CUSTOMER)]
    keys: list[Callable[[Facts], Any]] = [lambda each: each.name_key, lambda each: each.domain_key, near_names]
    return pairs_of(new, known, keys=keys, weigh=weigh_companies)


def _customer(row: dict[str, Any]) -> Facts:
    return Facts(
        row["pk"], str(row["uid"]), row["name"], row["name_key"], row["domain_key"], city=row["city"],
        country=row["country"],
    )  # fmt: skip


def _batches(rows: list[Any]) -> Iterable[list[Any]]:
    return (rows[begin : begin + _BATCH] for begin in range(0, len(rows), _BATCH))


def pairs_listed(*, state: str = "", kind: str = "", run_id: int | None = None) -> QuerySet[DuplicatePair]:
    rows = DuplicatePair.objects.all()
    if state:
        rows = rows.filter(state=state)
    if kind:
        rows = rows.filter(kind=kind)
    return rows.filter(run_id=run_id) if run_id is not None else rows


def next_to_decide(pair: DuplicatePair) -> UUID | None:
    """The next pair that waits for a decision, in the order of the list."""
    waiting = DuplicatePair.objects.filter(state="proposed").exclude(pk=pair.pk).order_by("-likeness", "pk")
    after = beyond(("-likeness", pair.likeness), ("pk", pair.pk))
    found = waiting.filter(after).values_list("uid", flat=True).first()
    return found or waiting.values_list("uid", flat=True).first()


def pair_of_lead(lead: Lead) -> DuplicatePair | None:
    """The likeliest pair of a lead: one to decide, else one that is decided."""
    rows = DuplicatePair.objects.filter(Q(first_id=lead.pk) | Q(second_id=lead.pk), kind=ImportKind.LEADS)
    return rows.filter(state="proposed").order_by("-likeness", "pk").first() or rows.order_by("-likeness", "pk").first()


def both_of(pair: DuplicatePair) -> tuple[Any | None, Any | None]:
    """The two records; None for one that is gone."""
    if pair.kind not in MODELS:
        return None, None
    rows = MODELS[pair.kind]._default_manager.in_bulk([pair.first_id, pair.second_id])
    return rows.get(pair.first_id), rows.get(pair.second_id)


def seats_that_move(pair: DuplicatePair) -> dict[int, list[Seat]]:
    """Partner that gives way → who logs in for it, by name, and becomes a person of the other. Open seats only; who has
    the same seat at both keeps both. One query."""
    sides = (pair.first_id, pair.second_id)
    if pair.kind != ImportKind.PARTNERS:
        return {pk: [] for pk in sides}
    seats = list(Seat.objects.filter(partner_id__in=sides).order_by("name_key", "pk"))
    held = {(seat.partner_id, seat.user_id, seat.role) for seat in seats}
    other = {pair.first_id: pair.second_id, pair.second_id: pair.first_id}
    return {
        pk: [
            seat for seat in seats
            if seat.partner_id == pk and seat.is_active and (other[pk], seat.user_id, seat.role) not in held
        ]
        for pk in sides
    }  # fmt: skip


def seen_at(partner_id: int) -> list[tuple[str, int]]:
    """What people of a partner come to see there: what it is called, and how many."""
    return [
        (_("Leads"), Lead.objects.filter(partner_id=partner_id).count()),
        (_("Deals"), Deal.objects.filter(partner_id=partner_id).count()),
        (_("Registrations"), Registration.objects.filter(partner_id=partner_id).count()),
        (_("People with a log-in"), Seat.objects.filter(partner_id=partner_id, is_active=True).count()),
    ]


def records_of(pairs: Iterable[DuplicatePair]) -> dict[tuple[str, int], Any]:
    """The records of these pairs that are there, by kind and id. One query a kind."""
    wanted: dict[str, set[int]] = {}
    for pair in pairs:
        wanted.setdefault(pair.kind, set()).update((pair.first_id, pair.second_id))
    return {
        (kind, pk): row
        for kind, ids in wanted.items()
        if kind in MODELS
        for pk, row in MODELS[kind]._default_manager.in_bulk(ids).items()
    }


def names_of(pairs: Iterable[DuplicatePair]) -> dict[tuple[str, int], str]:
    """What the records of these pairs are called, by kind and id."""
    return {key: str(row) for key, row in records_of(pairs).items()}

"""Customers and the people there from a file, many at once."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q

from fairway.core.access import Member, require
from fairway.core.events.record import record_many
from fairway.core.imports import ImportOutcome, RowIssue
from fairway.core.tenancy.acting import acting_for
from fairway.core.tenancy.models import Partner
from fairway.core.words import said as _
from fairway.customers.actions import new_customer, wait_my_turn
from fairway.customers.models import Customer, CustomerContact
from fairway.customers.queries import keys_of, keys_of_customer
from fairway.customers.rules.match_keys import domain_key, email_key, name_key, sort_name
from fairway.customers.rules.matching import compare
from fairway.customers.rules.sounding import sound_key
from fairway.partners.actions.importing_contacts import import_partner_contacts

_SAID = ("name", "domain", "city", "state_code", "postal_code", "country")


@dataclass(frozen=True, slots=True)
class CustomerRow:
    """One company of a file; empty text means "not said"."""

    line: int
    external_id: str
    name: str
    domain: str = ""
    city: str = ""
    state_code: str = ""
    postal_code: str = ""
    country: str = ""

    def values(self) -> dict[str, str]:
        return {name: getattr(self, name) for name in _SAID}


@dataclass(frozen=True, slots=True)
class ContactRow:
    """One person of a file; `company_id` is the external id of the customer, or of the partner with `is_of_partner`."""

    line: int
    external_id: str
    company_id: str
    name: str
    title: str = ""
    email: str = ""
    phone: str = ""
    is_of_partner: bool = False


def import_customers(
    rows: Sequence[CustomerRow], *, actor: Member, at: datetime, options: Mapping[str, Any] | None = None
) -> ImportOutcome:
    """Create the customers whose external id is new, update the others where the file says something else.

    One that is certainly known already, by website or by name and place, gets the external id instead of a twin; its
    own values stay, and only what it lacks is taken.
    """
    require(actor, "customer.import")
    outcome = ImportOutcome()
    with acting_for(actor):
        wait_my_turn()
        known = {row.external_id: row for row in Customer.objects.filter(external_id__in=[r.external_id for r in rows])}
        unknown = [row for row in rows if row.external_id not in known]
        adopted = _known_by_keys(unknown)
        fresh: list[tuple[CustomerRow, Customer]] = []
        changed: list[Customer] = []
        for row in rows:
            customer = known.get(row.external_id) or adopted.get(row.line)
            if customer is None:
                made = new_customer(row.values(), actor, at)
                made.external_id = row.external_id
                fresh.append((row, made))
            elif customer.merged_into_id is None and _change(customer, row, is_own=row.external_id in known):
                changed.append(customer)
                outcome.results[row.line] = "updated"
            else:
                outcome.results[row.line] = "unchanged"
        made_rows = Customer.objects.bulk_create([made for _row, made in fresh], batch_size=1000)
        keys = ("sort_name", "name_key", "sound_key", "domain_key", "external_id", "version")
        Customer.objects.bulk_update(changed, [*_SAID, *keys], batch_size=500)
        record_many("created", Customer, [(row.pk, None, {}) for row in made_rows], actor=actor, at=at)
        record_many("updated", Customer, [(row.pk, None, {}) for row in changed], actor=actor, at=at)
    outcome.created, outcome.updated = len(fresh), len(changed)
    outcome.unchanged = len(rows) - len(fresh) - len(changed)
    outcome.results |= {row.line: "created" for row, _made in fresh}
    return outcome


def _known_by_keys(rows: Sequence[CustomerRow]) -> dict[int, Customer]:
    """By line: the one customer without an external id that a row certainly names; each is given once."""
    wanted = {row.line: keys_of({"name": row.name, **row.values()}) for row in rows}
    names = {keys.name_key for keys in wanted.values()} - {""}
    domains = {keys.domain_key for keys in wanted.values()} - {""}
    free = Customer.objects.filter(Q(name_key__in=names) | Q(domain_key__in=domains), external_id="", merged_into=None)
    found: dict[int, Customer] = {}
    given: set[int] = set()
    known = [(customer, keys_of_customer(customer)) for customer in free]
    by_key: dict[str, list[Any]] = {}
    for pair in known:
        for key in {f"n:{pair[1].name_key}", f"d:{pair[1].domain_key}"}:
            by_key.setdefault(key, []).append(pair)
    for line, keys in wanted.items():
        near = [
            *by_key.get(f"n:{keys.name_key}", ()),
            *(by_key.get(f"d:{keys.domain_key}", ()) if keys.domain_key else ()),
        ]
        same = {each.pk: each for each, of in near if compare(keys, of, 0.0).is_same}
        if len(same) == 1 and not given & set(same):
            found[line] = next(iter(same.values()))
            given |= set(same)
    return found


def _change(customer: Customer, row: CustomerRow, *, is_own: bool) -> bool:
    """Take what the row says into the customer; of one that others made, only what it lacks. True when it differs."""
    before = {name: getattr(customer, name) for name in (*_SAID, "external_id")}
    for name, value in row.values().items():
        if value and (is_own or not before[name]):
            setattr(customer, name, value)
    customer.external_id = row.external_id
    if all(getattr(customer, name) == value for name, value in before.items()):
        return False
    customer.sort_name, customer.name_key = sort_name(customer.name), name_key(customer.name) or ""
    customer.sound_key = sound_key(customer.name_key, customer.country)
    customer.domain_key = domain_key(customer.domain) or ""
    customer.version += 1
    return True


def import_contacts(
    rows: Sequence[ContactRow], *, actor: Member, at: datetime, options: Mapping[str, Any] | None = None
) -> ImportOutcome:
    """People at customers and at partners. One is found again by external id, else by e-mail at the same company."""
    require(actor, "customer.import")
    outcome = ImportOutcome()
    with acting_for(actor):
        of_partners = [row for row in rows if row.is_of_partner]
        companies = _ids(Customer, {row.company_id for row in rows if not row.is_of_partner})
        partners = _ids(Partner, {row.company_id for row in of_partners})
        placed = _placed(rows, companies, partners, outcome)
        _take_contacts([(row, pk) for row, pk in placed if not row.is_of_partner], outcome, actor, at)
        outcome.add(import_partner_contacts([(row, pk) for row, pk in placed if row.is_of_partner], actor=actor, at=at))
    return outcome


def _ids(model: Any, external_ids: set[str]) -> dict[str, int]:
    rows = model.objects.filter(external_id__in=external_ids - {""})
    return {
        external_id: merged or pk for external_id, pk, merged in rows.values_list("external_id", "pk", "merged_into")
    }


def _placed(
    rows: Iterable[ContactRow], companies: Mapping[str, int], partners: Mapping[str, int], outcome: ImportOutcome
) -> list[tuple[ContactRow, int]]:
    placed = []
    for row in rows:
        found = (partners if row.is_of_partner else companies).get(row.company_id)
        if found is None:
            what = _("There is no partner with the external id “%(id)s”. Import the partners first.")
            if not row.is_of_partner:
                what = _("There is no customer with the external id “%(id)s”. Import the customers first.")
            outcome.refused.append(RowIssue(row.line, "company_id", what % {"id": row.company_id[:60]}))
        else:
            placed.append((row, found))
    return placed


def _take_contacts(rows: Sequence[tuple[ContactRow, int]], outcome: ImportOutcome, actor: Member, at: datetime) -> None:
    ids = {pk for _row, pk in rows}
    there = list(CustomerContact.objects.filter(customer_id__in=ids))
    by_id = {each.external_id: each for each in there if each.external_id}
    by_id |= {
        c.external_id: c for c in CustomerContact.objects.filter(external_id__in=[r.external_id for r, _pk in rows])
    }
    by_email = {(each.customer_id, each.email_key): each for each in there if each.email_key}
    fresh, changed = [], []
    for row, customer_id in rows:
        key = email_key(row.email) or ""
        contact = by_id.get(row.external_id) or (by_email.get((customer_id, key)) if key else None)
        values = {
            "customer_id": customer_id, "name": row.name, "title": row.title, "email": row.email, "email_key": key,
            "phone": row.phone, "external_id": row.external_id,
        }  # fmt: skip
        if contact is None:
            fresh.append(CustomerContact(vendor_id=actor.vendor_id, **values))
            continue
        said = {name: value for name, value in values.items() if value}
        if any(getattr(contact, name) != value for name, value in said.items()):
            for name, value in said.items():
                setattr(contact, name, value)
            changed.append(contact)
    CustomerContact.objects.bulk_create(fresh, batch_size=1000)
    fields = ["customer_id", "name", "title", "email", "email_key", "phone", "external_id"]
    CustomerContact.objects.bulk_update(changed, fields, batch_size=500)
    ids = {each.customer_id for each in [*fresh, *changed]}
    record_many("contact_added", Customer, [(pk, None, {}) for pk in sorted(ids)], actor=actor, at=at)
    outcome.created += len(fresh)
    outcome.updated += len(changed)
    outcome.unchanged += len(rows) - len(fresh) - len(changed)

"""Which earlier leads and which customers a new lead may be the same as. Found and weighed; nothing is merged here."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from django.db import connection

from fairway.core.search.alike import Key, sharing
from fairway.core.tenancy.context import current
from fairway.customers.models import Customer
from fairway.customers.rules.sounding import sound_key
from fairway.leads.models import Lead, LeadPerson
from fairway.leads.rules.alike import Likeness, compare, compare_customer
from fairway.leads.rules.alike_keys import Facts, StoredKeys, facts_of, stored_keys

# A key that more rows than this share says nothing of two of them: a switchboard, a holding's domain.
SHARED_MOST: Final = 40
OTHERS_MOST: Final = 3


@dataclass(frozen=True, slots=True)
class Other:
    """An earlier lead: kept, or standing before in the same capture (then it has a uid and no id yet)."""

    lead_id: int | None
    uid: str
    likeness: Likeness


@dataclass(frozen=True, slots=True)
class KnownCustomer:
    customer_id: int
    uid: str
    likeness: Likeness


@dataclass(slots=True)
class Found:
    """What is known of one new lead: the likest earlier leads, the best first, and the customer."""

    others: list[Other] = field(default_factory=list)
    customer: KnownCustomer | None = None


@dataclass(frozen=True, slots=True)
class _Earlier:
    lead_id: int | None
    uid: str
    facts: Facts


def known_of(rows: Sequence[Mapping[str, Any]], source: str) -> dict[int, Found]:
    """Index of a new row → what it is like; rows that are like nothing are left out.

    A row carries its keys and "facts" and "stored" (rules.alike_keys). Earlier is what is kept already, or stands
    before it in `rows` (by their own "uid"). A row whose external id is known is that lead itself, and is left out.
    Three statements at most beside that of the external ids, however many rows. Inside acting_for.
    """
    themselves = _known_ids(source, [row["external_id"] for row in rows if row["external_id"]])
    new = {i: row for i, row in enumerate(rows) if row["external_id"] not in themselves}
    asked = _Asked.by(new)
    found: dict[int, Found] = {}
    here: dict[Key, list[_Earlier]] = {}
    for i, row in new.items():
        beside = {
            each.uid: each
            for key in asked.keys[i]
            if len(here.get(key, ())) <= SHARED_MOST
            for each in here.get(key, ())
        }
        one = Found(_likest(row["facts"], [*asked.leads_near(i), *beside.values()]), asked.customer_of(i, row))
        if one.others or one.customer:
            found[i] = one
        for key in asked.keys[i]:
            here.setdefault(key, []).append(_Earlier(None, row["uid"], row["facts"]))
    return found


def known_of_kept(lead_ids: Sequence[int]) -> dict[int, Found]:
    """Id of a lead → what it is like, as `known_of`, of leads that are kept already: those kept before them count.

    Merged leads, and such that are like nothing, are left out. Inside acting_for.
    """
    leads = Lead.objects.filter(pk__any=lead_ids, merged_into=None).order_by("pk").values(*_LEAD)
    people = {row["lead_id"]: row for row in LeadPerson.objects.filter(lead_id__any=lead_ids).values(*_PERSON)}
    rows: dict[int, dict[str, Any]] = {}
    for lead in leads:
        facts = facts_of({**lead, **people.get(lead["id"], {})})
        rows[lead["id"]] = {"name_key": lead["name_key"], "facts": facts, "stored": stored_keys(facts)}
    asked = _Asked.by(rows)
    found: dict[int, Found] = {}
    for pk, row in rows.items():
        earlier = [each for each in asked.leads_near(pk) if each.lead_id is not None and each.lead_id < pk]
        one = Found(_likest(row["facts"], earlier), asked.customer_of(pk, row))
        if one.others or one.customer:
            found[pk] = one
    return found


@dataclass(frozen=True, slots=True)
class _Asked:
    """The keys of many rows, and what is kept under them."""

    keys: Mapping[int, list[Key]]
    of_customer: Mapping[int, list[Key]]
    under: Mapping[Key, list[int]]
    kept: Mapping[int, _Earlier]
    customers: Mapping[int, tuple[int, str, Facts]]

    @classmethod
    def by(cls, rows: Mapping[int, Mapping[str, Any]]) -> "_Asked":
        keys = {i: lead_keys(row["facts"], row["stored"], row["name_key"]) for i, row in rows.items()}
        of_customer = {i: _customer_keys(row) for i, row in rows.items()}
        under = sharing([*_all(keys), *_all(of_customer)], most=SHARED_MOST)
        ids: dict[bool, set[int]] = {True: set(), False: set()}
        for (kind, _key), found in under.items():
            ids[kind.startswith("customer")].update(found)
        return cls(keys, of_customer, under, _kept(ids[False]), _customers(ids[True]))

    def leads_near(self, i: int) -> Iterable[_Earlier]:
        return {pk: self.kept[pk] for key in self.keys[i] for pk in self.under.get(key, ()) if pk in self.kept}.values()

    def customer_of(self, i: int, row: Mapping[str, Any]) -> KnownCustomer | None:
        ids = {pk for key in self.of_customer[i] for pk in self.under.get(key, ())}
        return _likest_customer(row["facts"], [self.customers[pk] for pk in sorted(ids) if pk in self.customers])


def lead_keys(facts: Facts, stored: StoredKeys, name_key: str) -> list[Key]:
    """Under what a lead is looked for among leads."""
    keys = (
        ("email", facts.email), ("phone", facts.phone), ("domain", facts.domain), ("name", name_key),
        ("sound", stored.sound), ("near", stored.near), ("person", stored.person), ("address", stored.address),
    )  # fmt: skip
    return [pair for pair in keys if pair[1]]


def _customer_keys(row: Mapping[str, Any]) -> list[Key]:
    facts: Facts = row["facts"]
    asked = {
        "customer-email": facts.email, "customer-domain": facts.domain, "customer-name": row["name_key"],
        "customer-sound": sound_key(row["name_key"], facts.country),
    }  # fmt: skip
    return [(kind, key) for kind, key in asked.items() if key]


def _all(keys: Mapping[int, Iterable[Key]]) -> Iterable[Key]:
    return (key for of_row in keys.values() for key in of_row)


def _known_ids(source: str, external_ids: Sequence[str]) -> set[str]:
    if not external_ids:
        return set()
    with connection.cursor() as cursor:
        cursor.execute(_KNOWN, [current().vendor_id, source, list(external_ids)])
        return {external_id for (external_id,) in cursor.fetchall()}


# An array is one parameter however many ids it holds. No join and no order: of a vendor that is new, the database has
# no statistics yet, and then it goes through all leads for each.
_KNOWN = "SELECT external_id FROM leads_lead WHERE vendor_id = %s AND source = %s AND external_id = ANY (%s)"
_LEAD = (
    "id", "uid", "name_key", "domain_key", "city", "postal_code", "country", "merged_into_id",
)  # fmt: skip
_PERSON = ("lead_id", "first_name", "last_name", "email_key", "phone_key", "street")


def _kept(ids: set[int]) -> dict[int, _Earlier]:
    """Id → who is meant by it, with its own facts: a lead that was merged leads to the one that goes on."""
    if not ids:
        return {}
    wanted = sorted(ids)
    rows = {row["id"]: row for row in Lead.objects.filter(pk__any=wanted).values(*_LEAD)}
    people = {row["lead_id"]: row for row in LeadPerson.objects.filter(lead_id__any=wanted).values(*_PERSON)}
    merged = {row["merged_into_id"] for row in rows.values() if row["merged_into_id"]} - set(rows)
    uids = {pk: row["uid"] for pk, row in rows.items()}
    if merged:
        uids |= dict(Lead.objects.filter(pk__in=merged).values_list("pk", "uid"))
    found = {}
    for pk, row in rows.items():
        meant = row["merged_into_id"] or pk
        found[pk] = _Earlier(meant, str(uids[meant]), facts_of({**row, **people.get(pk, {})}))
    return found


def _likest(facts: Facts, earlier: Sequence[_Earlier]) -> list[Other]:
    """The likest that a person would be asked about, each once; of equals the earliest first."""
    best: dict[str, Other] = {}
    for each in earlier:
        likeness = compare(facts, each.facts)
        if likeness.is_asked and (each.uid not in best or likeness.likeness > best[each.uid].likeness.likeness):
            best[each.uid] = Other(each.lead_id, each.uid, likeness)
    return sorted(best.values(), key=lambda other: (-other.likeness.likeness, other.uid))[:OTHERS_MOST]


def _customers(ids: set[int]) -> dict[int, tuple[int, str, Facts]]:
    """Id → (id and uid of who is meant, as it is spelled)."""
    if not ids:
        return {}
    columns = ("id", "uid", "merged_into_id", "merged_into__uid", "name_key", "domain_key", "city", "postal_code")
    rows = Customer.objects.filter(pk__in=sorted(ids)).values(*columns, "country")
    return {
        row["id"]: (row["merged_into_id"] or row["id"], str(row["merged_into__uid"] or row["uid"]), facts_of(row))
        for row in rows
    }


def _likest_customer(facts: Facts, known: Sequence[tuple[int, str, Facts]]) -> KnownCustomer | None:
    """The customer that the lead is most likely of; of two that it is equally like, the first one kept."""
    found = [KnownCustomer(pk, uid, compare_customer(facts, spelled)) for pk, uid, spelled in known]
    asked = [each for each in found if each.likeness.is_asked]
    return min(asked, key=lambda each: (-each.likeness.likeness, each.customer_id), default=None)

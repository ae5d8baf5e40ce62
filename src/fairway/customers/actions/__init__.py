"""Writing customers. Matching and creating wait for each other, vendor by vendor, so that nobody is made twice."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import connection

from fairway.core.access import Member, require
from fairway.core.events.record import record, record_many
from fairway.core.personal.erased import admit
from fairway.core.tenancy.acting import acting_for
from fairway.core.tenancy.context import current
from fairway.customers.models import Customer, CustomerContact
from fairway.customers.queries import Resolution, resolve
from fairway.customers.rules.match_keys import domain_key, email_key, name_key, sort_name
from fairway.customers.rules.sounding import sound_key

_LOCK = "SELECT pg_advisory_xact_lock(hashtextextended('customers', %s))"


def wait_my_turn() -> None:
    """Hold the customers of this vendor until the transaction ends.

    What is matched now stays true until it is written: of two that name the same new company, the second waits
    and then finds the first one's row.
    """
    with connection.cursor() as cursor:
        cursor.execute(_LOCK, [current().vendor_id])


def resolve_customer(*, values: Mapping[str, str], actor: Member, at: datetime) -> Resolution:
    """Who `values` (name, domain, city, postal_code, state_code, country) name.

    A company nobody is like becomes a customer at once; one that is only alike stays unresolved, for a person.
    """
    with acting_for(actor):
        wait_my_turn()
        found = resolve(values)
        if found.is_new and name_key(values.get("name")):
            return Resolution(_create(values, actor, at), ())
    return found


def resolve_or_create(*, values: Mapping[str, str], actor: Member, at: datetime) -> Customer:
    """The certain customer, or a new one where nobody is certain: for leads, which wait for no decision."""
    with acting_for(actor):
        wait_my_turn()
        return resolve(values).customer or _create(values, actor, at)


def create_unnamed(*, values: Mapping[str, str], actor: Member, at: datetime) -> Customer:
    """A buyer without a company, known by a person's name: kept, but never matched by that name."""
    with acting_for(actor):
        customer = new_customer(values, actor, at)
        customer.name_key = customer.sound_key = ""
        customer.save(force_insert=True)
        record("created", customer, actor=actor, at=at)
    return customer


def create_customer(*, values: Mapping[str, str], actor: Member, at: datetime) -> Customer:
    """Make a customer although others may be alike; staff decide so."""
    require(actor, "customer.edit")
    with acting_for(actor):
        wait_my_turn()
        return _create(values, actor, at)


def create_customers(*, rows: Sequence[Mapping[str, str]], actor: Member, at: datetime) -> list[Customer]:
    """Many at once, in the order given, without matching: for imports that matched already, and the demo."""
    require(actor, "customer.edit")
    with acting_for(actor):
        wait_my_turn()
        made = Customer.objects.bulk_create([new_customer(values, actor, at) for values in rows], batch_size=2000)
        record_many("created", Customer, [(row.pk, None, {}) for row in made], actor=actor, at=at)
    return made


def add_contact(
    *, customer: Customer, name: str, actor: Member, at: datetime, title: str = "", email: str = "", phone: str = "",
    asked_for: bool = False,
) -> CustomerContact:  # fmt: skip
    """WasErased for the address of an erased person, unless the person asked for it (`asked_for`)."""
    require(actor, "customer.edit")
    with acting_for(actor):
        admit([(email, asked_for)], actor=actor, at=at)
        contact = CustomerContact.objects.create(
            vendor_id=actor.vendor_id, customer=customer, name=name, title=title,
            email=email, email_key=email_key(email) or "", phone=phone,
        )  # fmt: skip
        record("contact_added", customer, actor=actor, at=at)
    return contact


def _create(values: Mapping[str, str], actor: Member, at: datetime) -> Customer:
    customer = new_customer(values, actor, at)
    customer.save(force_insert=True)
    record("created", customer, actor=actor, at=at)
    return customer


def new_customer(values: Mapping[str, str], actor: Member, at: datetime) -> Customer:
    """A row not yet written, with its keys."""
    name = " ".join((values.get("name") or "").split())
    domain = (values.get("domain") or "").strip()
    country = (values.get("country") or "").upper()
    return Customer(
        vendor_id=actor.vendor_id,
        name=name,
        sort_name=sort_name(name),
        name_key=name_key(name) or "",
        sound_key=sound_key(name_key(name) or "", country),
        domain=domain,
        domain_key=domain_key(domain) or "",
        city=values.get("city") or "",
        state_code=values.get("state_code") or "",
        postal_code=values.get("postal_code") or "",
        country=country,
        created_at=at,
    )

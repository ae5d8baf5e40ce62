"""Keys by which doubles are looked for, made for rows that were kept before there were such keys."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import connection

from fairway.core.access import Member
from fairway.core.bulk import staged
from fairway.core.tenancy.acting import acting_for
from fairway.customers.models import Customer
from fairway.customers.rules.sounding import sound_key
from fairway.leads.models import Lead, LeadPerson
from fairway.leads.rules.alike_keys import facts_of, stored_keys

CHUNK = 2000
_COLUMNS = {"id": "bigint", "sound_key": "text", "near_key": "text", "person_key": "text", "address_key": "text"}
_LEAD = ("id", "name_key", "domain_key", "city", "postal_code", "country")
_PERSON = ("id", "lead_id", "first_name", "last_name", "email_key", "phone_key", "street")


def fill_lead_keys(*, actor: Member, chunk: int = CHUNK) -> int:
    """Make the keys of so many people of leads that have none yet; returns how many had none. One transaction."""
    with acting_for(actor):
        people = list(LeadPerson.objects.filter(sound_key=None).order_by("pk").values(*_PERSON)[:chunk])
        leads = {row["id"]: row for row in Lead.objects.filter(pk__in=[p["lead_id"] for p in people]).values(*_LEAD)}
        _write("leads_leadperson", _COLUMNS, (_keys(leads[person["lead_id"]], person) for person in people))
    return len(people)


def fill_customer_keys(*, actor: Member, chunk: int = CHUNK) -> int:
    with acting_for(actor):
        rows = list(
            Customer.objects.filter(sound_key=None).order_by("pk").values_list("pk", "name_key", "country")[:chunk]
        )
        given = [{"id": pk, "sound_key": sound_key(name, country)} for pk, name, country in rows]
        _write("customers_customer", {name: _COLUMNS[name] for name in ("id", "sound_key")}, given)
    return len(rows)


def _keys(lead: Mapping[str, Any], person: Mapping[str, Any]) -> dict[str, Any]:
    stored = stored_keys(facts_of({**lead, **person}))
    return {"id": person["id"]} | {
        name: getattr(stored, name.removesuffix("_key")) for name in _COLUMNS if name != "id"
    }


def _write(table: str, columns: Mapping[str, str], rows: Iterable[Mapping[str, Any]]) -> None:
    changes = ", ".join(f"{name} = x.{name}" for name in columns if name != "id")
    with staged(columns, ([row[name] for name in columns] for row in rows)) as name, connection.cursor() as cursor:
        cursor.execute(f"UPDATE {table} AS t SET {changes} FROM {name} AS x WHERE t.id = x.id")

"""Leads that are perhaps the same. They are marked, never merged."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db import connection

from fairway.core.tenancy.context import current

Key = tuple[str, ...]


def possible_duplicates(rows: Sequence[Mapping[str, Any]], source: str) -> dict[int, str]:
    """Index of a new row → uid of the earlier lead that has its e-mail, its phone, or its company and city.

    Earlier is what is kept already, or stands before it in `rows` (by their own "uid"). A row whose external id is
    known is that lead itself, and is left out.
    """
    known = _known_ids(rows, source)
    keys = {i: _keys(row) for i, row in enumerate(rows) if row["external_id"] not in known}
    uid_of = _earliest({key for found in keys.values() for key in found})
    duplicates: dict[int, str] = {}
    for i, found in keys.items():
        first = next((key for key in found if key in uid_of), None)
        if first:
            duplicates[i] = uid_of[first]
        for key in found:
            uid_of.setdefault(key, rows[i]["uid"])
    return duplicates


def _known_ids(rows: Sequence[Mapping[str, Any]], source: str) -> set[str]:
    wanted = [row["external_id"] for row in rows if row["external_id"]]
    return {external_id for (external_id,) in _asked(_KNOWN, source, wanted)} if wanted else set()


def _keys(row: Mapping[str, Any]) -> list[Key]:
    keys = [("email", row["email_key"]), ("phone", row["phone_key"]), ("company", row["name_key"], row["city"])]
    return [key for key in keys if all(key)]


def _earliest(wanted: Iterable[Key]) -> dict[Key, str]:
    by_kind: dict[str, list[Key]] = {"email": [], "phone": [], "company": []}
    for key in wanted:
        by_kind[key[0]].append(key)
    found: dict[Key, str] = {}
    for kind, statement in (("email", _BY_EMAIL), ("phone", _BY_PHONE)):
        if by_kind[kind]:
            rows = _asked(statement, [key[1] for key in by_kind[kind]])
            found |= {(kind, value): str(uid) for value, uid in rows}
    if by_kind["company"]:
        leads = _asked(_BY_COMPANY, list({key[1] for key in by_kind["company"]}))
        found |= {("company", name, city): str(uid) for name, city, uid in leads}
    return found


# An array is one parameter however many keys it holds; the latest come first, so that the earliest stay.
_KNOWN = "SELECT external_id FROM leads_lead WHERE vendor_id = %s AND source = %s AND external_id = ANY (%s)"
_BY_PERSON = """SELECT p.{key}, l.uid FROM leads_leadperson p
  JOIN leads_lead l ON l.vendor_id = p.vendor_id AND l.id = p.lead_id
 WHERE p.vendor_id = %s AND p.{key} = ANY (%s) ORDER BY p.lead_id DESC"""
_BY_EMAIL, _BY_PHONE = _BY_PERSON.format(key="email_key"), _BY_PERSON.format(key="phone_key")
_BY_COMPANY = """SELECT name_key, city, uid FROM leads_lead
 WHERE vendor_id = %s AND name_key = ANY (%s) ORDER BY id DESC"""


def _asked(statement: str, *values: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, [current().vendor_id, *values])
        return list(cursor.fetchall())

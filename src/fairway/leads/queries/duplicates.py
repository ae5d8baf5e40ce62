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
    found: dict[Key, int] = {}
    for kind, statement in (("email", _BY_EMAIL), ("phone", _BY_PHONE)):
        if by_kind[kind]:
            rows = _asked(statement, [key[1] for key in by_kind[kind]])
            _keep_first(found, (((kind, value), lead_id) for value, lead_id in rows))
    if by_kind["company"]:
        leads = _asked(_BY_COMPANY, list({key[1] for key in by_kind["company"]}))
        _keep_first(found, ((("company", name, city), lead_id) for name, city, lead_id in leads))
    uids = {lead_id: str(uid) for lead_id, uid in _asked(_UIDS, list(set(found.values())))} if found else {}
    return {key: uids[lead_id] for key, lead_id in found.items()}


def _keep_first(found: dict[Key, int], rows: Iterable[tuple[Key, int]]) -> None:
    for key, lead_id in rows:
        found[key] = min(lead_id, found.get(key, lead_id))


# An array is one parameter however many keys it holds. No join and no order: of a vendor that is new, the database
# has no statistics yet, and then it goes through all leads for each person, or through all people for the order.
_KNOWN = "SELECT external_id FROM leads_lead WHERE vendor_id = %s AND source = %s AND external_id = ANY (%s)"
_BY_EMAIL = "SELECT email_key, lead_id FROM leads_leadperson WHERE vendor_id = %s AND email_key = ANY (%s)"
_BY_PHONE = "SELECT phone_key, lead_id FROM leads_leadperson WHERE vendor_id = %s AND phone_key = ANY (%s)"
_BY_COMPANY = "SELECT name_key, city, id FROM leads_lead WHERE vendor_id = %s AND name_key = ANY (%s)"
_UIDS = "SELECT id, uid FROM leads_lead WHERE vendor_id = %s AND id = ANY (%s)"


def _asked(statement: str, *values: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, [current().vendor_id, *values])
        return list(cursor.fetchall())

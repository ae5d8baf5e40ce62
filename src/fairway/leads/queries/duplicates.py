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
    keys = [_keys(row) for row in rows]
    external_ids = [row["external_id"] for row in rows if row["external_id"]]
    known, uid_of = _kept({key for found in keys for key in found}, source, external_ids)
    duplicates: dict[int, str] = {}
    for i, (row, found) in enumerate(zip(rows, keys, strict=True)):
        if row["external_id"] in known:
            continue
        first = next((key for key in found if key in uid_of), None)
        if first:
            duplicates[i] = uid_of[first]
        for key in found:
            uid_of.setdefault(key, row["uid"])
    return duplicates


def _keys(row: Mapping[str, Any]) -> list[Key]:
    keys = [("email", row["email_key"]), ("phone", row["phone_key"]), ("company", row["name_key"], row["city"])]
    return [key for key in keys if all(key)]


def _kept(wanted: Iterable[Key], source: str, external_ids: Sequence[str]) -> tuple[set[str], dict[Key, str]]:
    """The external ids that are known, and key → uid of the earliest lead that has it. One query, or two."""
    by_kind: dict[str, set[str]] = {"email": set(), "phone": set(), "company": set()}
    for key in wanted:
        by_kind[key[0]].add(key[1])
    parts: list[tuple[str, list[Any]]] = [(_BY[kind], [list(values)]) for kind, values in by_kind.items() if values]
    if external_ids:
        parts.append((_KNOWN, [source, external_ids]))
    known: set[str] = set()
    found: dict[Key, int] = {}
    for kind, one, two, lead_id in _asked(parts):
        if kind == "external":
            known.add(one)
            continue
        key = (kind, one, two) if kind == "company" else (kind, one)
        found[key] = min(lead_id, found.get(key, lead_id))
    uids = dict(_asked([(_UIDS, [list(set(found.values()))])])) if found else {}
    return known, {key: str(uids[lead_id]) for key, lead_id in found.items()}


# An array is one parameter however many keys it holds. No join and no order: of a vendor that is new, the database
# has no statistics yet, and then it goes through all leads for each person, or through all people for the order.
_KNOWN = (
    "SELECT 'external', external_id, '', id FROM leads_lead"
    " WHERE vendor_id = %s AND source = %s AND external_id = ANY (%s)"
)
_BY_KEY = "SELECT '{0}', {0}_key, '', lead_id FROM leads_leadperson WHERE vendor_id = %s AND {0}_key = ANY (%s)"
_BY = {
    "email": _BY_KEY.format("email"),
    "phone": _BY_KEY.format("phone"),
    "company": "SELECT 'company', name_key, city, id FROM leads_lead WHERE vendor_id = %s AND name_key = ANY (%s)",
}
_UIDS = "SELECT id, uid FROM leads_lead WHERE vendor_id = %s AND id = ANY (%s)"


def _asked(parts: Sequence[tuple[str, list[Any]]]) -> list[tuple[Any, ...]]:
    if not parts:
        return []
    vendor_id = current().vendor_id
    with connection.cursor() as cursor:
        cursor.execute(
            " UNION ALL ".join(statement for statement, _values in parts),
            [value for _statement, values in parts for value in (vendor_id, *values)],
        )
        return list(cursor.fetchall())

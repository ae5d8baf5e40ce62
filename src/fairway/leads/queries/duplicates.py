"""Leads that are perhaps the same. They are marked, never merged."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db.models import QuerySet

from fairway.leads.models import Lead, LeadPerson

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
    if not wanted:
        return set()
    return set(Lead.objects.filter(source=source, external_id__in=wanted).values_list("external_id", flat=True))


def _keys(row: Mapping[str, Any]) -> list[Key]:
    keys = [("email", row["email_key"]), ("phone", row["phone_key"]), ("company", row["name_key"], row["city"])]
    return [key for key in keys if all(key)]


def _earliest(wanted: Iterable[Key]) -> dict[Key, str]:
    by_kind: dict[str, list[Key]] = {"email": [], "phone": [], "company": []}
    for key in wanted:
        by_kind[key[0]].append(key)
    people = LeadPerson.objects.order_by("-lead_id")
    found: dict[Key, str] = {}
    for kind, column in (("email", "email_key"), ("phone", "phone_key")):
        if by_kind[kind]:
            rows = _pairs(people.filter(**{f"{column}__in": [key[1] for key in by_kind[kind]]}), column, "lead__uid")
            found |= {(kind, value): str(uid) for value, uid in rows}
    if by_kind["company"]:
        names = {key[1] for key in by_kind["company"]}
        leads = Lead.objects.filter(name_key__in=names).order_by("-pk").values_list("name_key", "city", "uid")
        found |= {("company", name, city): str(uid) for name, city, uid in leads}
    return found


def _pairs(rows: QuerySet[LeadPerson], *columns: str) -> Iterable[tuple[str, Any]]:
    return rows.values_list(*columns)

"""Leads in: one from a form, from the API or by hand, and many from a file, by the same statements."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import connection

from fairway.core.access import Member, require
from fairway.core.bulk import staged
from fairway.core.events.record import record_many
from fairway.core.ids import uuid7_many
from fairway.core.jobs import defer
from fairway.core.personal.erased import admit, erased_among, words_of
from fairway.core.tenancy.acting import acting_for
from fairway.core.tenancy.context import current
from fairway.customers.rules import match_keys
from fairway.leads.actions.likeness import keep_alike, state_of
from fairway.leads.models import Lead
from fairway.leads.queries.duplicates import Found, known_of
from fairway.leads.queries.places import coordinates_of
from fairway.leads.rules.alike_keys import facts_of, stored_keys
from fairway.leads.rules.brief import place_of, title_of

PROCESS_BATCH = 1000


@dataclass(frozen=True, slots=True)
class LeadValues:
    """What is known of a lead when it comes in. Empty text is unknown; amounts are minor units of `currency`.

    `source_detail` and `campaign` stand above those of the capture as a whole.
    """

    need: str = ""
    description: str = ""
    external_id: str = ""
    company: str = ""
    website: str = ""
    industry: str = ""
    employees: int | None = None
    country: str = ""
    state_code: str = ""
    city: str = ""
    postal_code: str = ""
    product_line_id: int | None = None
    product_line_name: str = ""
    amount_minor: int | None = None
    currency: str = ""
    timeframe_days: int | None = None
    source_detail: str = ""
    campaign: str = ""
    agreed: bool = False
    extra: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PersonValues:
    """The person behind it."""

    first_name: str = ""
    last_name: str = ""
    job_title: str = ""
    email: str = ""
    phone: str = ""
    street: str = ""


@dataclass(frozen=True, slots=True)
class Origin:
    """What all leads of one capture share: where they came from, and what the person agreed to."""

    source: str
    source_detail: str = ""
    campaign: str = ""
    consent_text: str = ""
    consented_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Captured:
    """What became of one given lead: `what` is "created", "updated" or "unchanged"; of a new one `row` is what was
    written, by column."""

    lead_id: int
    what: str
    row: Mapping[str, Any] | None = None


def capture_lead(
    *,
    actor: Member,
    at: datetime,
    source: str,
    values: LeadValues,
    person: PersonValues | None = None,
    source_detail: str = "",
    campaign: str = "",
    consent_text: str = "",
    consented_at: datetime | None = None,
    process: bool = True,
) -> Lead:
    """Take one lead in and have it scored and routed by a job.

    The same external id of the same source is the same lead: what differs is updated. Two leads that only look
    alike stay two; the later one says so in `extra["possible_duplicate_of"]` (a uid), and "lead.found_alike" is
    recorded, so that a person is asked. A customer it is of is kept as a CustomerMatch.
    WasErased for a person who was erased and did not agree (`consented_at`, or `agreed` of the values).
    """
    require(actor, "lead.capture")
    origin = Origin(source, source_detail, campaign, consent_text, consented_at)
    rows = [(values, person or PersonValues())]
    with acting_for(actor):
        _admit(rows, origin, actor, at)
        captured = capture_many(rows, origin=origin, actor=actor, at=at, process=process)
        return Lead.objects.get(pk=captured[0].lead_id)


def capture_leads(
    rows: Sequence[tuple[LeadValues, PersonValues]], *, origin: Origin, actor: Member, at: datetime, look: bool = True,
    is_asked: bool = False,
) -> list[Captured]:  # fmt: skip
    """Take many leads of a program in, in one transaction; the answers are in the order of the rows. See `look` of
    `capture_many`. `is_asked`: the caller asked `not_wished` in this transaction, and left those out.

    WasErased, and none is taken, when one of them names an erased person who did not agree (`not_wished`).
    """
    require(actor, "lead.capture")
    with acting_for(actor):
        _admit([row for row in rows if row[0].agreed] if is_asked else rows, origin, actor, at)
        return capture_many(rows, origin=origin, actor=actor, at=at, look=look)


def _admit(rows: Sequence[tuple[LeadValues, PersonValues]], origin: Origin, actor: Member, at: datetime) -> None:
    wished = origin.consented_at is not None
    admit([(person.email, wished or values.agreed) for values, person in rows], actor=actor, at=at)


def not_wished(rows: Mapping[int, tuple[LeadValues, PersonValues]], *, actor: Member) -> dict[int, str]:
    """Number of a row → why it is not taken: its person was erased, and did not agree to come back."""
    emails = {n: person.email.strip().lower() for n, (values, person) in rows.items() if not values.agreed}
    with acting_for(actor):
        known = erased_among(emails.values(), actor.vendor_id)
    return {number: words_of(known[email]) for number, email in emails.items() if email in known}


def capture_many(
    rows: Sequence[tuple[LeadValues, PersonValues]],
    *,
    origin: Origin,
    actor: Member,
    at: datetime,
    process: bool = True,
    captured_at: Sequence[datetime] | None = None,
    place: bool = False,
    look: bool = True,
) -> list[Captured]:
    """Take many in at once, inside `acting_for`; the answers are in the order of the rows.

    External ids must differ within one call. With `process`, what is new or changed is placed on the map, scored
    and routed by jobs; with `place` it is placed now, for which cities of the world are read the first time. With
    `look`, it is known now which earlier leads and customers each is like; else the job finds it, before it scores.
    """
    if not rows:
        return []
    doubled = [i for i, n in Counter(v.external_id for v, _p in rows if v.external_id).items() if n > 1]
    if doubled:
        raise ValueError(f"An external id comes twice in one capture: {doubled[:3]}.")
    prepared = [prepared_row(values, person, origin) for values, person in rows]
    for row, uid, captured in zip(prepared, uuid7_many(len(rows)), captured_at or [at] * len(rows), strict=True):
        row["uid"], row["captured_at"] = uid, captured.isoformat()
        if place:
            row["latitude"], row["longitude"] = coordinates_of(row["country"], row["state_code"], row["city"])
    alike = known_of(prepared, origin.source) if look else {}
    for index, found in alike.items():
        if found.others:
            prepared[index]["extra"]["possible_duplicate_of"] = found.others[0].uid
    for row in prepared:
        row["extra"] = json.dumps(row["extra"]).replace("\\u0000", "") if row["extra"] else "{}"
    answers = _write(prepared, origin)
    _tell(answers, actor=actor, at=at, source=origin.source)
    if alike:
        _keep_alike(alike, prepared, answers, actor=actor, at=at)
    if process:
        _defer(answers, actor.vendor_id, is_looked=look)
    return answers


def _defer(answers: Sequence[Captured], vendor_id: int, *, is_looked: bool) -> None:
    todo = [answer for answer in answers if answer.what != "unchanged"]
    for start in range(0, len(todo), PROCESS_BATCH):
        part = todo[start : start + PROCESS_BATCH]
        new = [] if is_looked else [answer.lead_id for answer in part if answer.what == "created"]
        defer("leads.process", vendor_id=vendor_id, lead_ids=[answer.lead_id for answer in part], new_ids=new)


def prepared_row(values: LeadValues, person: PersonValues, origin: Origin) -> dict[str, Any]:
    """The columns of both rows, keys and coordinates worked out."""
    # Some exports carry a record id where the company's name belongs.
    company = "" if match_keys.looks_like_identifier(values.company) else values.company.strip()[:200]
    place = place_of(values.city, values.state_code, values.country)
    row = {
        "external_id": values.external_id[:100],
        "source_detail": (values.source_detail or origin.source_detail)[:200],
        "campaign": (values.campaign or origin.campaign)[:200],
        "agreed": values.agreed,
        "title": title_of(values.need, product_line=values.product_line_name, place=place),
        "description": values.description,
        "company": company,
        "name_key": (match_keys.name_key(company) or "")[:200],
        "domain_key": match_keys.domain_key(values.website) or match_keys.domain_key(person.email) or "",
        "industry": values.industry[:100],
        "employees": values.employees,
        "country": values.country.upper()[:2],
        "state_code": values.state_code.upper()[:10],
        "city": values.city[:100],
        "postal_code": values.postal_code[:20],
        "latitude": None,
        "longitude": None,
        "product_line_id": values.product_line_id,
        "amount_minor": values.amount_minor,
        "currency": values.currency.upper()[:3],
        "timeframe_days": values.timeframe_days,
        "extra": dict(values.extra),
        "first_name": person.first_name[:100],
        "last_name": person.last_name[:100],
        "job_title": person.job_title[:150],
        "email": person.email.strip()[:254],
        "email_key": match_keys.email_key(person.email) or "",
        "phone": person.phone[:50],
        "phone_key": match_keys.phone_key(person.phone, values.country) or "",
        "street": person.street.strip()[:200],
    }
    for name, value in row.items():
        if isinstance(value, str) and "\0" in value:
            row[name] = value.replace("\0", "")  # PostgreSQL takes no character 0 in a text
    facts = facts_of(row)
    stored = stored_keys(facts)
    row |= {"facts": facts, "stored": stored}
    row |= {f"{name}_key": getattr(stored, name) for name in ("sound", "near", "person", "address")}
    return row


# Columns that a second capture of the same external id may change.
_FACTS = {
    "source_detail": "text", "campaign": "text", "title": "text", "description": "text", "company": "text",
    "name_key": "text", "domain_key": "text", "industry": "text", "employees": "bigint", "country": "text",
    "state_code": "text", "city": "text", "postal_code": "text",
    "product_line_id": "bigint", "amount_minor": "bigint", "currency": "text", "timeframe_days": "bigint",
}  # fmt: skip
_PERSON = dict.fromkeys(
    ("first_name", "last_name", "job_title", "email", "email_key", "phone", "phone_key", "street", "sound_key",
     "near_key", "person_key", "address_key"), "text",
)  # fmt: skip


_LEAD_ROW = {
    "uid": "uuid", "external_id": "text", "extra": "text", "captured_at": "timestamptz", "agreed": "boolean",
    "latitude": "float8", "longitude": "float8", **_FACTS,
}  # fmt: skip
_PERSON_ROW = {"person_uid": "uuid", "lead_id": "bigint", **_PERSON}
STAGED_FROM = 100


def _listed(columns: Mapping[str, str], template: str = "{0}") -> str:
    return ", ".join(template.format(name, kind) for name, kind in columns.items())


_MOVED = """(old.country, old.state_code, old.city)
    IS DISTINCT FROM (EXCLUDED.country, EXCLUDED.state_code, EXCLUDED.city)"""
_LEADS = f"""INSERT INTO leads_lead AS old
  (uid, vendor_id, state, external_id, source, {_listed(_FACTS)}, latitude, longitude, extra, consent_text,
   consented_at, captured_at, waiting_because, offers_made, stage, next_step, touches, close_reason, version)
 SELECT x.uid, %s, 'captured', x.external_id, %s, {_listed(_FACTS, "x.{0}")}, x.latitude, x.longitude,
   x.extra::jsonb, %s, CASE WHEN x.agreed THEN x.captured_at ELSE %s END, x.captured_at, '', 0, '', '', 0, '', 1
  FROM {{given}}
 ON CONFLICT (vendor_id, source, external_id) WHERE NOT (external_id = '') DO UPDATE SET
   {_listed(_FACTS, "{0} = EXCLUDED.{0}")}, extra = old.extra || EXCLUDED.extra, version = old.version + 1,
   latitude = CASE WHEN {_MOVED} THEN EXCLUDED.latitude ELSE coalesce(old.latitude, EXCLUDED.latitude) END,
   longitude = CASE WHEN {_MOVED} THEN EXCLUDED.longitude ELSE coalesce(old.longitude, EXCLUDED.longitude) END
  WHERE ({_listed(_FACTS, "old.{0}")}, old.extra)
   IS DISTINCT FROM ({_listed(_FACTS, "EXCLUDED.{0}")}, old.extra || EXCLUDED.extra)
 RETURNING id, uid::text, external_id, xmax = 0"""

_PEOPLE = f"""INSERT INTO leads_leadperson AS old (uid, vendor_id, lead_id, {_listed(_PERSON)})
 SELECT x.person_uid, %s, x.lead_id, {_listed(_PERSON, "x.{0}")}
  FROM {{given}}
 ON CONFLICT (vendor_id, lead_id) DO UPDATE SET {_listed(_PERSON, "{0} = EXCLUDED.{0}")}
  WHERE ({_listed(_PERSON, "old.{0}")}) IS DISTINCT FROM ({_listed(_PERSON, "EXCLUDED.{0}")})
 RETURNING lead_id"""


@contextmanager
def _given(columns: Mapping[str, str], rows: Sequence[Mapping[str, Any]]) -> Iterator[tuple[str, list[str]]]:
    """The rows as something to select from, named x, and its parameters.

    Many are copied into a temporary table, which costs the database least; making one costs more than a few rows.
    """
    if len(rows) >= STAGED_FROM:
        with staged(columns, ([row[name] for name in columns] for row in rows), is_joined=False) as name:
            yield f"{name} AS x", []
        return
    few = [{name: row[name] for name in columns} for row in rows]
    yield f"json_to_recordset(%s::json) AS x({_listed(columns, '{0} {1}')})", [json.dumps(few)]


def _write(prepared: Sequence[dict[str, Any]], origin: Origin) -> list[Captured]:
    """Write both rows of each lead; what differs from a lead of the same external id is updated."""
    vendor_id = current().vendor_id
    with connection.cursor() as cursor:
        with _given(_LEAD_ROW, prepared) as (given, rows):
            about: list[Any] = [vendor_id, origin.source, origin.consent_text, origin.consented_at, *rows]
            cursor.execute(_LEADS.format(given=given), about)
            written = cursor.fetchall()
        new = {uid: lead_id for lead_id, uid, _external, created in written if created}
        changed = {external: lead_id for lead_id, _uid, external, created in written if not created}
        known = changed | _unchanged_ids(prepared, origin.source, new, changed)
        for row, uid in zip(prepared, uuid7_many(len(prepared)), strict=True):
            row["person_uid"], row["lead_id"] = uid, new.get(row["uid"]) or known[row["external_id"]]
        with _given(_PERSON_ROW, prepared) as (given, rows):
            cursor.execute(_PEOPLE.format(given=given), [vendor_id, *rows])
            touched = {lead_id for (lead_id,) in cursor.fetchall()} | set(changed.values())
    return [_captured(row, row["uid"] in new, row["lead_id"] in touched) for row in prepared]


def _unchanged_ids(
    prepared: Sequence[dict[str, Any]], source: str, new: Mapping[str, int], changed: Mapping[str, int]
) -> dict[str, int]:
    wanted = [row["external_id"] for row in prepared if row["uid"] not in new and row["external_id"] not in changed]
    if not wanted:
        return {}
    return dict(Lead.objects.filter(source=source, external_id__in=wanted).values_list("external_id", "pk"))


def _captured(row: Mapping[str, Any], is_new: bool, is_touched: bool) -> Captured:
    if is_new:
        return Captured(row["lead_id"], "created", row)
    return Captured(row["lead_id"], "updated" if is_touched else "unchanged")


def _tell(answers: Sequence[Captured], *, actor: Member, at: datetime, source: str) -> None:
    for what, verb in (("created", "captured"), ("updated", "updated")):
        rows = [(answer.lead_id, None, {"source": source}) for answer in answers if answer.what == what]
        record_many(verb, Lead, rows, actor=actor, at=at)


def _keep_alike(
    alike: Mapping[int, Found],
    prepared: Sequence[dict[str, Any]],
    answers: Sequence[Captured],
    *,
    actor: Member,
    at: datetime,
) -> None:
    """Keep what the new leads are like, and tell it in their rows for the caller."""
    id_of = {row["uid"]: answer.lead_id for row, answer in zip(prepared, answers, strict=True)}
    for index, found in alike.items():
        if known := found.customer:
            likeness = known.likeness.likeness
            prepared[index]["customer"] = {"uid": known.uid, "state": state_of(known), "likeness": likeness}
    keep_alike({answers[i].lead_id: found for i, found in alike.items()}, id_of, actor=actor, at=at)

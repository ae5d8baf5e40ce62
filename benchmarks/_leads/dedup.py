"""New leads known again among those that are kept: leads a second, and how often it is right.

The kept ones are original leads of `_lookalikes`, copied in with the keys a capture would give them; the new ones are
others' spellings of a part of them, their colleagues, seeming doubles, and plainly new ones. What is timed is what a
capture asks before it writes: keys made, indexes probed, facts read, pairs weighed. The best proposal of each is held
against the truth.
"""

import time
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any

from django.db import connection

from benchmarks._harness import as_web, bench_vendor, say, timed
from benchmarks._leads._growth import exponent
from benchmarks._leads._lookalikes import Written, new_leads, original
from fairway.core import clock
from fairway.core.access import system_member
from fairway.core.ids import uuid7_many
from fairway.core.tenancy.acting import acting_for
from fairway.leads.actions.capture import LeadValues, Origin, PersonValues, prepared_row
from fairway.leads.queries.duplicates import known_of

KEPT, NEW, CHUNK = (100_000, 1_000_000), 10_000, 2_000
QUICK_KEPT, QUICK_NEW = (2_000, 20_000), 1_000
_LEAD = (
    "id uid vendor_id state external_id source title company name_key domain_key country city postal_code captured_at"
)
_LEAD += (
    " source_detail campaign description industry state_code currency consent_text waiting_because offers_made stage"
)
_LEAD += " next_step touches close_reason extra version"
_PERSON = (
    "uid vendor_id lead_id first_name last_name job_title email email_key phone phone_key street sound_key near_key"
)
_PERSON += " person_key address_key"
_EMPTY = {"state": "captured", "external_id": "", "source": "bench", "offers_made": 0, "touches": 0, "extra": "{}"}


def run(quick: bool) -> None:
    kept, count = (QUICK_KEPT, QUICK_NEW) if quick else (KEPT, NEW)
    seconds: dict[int, float] = {}
    with bench_vendor() as vendor:
        have = 0
        for size in kept:
            built, _nothing = timed(lambda have=have, size=size: _fill(vendor.pk, have, size))
            have = size
            actor = system_member(vendor.pk, "Bench")
            leads = list(new_leads(count, size))
            with as_web():
                floor = _probes(actor, leads)
                seconds[size], found = timed(lambda leads=leads, actor=actor: _known(actor, leads))
            right, proposed, doubles = _judged(leads, found, size)
    say(
        "dedup", count / seconds[kept[-1]], "leads/s", floor=count / floor, n=count,
        floor_is="one index probe a lead (its mailbox or its name), one statement for each, as the web",
        among=kept[-1], growth=exponent((kept[0], seconds[kept[0]]), (kept[-1], seconds[kept[-1]])),
        growth_of="seconds for the same new leads as the kept grow", small=round(count / seconds[kept[0]]),
        recall=round(right / doubles, 4), precision=round(right / max(1, proposed), 4), doubles=doubles,
        filled_a_second=round((kept[-1] - kept[0]) / built),
    )  # fmt: skip


def _row(lead: Written) -> dict[str, Any]:
    values = LeadValues(
        need="Offer", company=lead.company, website=lead.website, country=lead.country, city=lead.city,
        postal_code=lead.postal_code,
    )  # fmt: skip
    person = PersonValues(lead.first_name, lead.last_name, "", lead.email, lead.phone, lead.street)
    return prepared_row(values, person, Origin("bench"))


def _fill(vendor_id: int, start: int, end: int) -> None:
    """Copy leads and people in, as the owner; ids count on from those the tables hold."""
    with connection.cursor() as cursor:
        for first in range(start, end, 20_000):
            numbers = range(first, min(end, first + 20_000))
            cursor.execute("SELECT nextval(pg_get_serial_sequence('leads_lead', 'id')) FROM generate_series(1, %s)",
                           [len(numbers)])  # fmt: skip
            ids = [pk for (pk,) in cursor.fetchall()]
            rows = [_row(original(number)) for number in numbers]
            _copy(cursor, "leads_lead", _LEAD.split(), _leads(rows, ids, vendor_id, numbers))
            _copy(cursor, "leads_leadperson", _PERSON.split(), _people(rows, ids, vendor_id))
        for table in ("leads_lead", "leads_leadperson"):
            cursor.execute(f"ANALYZE {table}")


def _leads(rows: Sequence[dict[str, Any]], ids: Sequence[int], vendor_id: int, numbers: range) -> Iterator[list[Any]]:
    """The company's number is kept as `source_detail`: the truth, which nobody asks while it is timed."""
    at = clock.now().isoformat()
    for row, pk, uid, number in zip(rows, ids, uuid7_many(len(rows)), numbers, strict=True):
        whole = {**dict.fromkeys(_LEAD.split(), ""), **row, **_EMPTY, "id": pk, "uid": uid, "vendor_id": vendor_id}
        whole |= {"captured_at": at, "version": 1, "source_detail": str(number)}
        yield [whole[name] for name in _LEAD.split()]


def _people(rows: Sequence[dict[str, Any]], ids: Sequence[int], vendor_id: int) -> Iterator[list[Any]]:
    for row, pk, uid in zip(rows, ids, uuid7_many(len(rows)), strict=True):
        whole = {**row, "uid": uid, "vendor_id": vendor_id, "lead_id": pk}
        yield [whole[name] for name in _PERSON.split()]


def _copy(cursor: Any, table: str, columns: Sequence[str], rows: Iterator[list[Any]]) -> None:
    with cursor.copy(f"COPY {table} ({', '.join(columns)}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


def _probes(actor: Any, leads: Sequence[Written]) -> float:
    """Seconds of one look into an index for each lead."""
    rows = [_row(lead) for lead in leads]
    with acting_for(actor), connection.cursor() as cursor:
        begin = time.perf_counter()
        for row in rows:
            if row["email_key"]:
                cursor.execute("SELECT lead_id FROM leads_leadperson WHERE vendor_id = %s AND email_key = %s LIMIT 1",
                               [actor.vendor_id, row["email_key"]])  # fmt: skip
            else:
                cursor.execute("SELECT id FROM leads_lead WHERE vendor_id = %s AND name_key = %s LIMIT 1",
                               [actor.vendor_id, row["name_key"]])  # fmt: skip
            cursor.fetchall()
        return time.perf_counter() - begin


def _known(actor: Any, leads: Sequence[Written]) -> list[int]:
    """Id of the best proposal of each, 0 for none."""
    best: list[int] = []
    waiting = iter(leads)
    while chunk := list(islice(waiting, CHUNK)):
        rows = [_row(lead) for lead in chunk]
        for row, uid in zip(rows, uuid7_many(len(rows)), strict=True):
            row["uid"] = uid
        with acting_for(actor):
            found = known_of(rows, "bench")
        best += [found[i].others[0].lead_id or 0 if i in found and found[i].others else 0 for i in range(len(rows))]
    return best


def _judged(leads: Sequence[Written], best: Sequence[int], size: int) -> tuple[int, int, int]:
    """(right proposals, proposals, doubles there are). One that stands before in the same capture counts as none."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, source_detail FROM leads_lead WHERE id = ANY (%s)", [list(set(best))])
        number_of = {pk: int(number) for pk, number in cursor.fetchall()}
    right = sum(number_of.get(pk) == lead.company_number for lead, pk in zip(leads, best, strict=True))
    return right, sum(pk != 0 for pk in best), sum(lead.company_number < size for lead in leads)

"""Leads routed a second: rules, eligibility, fit, capacity, decisions, offers, deadlines, events, notifications.

- `table`: the partners of the vendor that has most of them (701 made ones when there is none), copied to a vendor
  of the bench. This is the figure of record.
- `large`: 8,500 partners.
- `process`: the same as `table` with scoring before it, as a lead that comes in gets it.

The floor is COPY, by the owner, of the very rows that routing wrote: decisions, offers, events.
"""

from collections import Counter
from collections.abc import Callable

import numpy as np
from django.db import connection

from benchmarks._harness import as_web, bench_vendor, copy_floor, main, say, timed
from fairway.core import clock
from fairway.core.access import Member, system_member
from fairway.core.tenancy.acting import acting_for
from fairway.core.tenancy.models import Organization
from fairway.leads.actions.capture import LeadValues, Origin, PersonValues, capture_many
from fairway.leads.actions.policies import ensure_policies
from fairway.leads.actions.routing import route_leads
from fairway.leads.actions.scoring import score_leads

LEADS, QUICK = 10_000, 1_000
TARGET = 1_000
ROOM = 40
_CITIES = [
    ("New York", "NY", 40.71, -74.01), ("Chicago", "IL", 41.88, -87.63), ("Seattle", "WA", 47.61, -122.33),
    ("Austin", "TX", 30.27, -97.74), ("Denver", "CO", 39.74, -104.98), ("Miami", "FL", 25.76, -80.19),
    ("Portland", "OR", 45.52, -122.68), ("Boston", "MA", 42.36, -71.06), ("Los Angeles", "CA", 34.05, -118.24),
]  # fmt: skip

_PARTNERS = """
WITH made AS (
  INSERT INTO core_organization (uid, name, is_vendor, country, time_zone, currency, created_at)
  SELECT gen_random_uuid(), 'Bench ' || i, false, 'US', 'America/New_York', 'USD', now()
    FROM generate_series(1, %(count)s) i RETURNING id)
INSERT INTO core_partner (uid, vendor_id, organization_id, external_id, name, sort_name, state, country, time_zone,
  version, created_at)
SELECT gen_random_uuid(), %(vendor)s, id, 'B-' || id, 'Bench partner ' || id, 'bench partner ' || id, 'active', 'US',
  'America/New_York', 1, now() FROM made"""

_PROFILES = """
INSERT INTO partners_profile (uid, vendor_id, partner_id, kinds, verticals, product_lines, phone, website, address,
  city, state_code, state_name, postal_code, latitude, longitude, lead_capacity, accepts_leads, extra)
SELECT gen_random_uuid(), %(vendor)s, p.id, '{var}', '{}', '{}', '', '', '', '', s.state, '', '', s.latitude,
  s.longitude, %(room)s, true, '{}'
 FROM (SELECT id, row_number() OVER (ORDER BY id) AS n FROM core_partner WHERE vendor_id = %(vendor)s) p
 JOIN unnest(%(states)s::text[], %(latitudes)s::float8[], %(longitudes)s::float8[])
   WITH ORDINALITY AS s(state, latitude, longitude, n) ON s.n = p.n"""

_PEOPLE = """
WITH made AS (
  INSERT INTO core_user (uid, email, name, password, language, time_zone, is_active, joined_at)
  SELECT gen_random_uuid(), 'p' || id || '@bench.invalid', 'Bench seller', '!', 'en', 'UTC', true, now()
    FROM core_partner WHERE vendor_id = %(vendor)s RETURNING id, email)
INSERT INTO core_seat (uid, vendor_id, user_id, organization_id, partner_id, role, name, email, is_active, created_at)
SELECT gen_random_uuid(), %(vendor)s, m.id, p.organization_id, p.id, 'seller', 'Bench seller', m.email, true, now()
  FROM made m JOIN core_partner p ON p.vendor_id = %(vendor)s AND m.email = 'p' || p.id || '@bench.invalid'"""

_IN_THE_TABLE = """
SELECT coalesce(f.state_code, ''), f.latitude, f.longitude FROM core_partner p
  LEFT JOIN partners_profile f ON f.vendor_id = p.vendor_id AND f.partner_id = p.id
 WHERE p.state = 'active' AND p.vendor_id =
   (SELECT vendor_id FROM core_partner WHERE state = 'active' GROUP BY 1 ORDER BY count(*) DESC LIMIT 1)"""


def places_in_table(least: int = 100) -> tuple[list[str], list[float | None], list[float | None]] | None:
    """States, latitudes and longitudes of the active partners of the vendor with most of them."""
    with connection.cursor() as cursor:
        cursor.execute(_IN_THE_TABLE)
        rows = cursor.fetchall()
    if len(rows) < least:
        return None
    states, latitudes, longitudes = zip(*rows, strict=True)
    return list(states), list(latitudes), list(longitudes)


def made_places(count: int) -> tuple[list[str], list[float | None], list[float | None]]:
    """Places around nine cities; the same every time."""
    rng = np.random.default_rng(11)
    chosen = [_CITIES[i] for i in rng.integers(0, len(_CITIES), count)]
    away = rng.normal(0, 1.5, (count, 2))
    latitudes: list[float | None] = [city[2] + float(shift[0]) for city, shift in zip(chosen, away, strict=True)]
    longitudes: list[float | None] = [city[3] + float(shift[1]) for city, shift in zip(chosen, away, strict=True)]
    return [city[1] for city in chosen], latitudes, longitudes


def seed_partners(
    vendor: Organization, places: tuple[list[str], list[float | None], list[float | None]], room: int
) -> int:
    states, latitudes, longitudes = places
    values = {
        "vendor": vendor.pk, "count": len(states), "room": room, "states": states, "latitudes": latitudes,
        "longitudes": longitudes,
    }  # fmt: skip
    with connection.cursor() as cursor:
        for statement in (_PARTNERS, _PROFILES, _PEOPLE):
            cursor.execute(statement, values)
        cursor.execute("ANALYZE core_partner, partners_profile, core_seat")
    return len(states)


def seed_leads(actor: Member, count: int) -> list[int]:
    """Leads around the same cities, every tenth without a place, every twentieth without a state either."""
    rng = np.random.default_rng(5)
    rows = []
    for i, city in enumerate(rng.integers(0, len(_CITIES), count)):
        name, state, _lat, _lon = _CITIES[city]
        place = {"city": name if i % 10 else "", "state_code": state if i % 20 else ""}
        about = {"employees": int(rng.integers(1, 900)), "timeframe_days": int(rng.integers(1, 500))}
        values = LeadValues(need=f"Need {i}", country="US", description="As asked in the form.", **place, **about)
        rows.append((values, PersonValues(last_name="Sample", email=f"x{i}@customer{i}.example")))
    with acting_for(actor):
        made = capture_many(rows, origin=Origin("bench"), actor=actor, at=clock.now(), process=False, place=True)
    return [one.lead_id for one in made]


def run(case: str, places: Callable[[], tuple[list[str], list[float | None], list[float | None]]], quick: bool) -> None:
    count = QUICK if quick else LEADS
    with bench_vendor() as vendor:
        partners = seed_partners(vendor, places(), ROOM)
        actor = system_member(vendor.pk, "Bench", kind="rule")
        with as_web():
            ensure_policies(actor=actor, at=clock.now())
            ids = seed_leads(actor, count)
            if case != "process":
                score_leads(lead_ids=ids, actor=actor, at=clock.now())
            seconds, outcomes = timed(lambda: _work(case, ids, actor))
        of_vendor = f"vendor_id = {vendor.pk}"
        floor_seconds, floor_rows = copy_floor(
            {
                "leads_routingdecision": of_vendor,
                "leads_offer": of_vendor,
                "core_event": f"{of_vendor} AND verb IN ('routed', 'offered')",
            }
        )
    say(
        case, count / seconds, "leads/s", floor=count / floor_seconds, n=count,
        floor_is="COPY of the same decision, offer and event rows by the owner",
        partners=partners, outcomes=dict(outcomes), target=TARGET, seconds=round(seconds, 2), floor_rows=floor_rows,
    )  # fmt: skip


def _work(case: str, ids: list[int], actor: Member) -> Counter[str]:
    at = clock.now()
    if case == "process":
        score_leads(lead_ids=ids, actor=actor, at=at)
    return route_leads(lead_ids=ids, actor=actor, at=at)


CASES: dict[str, Callable[[bool], None]] = {
    "table": lambda quick: run("table", lambda: places_in_table() or made_places(701), quick),
    "large": lambda quick: run("large", lambda: made_places(8_500), quick),
    "process": lambda quick: run("process", lambda: places_in_table() or made_places(701), quick),
}

if __name__ == "__main__":
    main(CASES)

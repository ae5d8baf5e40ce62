"""The big run: from unscored rows to committed offers, decisions and events.

8,500 active of 27,500 partners, 200 rules that match evenly, at 10,000 and at 100,000 leads. The floor is COPY, by
the owner, of the very offer, decision and event rows into tables with the same indexes. Afterwards a second connection
counts one decision and one event for every lead, and 200 decisions chosen at random are replayed. Partners' people
are told of the offers by jobs, which are put in the queue here and not run.
"""

import json
import math
import os
from typing import Any

import numpy as np
import psycopg
from django.db import connection

from benchmarks._harness import as_web, bench_vendor, copy_floor, say, timed
from benchmarks._leads._growth import exponent
from fairway.core import clock
from fairway.core.access import Member, system_member
from fairway.core.tenancy.models import Organization
from fairway.leads.actions.policies import ensure_policies
from fairway.leads.actions.routing import route_leads
from fairway.leads.actions.scoring import score_leads
from fairway.leads.queries.replay import replay_many

SIZES, QUICK = (10_000, 100_000), (2_000,)
PARTNERS, ACTIVE = 27_500, 8_500
LINES, INDUSTRIES = 10, 20
REPLAYED = 200
TARGET, TARGET_RATIO = 3_000, 6.0

_PARTNERS = """
WITH made AS (
  INSERT INTO core_organization (uid, name, is_vendor, country, time_zone, currency, created_at)
  SELECT gen_random_uuid(), 'Bench ' || i, false, 'US', 'America/New_York', 'USD', now()
    FROM generate_series(1, %(partners)s) i RETURNING id, name)
INSERT INTO core_partner (uid, vendor_id, organization_id, external_id, name, sort_name, state, country, time_zone,
  version, created_at)
SELECT gen_random_uuid(), %(vendor)s, id, 'B-' || n, 'Bench partner ' || n, 'bench partner ' || n,
  CASE WHEN n <= %(active)s THEN 'active' ELSE 'inactive' END,
  (ARRAY['US', 'DE', 'FR', 'GB', 'IT', 'ES', 'NL', 'PL', 'SE', 'CA'])[1 + n %% 10],
  (ARRAY['America/New_York', 'Europe/Berlin', 'Europe/Paris', 'Europe/London', 'Europe/Rome', 'Europe/Madrid',
   'Europe/Amsterdam', 'Europe/Warsaw', 'Europe/Stockholm', 'America/Toronto'])[1 + n %% 10], 1, now()
 FROM (SELECT id, substr(name, 7)::int AS n FROM made) m ORDER BY n"""

_PROFILES = """
INSERT INTO partners_profile (uid, vendor_id, partner_id, kinds, verticals, product_lines, phone, website, address,
  city, state_code, state_name, postal_code, latitude, longitude, lead_capacity, accepts_leads, extra)
SELECT gen_random_uuid(), %(vendor)s, id, '{var}', ARRAY['Industry ' || n %% 20, 'Industry ' || (n / 20) %% 20],
  ARRAY['P' || n %% 7, 'P' || (7 + n %% 3)], '', '', '', 'Town ' || n %% 300, '', '', '', 40 + 15 * sin(n), 5 + 9 *
  cos(n * 1.7), %(room)s, true, '{}'
 FROM (SELECT id, substr(external_id, 3)::int AS n FROM core_partner WHERE vendor_id = %(vendor)s) p"""

_CREDENTIALS = """
INSERT INTO partners_credential (uid, vendor_id, partner_id, code, name, issued_on)
SELECT gen_random_uuid(), %(vendor)s, id, 'C' || (n * k) %% 11, 'Certificate', '2026-01-01'
 FROM (SELECT id, substr(external_id, 3)::int AS n FROM core_partner WHERE vendor_id = %(vendor)s) p,
  generate_series(1, 5) k ON CONFLICT DO NOTHING"""

_PEOPLE = """
WITH made AS (
  INSERT INTO core_user (uid, email, name, password, language, time_zone, is_active, joined_at)
  SELECT gen_random_uuid(), 'p' || id || '@bench.invalid', 'Bench seller', '!', 'en', 'UTC', true, now()
    FROM core_partner WHERE vendor_id = %(vendor)s AND state = 'active' RETURNING id, email)
INSERT INTO core_seat (uid, vendor_id, user_id, organization_id, partner_id, role, name, email, is_active, created_at)
SELECT gen_random_uuid(), %(vendor)s, m.id, p.organization_id, p.id, 'seller', 'Bench seller', m.email, true, now()
  FROM made m JOIN core_partner p ON p.vendor_id = %(vendor)s
   AND p.id = split_part(substr(m.email, 2), '@', 1)::bigint"""

_LINES = """INSERT INTO catalog_productline (uid, vendor_id, code, name)
 SELECT gen_random_uuid(), %(vendor)s, 'P' || i, 'Line ' || i FROM generate_series(0, 9) i"""

_LEADS = """
WITH made AS (
  INSERT INTO leads_lead (uid, vendor_id, state, external_id, source, source_detail, campaign, title, description,
   company, name_key, domain_key, industry, employees, country, state_code, city, postal_code, latitude, longitude,
   product_line_id, amount_minor, currency, timeframe_days, consent_text, captured_at, waiting_because, offers_made,
   stage, next_step, touches, close_reason, extra, version)
  SELECT gen_random_uuid(), %(vendor)s, 'captured', 'L-' || n, 'bench', '', '', 'Need ' || n,
   'Wi-Fi for ' || n || ' rooms. Call Sample of Company ' || n || ' at +1 212 555 0100.',
   'Company ' || n, 'company ' || n, 'customer' || n || '.example', 'Industry ' || n %% 20,
   1 + (n * 7919) %% 900, (ARRAY['US', 'DE', 'FR', 'GB', 'IT', 'ES', 'NL', 'PL', 'SE', 'CA'])[1 + (n / 200) %% 10], '',
   'Town ' || n %% 400, '', 40 + 15 * sin(n * 1.3), 5 + 9 * cos(n * 0.7), l.id, (n * 104729) %% 9000000, 'USD',
   1 + (n * 31) %% 500, '', now() - make_interval(secs => n), '', 0, '', '', 0, '', '{}', 1
   FROM generate_series(0::bigint, %(leads)s - 1) n
   JOIN catalog_productline l ON l.vendor_id = %(vendor)s AND l.code = 'P' || (n / 20) %% 10
  RETURNING id, external_id)
INSERT INTO leads_leadperson (uid, vendor_id, lead_id, first_name, last_name, job_title, email, email_key, phone,
  phone_key)
SELECT gen_random_uuid(), %(vendor)s, id, 'Karen', 'Sample', '', 'x@customer.example', 'x@customer.example', '', ''
 FROM made"""


def _rule(number: int) -> dict[str, Any]:
    """One of 200: a product line and an industry each, so that every 200th lead is its own."""
    line, industry = divmod(number, INDUSTRIES)
    when = [
        {"field": "lead.product_line", "op": "is", "value": f"P{line}"},
        {"field": "lead.industry", "op": "is", "value": f"Industry {industry}"},
    ]
    who = {"field": "partner.credentials", "op": "includes_any", "value": [f"C{number % 11}", f"C{(number + 4) % 11}"]}
    weights = {"distance": 40, "record": 20 + number % 20, "room": 20, "turn": 10}
    far = None if number % 2 else 2_500
    return {
        "uid": f"r{number}", "name": f"Rule {number}", "when": {"all": when}, "who": {"all": [who]},
        "match": ["country"], "action": {"kind": "best", "weights": weights, "max_km": far},
        "limit_hours": 8 + number % 3, "partners_at_most": 3,
    }  # fmt: skip


def seed(
    vendor: Organization, leads: int, actor: Member, *, partners: int = PARTNERS, active: int = ACTIVE
) -> list[int]:
    """The world of one run; returns the ids of the leads."""
    room = math.ceil(2.5 * max(leads, 10_000) / active)
    values = {"vendor": vendor.pk, "partners": partners, "active": active, "room": room, "leads": leads}
    with connection.cursor() as cursor:
        cursor.execute(_PARTNERS, values)
        cursor.execute("ANALYZE core_partner")
        for statement in (_PROFILES, _CREDENTIALS, _PEOPLE, _LINES, _LEADS):
            cursor.execute(statement, values)
        for table in ("partners_profile", "partners_credential", "core_seat", "leads_lead", "leads_leadperson"):
            cursor.execute(f"ANALYZE {table}")
        cursor.execute("SELECT id FROM leads_lead WHERE vendor_id = %s ORDER BY id", [vendor.pk])
        ids = [row[0] for row in cursor.fetchall()]
    with as_web():
        ensure_policies(actor=actor, at=clock.now())
    rules = [_rule(number) for number in range(LINES * INDUSTRIES)]
    with connection.cursor() as cursor:
        cursor.execute("UPDATE leads_routingpolicy SET rules = %s WHERE vendor_id = %s", [json.dumps(rules), vendor.pk])
    return ids


def work(ids: list[int], actor: Member) -> dict[str, int]:
    at = clock.now()
    score_leads(lead_ids=ids, actor=actor, at=at)
    return dict(route_leads(lead_ids=ids, actor=actor, at=at))


_COUNTS = """SELECT
 (SELECT count(*) FROM leads_lead WHERE vendor_id = %(v)s),
 (SELECT count(*) FROM leads_routingdecision WHERE vendor_id = %(v)s),
 (SELECT count(DISTINCT lead_id) FROM leads_routingdecision WHERE vendor_id = %(v)s),
 (SELECT count(*) FROM core_event WHERE vendor_id = %(v)s AND subject_type = 'lead' AND verb = 'routed'),
 (SELECT count(DISTINCT subject_id) FROM core_event
   WHERE vendor_id = %(v)s AND subject_type = 'lead' AND verb = 'routed'),
 (SELECT count(*) FROM leads_offer WHERE vendor_id = %(v)s AND state = 'open'),
 (SELECT count(*) FROM leads_lead WHERE vendor_id = %(v)s AND state = 'offered')"""


def counted_by_another(vendor_id: int) -> dict[str, int]:
    """What a connection of its own sees committed. Raises when a lead has not exactly one decision and one event."""
    with psycopg.connect(os.environ["DATABASE_URL"]) as other:
        found = other.execute(_COUNTS, {"v": vendor_id}).fetchone() or ()
    leads, decisions, decided, events, told, offers, offered = found
    if not leads == decisions == decided == events == told or offers != offered:
        raise RuntimeError(f"Not one decision and one event for each lead: {found}")
    return {"decisions": decisions, "events": events, "offers": offers}


def spread(vendor_id: int) -> dict[str, Any]:
    """How evenly the rules matched, and how many candidates the median lead had."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT rule_number, count(*) FROM leads_routingdecision WHERE vendor_id = %s GROUP BY 1", [vendor_id]
        )
        rules = [count for _rule_number, count in cursor.fetchall()]
        cursor.execute(
            "SELECT percentile_disc(0.5) WITHIN GROUP (ORDER BY considered - (SELECT coalesce(sum(value::int), 0)"
            " FROM jsonb_each_text(excluded))) FROM leads_routingdecision WHERE vendor_id = %s",
            [vendor_id],
        )
        median = cursor.fetchone()[0]
    return {"rules": len(rules), "leads_per_rule": [min(rules), max(rules)], "median_candidates": int(median)}


def replayed(vendor_id: int, actor: Member, ids: list[int]) -> int:
    """How many of 200 decisions chosen at random come out the same when they are taken again."""
    chosen = np.random.default_rng(17).choice(ids, size=min(REPLAYED, len(ids)), replace=False)
    with as_web():
        found = replay_many(lead_ids=[int(pk) for pk in chosen], actor=actor)
    return sum(one.is_same for one in found)


def one_size(count: int) -> float:
    with bench_vendor() as vendor:
        actor = system_member(vendor.pk, "Bench", kind="rule")
        ids = seed(vendor, count, actor)
        with as_web():
            seconds, outcomes = timed(lambda: work(ids, actor))
        seen = counted_by_another(vendor.pk)
        detail = spread(vendor.pk) | seen
        same = replayed(vendor.pk, actor, ids)
        of_vendor = f"vendor_id = {vendor.pk}"
        floor_seconds, floor_rows = copy_floor(
            {
                "leads_routingdecision": of_vendor,
                "leads_offer": of_vendor,
                "core_event": f"{of_vendor} AND verb IN ('routed', 'offered')",
            }
        )
    say(
        "route", count / seconds, "leads/s", floor=count / floor_seconds, n=count,
        floor_is="COPY of the same offer, decision and event rows by the owner", partners=PARTNERS, active=ACTIVE,
        outcomes=outcomes, replayed_the_same=same, seconds=round(seconds, 2), floor_rows=floor_rows, target=TARGET,
        target_ratio=TARGET_RATIO, **detail,
    )  # fmt: skip
    return seconds


def run(quick: bool) -> None:
    sizes = QUICK if quick else SIZES
    seconds = {size: one_size(size) for size in sizes}
    if len(sizes) > 1:
        growth = exponent((sizes[0], seconds[sizes[0]]), (sizes[1], seconds[sizes[1]]))
        say("route_growth", growth, "exponent", floor=1.0, floor_is="time proportional to leads", n=sizes[1])

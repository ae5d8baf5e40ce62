"""Scoring leads by the published card, in bulk; one lead is a batch of one."""

import json
from collections.abc import Sequence
from datetime import datetime

from django.db import connection

from fairway.core.access import Member
from fairway.core.events.record import record_many
from fairway.core.ids import uuid7_many
from fairway.core.tenancy.acting import acting_for
from fairway.leads.conditions import LEADS, columns_of, lead_values, subject_in, vendor_currency
from fairway.leads.models import Lead, PolicyState, ScoreCard
from fairway.leads.queries.subjects import lead_rows
from fairway.leads.rules.scoring import Score, parse_card, score_many

CHUNK = 2000

_INSERT = """INSERT INTO leads_leadscore AS old (uid, vendor_id, lead_id, card_id, points, band, reasons, scored_at)
 SELECT x.uid, %s, x.lead_id, %s, x.points, x.band, x.reasons, %s
  FROM json_to_recordset(%s::json) AS x(uid uuid, lead_id bigint, points int, band text, reasons jsonb)
 ON CONFLICT (vendor_id, lead_id) DO UPDATE SET card_id = EXCLUDED.card_id, points = EXCLUDED.points,
  band = EXCLUDED.band, reasons = EXCLUDED.reasons, scored_at = EXCLUDED.scored_at
  WHERE (old.card_id, old.points, old.band, old.reasons)
   IS DISTINCT FROM (EXCLUDED.card_id, EXCLUDED.points, EXCLUDED.band, EXCLUDED.reasons)
 RETURNING lead_id"""


def score_leads(*, lead_ids: Sequence[int], actor: Member, at: datetime) -> int:
    """Score the leads by the published card; returns how many got another score than they had.

    Without a published card nothing happens. Enters `acting_for` itself, chunk by chunk.
    """
    changed = 0
    for start in range(0, len(lead_ids), CHUNK):
        with acting_for(actor):
            changed += _score_chunk(lead_ids[start : start + CHUNK], actor, at)
    return changed


def _score_chunk(lead_ids: Sequence[int], actor: Member, at: datetime) -> int:
    stored = ScoreCard.objects.filter(state=PolicyState.PUBLISHED).first()
    if stored is None:
        return 0
    currency = vendor_currency()
    card = parse_card(stored.rules, stored.bands, subject_in(LEADS, currency), strict=False)
    rows = lead_rows(lead_ids)
    values = [lead_values(row, currency) for row in rows]
    scores = score_many(card, values, columns_of(values, card.field_names))
    by_lead = dict(zip((row["id"] for row in rows), scores, strict=True))
    changed = _write(by_lead, stored, actor.vendor_id, at)
    told = [(lead_id, None, {"points": by_lead[lead_id].points, "band": by_lead[lead_id].band}) for lead_id in changed]
    record_many("scored", Lead, told, actor=actor, at=at)
    return len(changed)


def _write(by_lead: dict[int, Score], card: ScoreCard, vendor_id: int, at: datetime) -> list[int]:
    rows = [
        {"uid": uid, "lead_id": lead_id, "points": score.points, "band": score.band, "reasons": score.reasons}
        for uid, (lead_id, score) in zip(uuid7_many(len(by_lead)), by_lead.items(), strict=True)
    ]
    with connection.cursor() as cursor:
        cursor.execute(_INSERT, [vendor_id, card.pk, at, json.dumps(rows)])
        return sorted(lead_id for (lead_id,) in cursor.fetchall())

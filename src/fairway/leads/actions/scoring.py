"""Scoring leads by the published cards, in bulk; one lead is a batch of one."""

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from fairway.core.access import Member
from fairway.core.events.record import record_many
from fairway.core.ids import uuid7_many
from fairway.core.tenancy.acting import acting_for
from fairway.leads.conditions import LEADS, subject_in, vendor_currency
from fairway.leads.models import Lead, LeadScore, ModelState, ScoreCard, WinModel
from fairway.leads.queries.outcomes import table_of
from fairway.leads.queries.score_cards import OVER, leads_due_by_age, published_cards, score_rows
from fairway.leads.queries.subjects import lead_rows
from fairway.leads.rules.learning.chances import with_reasons
from fairway.leads.rules.scoring import Score

CHUNK = 2000

_INSERT = """INSERT INTO leads_leadscore AS old
  (uid, vendor_id, lead_id, card_id, points, band, reasons, categories, band_until, chance, chance_reasons,
   chance_by_id, scored_at)
 SELECT x.uid, %s, x.lead_id, x.card_id, x.points, x.band, x.reasons, x.categories, x.band_until, x.chance,
   x.chance_reasons, x.chance_by_id, %s
  FROM json_to_recordset(%s::json) AS x(uid uuid, lead_id bigint, card_id bigint, points int, band text,
   reasons jsonb, categories jsonb, band_until timestamptz, chance float8, chance_reasons jsonb, chance_by_id bigint)
 ON CONFLICT (vendor_id, lead_id) DO UPDATE SET card_id = EXCLUDED.card_id, points = EXCLUDED.points,
  band = EXCLUDED.band, reasons = EXCLUDED.reasons, categories = EXCLUDED.categories,
  band_until = EXCLUDED.band_until, chance = EXCLUDED.chance, chance_reasons = EXCLUDED.chance_reasons,
  chance_by_id = EXCLUDED.chance_by_id, scored_at = EXCLUDED.scored_at
  WHERE (old.card_id, old.points, old.band, old.reasons, old.categories, old.band_until, old.chance, old.chance_by_id)
   IS DISTINCT FROM (EXCLUDED.card_id, EXCLUDED.points, EXCLUDED.band, EXCLUDED.reasons, EXCLUDED.categories,
    EXCLUDED.band_until, EXCLUDED.chance, EXCLUDED.chance_by_id)
 RETURNING lead_id"""


def score_leads(*, lead_ids: Sequence[int], actor: Member, at: datetime) -> int:
    """Score each lead by the first published card that is for it; returns how many got another score than they had.

    Without a published card nothing happens. Enters `acting_for` itself, chunk by chunk.
    """
    changed = 0
    for start in range(0, len(lead_ids), CHUNK):
        with acting_for(actor):
            changed += _score_chunk(lead_ids[start : start + CHUNK], actor, at)
    return changed


def rescore_aged(*, actor: Member, at: datetime) -> int:
    """Score again the open leads whose band is another by age alone; returns how many changed. In chunks."""
    changed = 0
    with acting_for(actor):
        LeadScore.objects.filter(band_until__lte=at, lead__state__in=OVER).update(band_until=None)
    while True:
        with acting_for(actor):
            due = leads_due_by_age(at, CHUNK)
            if not due:
                return changed
            changed += _score_chunk(due, actor, at)
            # A card that has no say on a lead any more leaves it as it is: asked once, not for ever.
            LeadScore.objects.filter(lead_id__in=due, band_until__lte=at).update(band_until=None)


def _score_chunk(lead_ids: Sequence[int], actor: Member, at: datetime) -> int:
    currency = vendor_currency()
    asked = published_cards(subject_in(LEADS, currency))
    if not asked:
        return 0
    rows = lead_rows(lead_ids)
    found = score_rows(asked, rows, currency, at)
    scored = [(row, one) for row, one in zip(rows, found, strict=True) if one is not None]
    changed = _write(scored, _chances([row for row, _one in scored], currency), actor.vendor_id, at)
    points = {row["id"]: score for row, (_card, score) in scored}
    told = [(lead_id, None, {"points": points[lead_id].points, "band": points[lead_id].band}) for lead_id in changed]
    record_many("scored", Lead, told, actor=actor, at=at)
    return len(changed)


def _chances(rows: list[dict[str, Any]], currency: str) -> list[dict[str, Any]]:
    """By the model in use; nothing is said without one."""
    model = WinModel.objects.filter(state=ModelState.IN_USE).first()
    if model is None or not rows:
        return [{"chance_reasons": []} for _row in rows]
    found, reasons = with_reasons(model.parameters, table_of(rows, currency), len(rows))
    return [
        {"chance": round(chance, 4), "chance_reasons": told, "chance_by_id": model.pk}
        for chance, told in zip(found.tolist(), reasons, strict=True)
    ]


def _write(
    scored: list[tuple[dict[str, Any], tuple[ScoreCard, Score]]], found: list[dict[str, Any]], vendor_id: int,
    at: datetime,
) -> list[int]:  # fmt: skip
    rows = [
        {"uid": uid, "lead_id": row["id"], "card_id": card.pk, **_told(score, row["captured_at"]), **chance}
        for uid, (row, (card, score)), chance in zip(uuid7_many(len(scored)), scored, found, strict=True)
    ]
    with connection.cursor() as cursor:
        cursor.execute(_INSERT, [vendor_id, at, json.dumps(rows)])
        return sorted(lead_id for (lead_id,) in cursor.fetchall())


def _told(score: Score, captured_at: datetime) -> dict[str, Any]:
    until = score.band_until_days
    return {
        "points": score.points,
        "band": score.band,
        "reasons": score.reasons,
        "categories": score.categories,
        "band_until": None if until is None else (captured_at + timedelta(days=until)).isoformat(),
    }

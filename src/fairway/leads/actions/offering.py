"""Making offers: the one place where a lead is put before a partner, for one lead and for a thousand."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import connection

from fairway.core.access import Member
from fairway.core.events.record import record_many
from fairway.core.ids import uuid7_many
from fairway.core.tenancy.context import current
from fairway.leads.actions.deadlines import set_offer_deadlines
from fairway.leads.models import Offer
from fairway.leads.rules.brief import offer_brief, place_of


@dataclass(frozen=True, slots=True)
class OfferDraft:
    """An offer about to be made. The limit is in minutes of business time; the instants follow from it."""

    lead_id: int
    partner_id: int
    title: str
    place: str
    limit_minutes: int
    remind_at: datetime | None
    lapses_at: datetime
    brief: Mapping[str, Any] = field(default_factory=dict)
    amount_minor: int | None = None
    currency: str = ""
    decision_id: int | None = None


def draft_of(
    lead: Mapping[str, Any],
    partner_id: int,
    *,
    minutes: int,
    instants: tuple[datetime | None, datetime],
    decision_id: int | None = None,
) -> OfferDraft:
    """`lead` is a row of `queries.subjects.lead_rows`; `instants` are (remind at, lapses at)."""
    brief = offer_brief(lead)
    return OfferDraft(
        lead_id=lead["id"],
        partner_id=partner_id,
        title=brief.get("need") or lead["title"],
        place=place_of(lead["city"], lead["state_code"], lead["country"])[:150],
        limit_minutes=minutes,
        remind_at=instants[0],
        lapses_at=instants[1],
        brief=brief,
        amount_minor=lead["amount_minor"],
        currency=lead["currency"],
        decision_id=decision_id,
    )


_LEADS = """UPDATE leads_lead SET state = 'offered', offers_made = offers_made + 1, waiting_because = '',
 waiting_because_words = NULL, version = version + 1
 WHERE vendor_id = %s AND id = ANY(%s) AND state IN ('captured', 'waiting')"""

_OFFERS = """INSERT INTO leads_offer (uid, vendor_id, partner_id, lead_id, decision_id, state, title, brief, place,
  product_line_id, amount_minor, currency, offered_at, lapses_at, limit_minutes, quality, answer_note,
  recall_reason, version)
 SELECT x.uid, %s, x.partner_id, x.lead_id, x.decision_id, 'open', x.title, x.brief, x.place,
  (SELECT l.product_line_id FROM leads_lead l WHERE l.id = x.lead_id), x.amount_minor,
  x.currency, %s, x.lapses_at, x.limit_minutes, '{}', '', '', 1
  FROM json_to_recordset(%s::json) AS x(uid uuid, partner_id bigint, lead_id bigint, decision_id bigint, title text,
   brief jsonb, place text, amount_minor bigint, currency text, lapses_at timestamptz, limit_minutes int)
 RETURNING id, lead_id"""


def insert_offers(drafts: Sequence[OfferDraft], *, actor: Member, at: datetime) -> dict[int, int]:
    """Make the offers with their deadlines and events; returns lead id → offer id.

    Inside `acting_for`, with the leads locked and free (captured or waiting). A lead that is not free stops all.
    """
    if not drafts:
        return {}
    lead_ids = [draft.lead_id for draft in drafts]
    with connection.cursor() as cursor:
        cursor.execute(_LEADS, [current().vendor_id, lead_ids])
        if cursor.rowcount != len(drafts):
            raise RuntimeError("A lead was not free to be offered. Lock the leads before making offers.")
        cursor.execute(_OFFERS, [current().vendor_id, at, _as_json(drafts)])
        offer_of = {lead_id: offer_id for offer_id, lead_id in cursor.fetchall()}
    set_offer_deadlines([(offer_of[draft.lead_id], draft.remind_at, draft.lapses_at) for draft in drafts])
    record_many(
        "offered",
        Offer,
        [
            (offer_of[draft.lead_id], draft.partner_id, {"lead": draft.lead_id, "limit_minutes": draft.limit_minutes})
            for draft in drafts
        ],
        actor=actor,
        at=at,
        audience="partner",
    )
    return offer_of


def _as_json(drafts: Sequence[OfferDraft]) -> str:
    rows = [
        {
            "uid": uid,
            "partner_id": draft.partner_id,
            "lead_id": draft.lead_id,
            "decision_id": draft.decision_id,
            "title": draft.title,
            "brief": draft.brief,
            "place": draft.place,
            "amount_minor": draft.amount_minor,
            "currency": draft.currency,
            "lapses_at": draft.lapses_at.isoformat(),
            "limit_minutes": draft.limit_minutes,
        }
        for uid, draft in zip(uuid7_many(len(drafts)), drafts, strict=True)
    ]
    return in_json(rows)


_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), check_circular=False).encode


def in_json(rows: Sequence[Mapping[str, Any]]) -> str:
    """Rows for `json_to_recordset`."""
    return _encode(rows)

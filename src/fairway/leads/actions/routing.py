"""Routing leads by the published policy, in bulk; one lead is a batch of one."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import connection
from django.utils.translation import gettext as _

from fairway.core.access import Member, require
from fairway.core.events.record import record_many
from fairway.core.ids import uuid7_many
from fairway.core.tenancy.acting import acting_for
from fairway.leads.actions.offering import OfferDraft, draft_of, insert_offers
from fairway.leads.conditions import CANDIDATES, LEADS, subject_in, vendor_currency
from fairway.leads.models import Lead, PolicyState, RoutingPolicy
from fairway.leads.queries.limits import limit_instants
from fairway.leads.queries.routing import Routed, decide, partner_table, places_of_partners
from fairway.leads.queries.subjects import lead_rows
from fairway.leads.rules.candidates import PartnerTable
from fairway.leads.rules.routing import Rule, parse_rules
from fairway.leads.rules.states import LEAD

CHUNK = 1000
# Routing of one vendor goes one chunk after the other, so that two workers cannot both fill a partner's last place.
ROUTING_LOCK = 0x726F7574


def route_leads(*, lead_ids: Sequence[int], actor: Member, at: datetime) -> Counter[str]:
    """Route those of the leads that are free (captured or waiting); returns how many had which outcome.

    Better scores first, then first come. A lead that another transaction holds is left to it. Enters `acting_for`
    itself, chunk by chunk.
    """
    require(actor, "lead.route")
    outcomes: Counter[str] = Counter()
    for start in range(0, len(lead_ids), CHUNK):
        with acting_for(actor):
            outcomes += _route_chunk(lead_ids[start : start + CHUNK], actor, at)
    return outcomes


def _route_chunk(lead_ids: Sequence[int], actor: Member, at: datetime) -> Counter[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [ROUTING_LOCK, actor.vendor_id % (1 << 31)])
    free = Lead.objects.filter(pk__in=lead_ids, state__in=LEAD.states_allowing("offer"))
    locked = list(free.order_by("pk").select_for_update(skip_locked=True, of=("self",)).values_list("pk", flat=True))
    rows = sorted(lead_rows(locked), key=lambda row: (-(row["points"] or 0), row["captured_at"], row["id"]))
    if not rows:
        return Counter()
    policy = RoutingPolicy.objects.filter(state=PolicyState.PUBLISHED).first()
    currency = vendor_currency()
    rules, partners = _rules(policy, currency), partner_table(at)
    routed = decide(rows, rules, partners, at, currency)
    news = [one for one in routed if not _said_before(one)]
    decision_ids = _write_decisions(news, policy, partners, actor, at)
    _offer(news, decision_ids, rules, partners, actor, at)
    _let_wait(news)
    _tell(news, partners, actor, at)
    return Counter(one.decision.outcome for one in routed)


def _rules(policy: RoutingPolicy | None, currency: str) -> tuple[Rule, ...]:
    if policy is None:
        return ()
    return parse_rules(policy.rules, subject_in(LEADS, currency), subject_in(CANDIDATES, currency), strict=False)


def _said_before(one: Routed) -> bool:
    """A lead that goes on waiting for the same reason is not news."""
    return one.decision.partner is None and one.decision.waiting_because == one.row["waiting_because"]


_DECISIONS = """INSERT INTO leads_routingdecision (uid, vendor_id, lead_id, policy_id, rule_number, rule_name, outcome,
  partner_id, considered, candidates, excluded, reasons, note, decided_by_id, decided_at)
 SELECT x.uid, %s, x.lead_id, %s, x.rule_number, x.rule_name, x.outcome, x.partner_id, x.considered, x.candidates,
  x.excluded, x.reasons, x.note, %s, %s
  FROM json_to_recordset(%s::json) AS x(uid uuid, lead_id bigint, rule_number int, rule_name text, outcome text,
   partner_id bigint, considered int, candidates jsonb, excluded jsonb,
   reasons jsonb, note text)
 RETURNING lead_id, id"""


def _write_decisions(
    routed: Sequence[Routed], policy: RoutingPolicy | None, partners: PartnerTable, actor: Member, at: datetime
) -> dict[int, int]:
    """One row a lead; returns lead id → decision id."""
    stored = policy.rules if policy else []
    rows = [
        {
            "uid": uid,
            "lead_id": one.row["id"],
            "rule_number": one.decision.rule,
            "rule_name": stored[one.decision.rule - 1].get("name", "") if one.decision.rule else "",
            "outcome": one.decision.outcome,
            "partner_id": _partner_id(one, partners),
            "considered": one.decision.considered,
            "candidates": one.decision.candidates,
            "excluded": one.decision.excluded,
            "reasons": one.reasons,
            "note": one.decision.waiting_because,
        }
        for uid, one in zip(uuid7_many(len(routed)), routed, strict=True)
    ]
    with connection.cursor() as cursor:
        about = [actor.vendor_id, policy.pk if policy else None, actor.seat_id, at, json.dumps(rows)]
        cursor.execute(_DECISIONS, about)
        return dict(cursor.fetchall())


def _partner_id(one: Routed, partners: PartnerTable) -> int | None:
    return None if one.decision.partner is None else int(partners.ids[one.decision.partner])


def _offer(
    routed: Sequence[Routed],
    decision_ids: Mapping[int, int],
    rules: Sequence[Rule],
    partners: PartnerTable,
    actor: Member,
    at: datetime,
) -> None:
    offered = [one for one in routed if one.decision.partner is not None]
    places = places_of_partners({_partner_id(one, partners) or 0 for one in offered})
    drafts: list[OfferDraft] = []
    for one in offered:
        partner_id = _partner_id(one, partners) or 0
        minutes = rules[(one.decision.rule or 0) - 1].limit_minutes
        instants = limit_instants(*places[partner_id], at, minutes)
        decision_id = decision_ids[one.row["id"]]
        drafts.append(draft_of(one.row, partner_id, minutes=minutes, instants=instants, decision_id=decision_id))
    insert_offers(drafts, actor=actor, at=at)


_WAIT = """UPDATE leads_lead AS l SET state = 'waiting', waiting_because = x.because, version = l.version + 1
 FROM json_to_recordset(%s::json) AS x(id bigint, because text) WHERE l.id = x.id"""


def _let_wait(routed: Sequence[Routed]) -> None:
    waiting = [one for one in routed if one.decision.partner is None]
    if not waiting:
        return
    rows = [
        {"id": one.row["id"], "because": one.decision.waiting_because or _("No rule matches this lead.")}
        for one in waiting
    ]
    with connection.cursor() as cursor:
        cursor.execute(_WAIT, [json.dumps(rows)])


def _tell(routed: Sequence[Routed], partners: PartnerTable, actor: Member, at: datetime) -> None:
    rows = [
        (
            one.row["id"],
            None,
            {"outcome": one.decision.outcome, "rule": one.decision.rule, "considered": one.decision.considered},
        )
        for one in routed
    ]
    record_many("routed", Lead, rows, actor=actor, at=at)

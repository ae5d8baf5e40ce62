"""Routing leads by the published policy, in bulk; one lead is a batch of one."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import isqrt

from django.db import connection

from fairway.core.access import Member, require
from fairway.core.events.record import record_many
from fairway.core.ids import uuid7_many
from fairway.core.tenancy.acting import acting_for
from fairway.core.tenancy.context import current
from fairway.core.told import columns, keep
from fairway.core.words import said as _
from fairway.leads.actions.offering import OfferDraft, draft_of, in_json, insert_offers
from fairway.leads.actions.pooling import pool_leads
from fairway.leads.conditions import vendor_currency
from fairway.leads.models import Lead, PolicyState, RoutingPolicy, RoutingRun
from fairway.leads.queries.bases import bases_at, rows_of_base
from fairway.leads.queries.channel import channel_at
from fairway.leads.queries.limits import limits
from fairway.leads.queries.pools import ToldPool, read_pools, told_pools
from fairway.leads.queries.routing import Deciding, Routed, places_of_partners, table_of_channel
from fairway.leads.queries.runs import Standing, packed_rows, rules_of_policy, standing_of_partners
from fairway.leads.queries.subjects import lead_rows
from fairway.leads.rules.partner_table import PartnerTable, Rows, changed_rows
from fairway.leads.rules.routing import asks_for_wins
from fairway.leads.rules.states import LEAD

CHUNK = 4000
# Routing of one vendor goes one chunk after the other, so that two workers cannot both fill a partner's last place.
ROUTING_LOCK = 0x726F7574


@dataclass(slots=True)
class _Run:
    """One table of partners, for as many chunks as nobody else changes what it says."""

    policy: RoutingPolicy | None
    deciding: Deciding
    standing: Standing
    pools: list[ToldPool]
    row_id: int | None = None

    @property
    def partners(self) -> PartnerTable:
        return self.deciding.router.partners

    def is_still_right(self, policy_id: int | None) -> bool:
        """Whether nobody routed, answered or changed a partner or the rules since the chunk before."""
        same_policy = (self.policy.pk if self.policy else None) == policy_id
        return (
            same_policy
            and self.pools == told_pools()
            and standing_of_partners(self.partners.ids) == self.standing.after(self.partners)
        )


def route_leads(*, lead_ids: Sequence[int], actor: Member, at: datetime) -> Counter[str]:
    """Route those of the leads that are free (captured or waiting); returns how many had which outcome.

    Better scores first, then first come. A lead that another transaction holds is left to it. Enters `acting_for`
    itself, chunk by chunk.
    """
    require(actor, "lead.route")
    outcomes: Counter[str] = Counter()
    run: _Run | None = None
    for start in range(0, len(lead_ids), CHUNK):
        with acting_for(actor):
            run, routed = _route_chunk(lead_ids[start : start + CHUNK], actor, at, run)
            outcomes += routed
    return outcomes


def _route_chunk(
    lead_ids: Sequence[int], actor: Member, at: datetime, run: _Run | None
) -> tuple[_Run | None, Counter[str]]:
    lock_routing(actor.vendor_id)
    free = Lead.objects.filter(pk__any=lead_ids, state__in=LEAD.states_allowing("offer"))
    locked = list(free.order_by("pk").select_for_update(skip_locked=True, of=("self",)).values_list("pk", flat=True))
    rows = sorted(lead_rows(locked), key=lambda row: (-(row["points"] or 0), row["captured_at"], row["id"]))
    if not rows:
        return run, Counter()
    published = RoutingPolicy.objects.filter(state=PolicyState.PUBLISHED)
    if run is None or not run.is_still_right(published.values_list("pk", flat=True).first()):
        run = _new_run(published.first(), at)
    routed = run.deciding.decide(rows)
    news = [one for one in routed if not _said_before(one)]
    if news:
        run.row_id = run.row_id or keep_run(
            run.policy, run.partners.rows, run.deciding.currency, at, run.pools
        )  # fmt: skip
        decision_ids = _write_decisions(news, run, actor, at)
        _offer(news, decision_ids, run, actor, at)
        pooled = [(one.row, one.decision.pooling) for one in news if one.decision.pooling is not None]
        pool_leads(pooled, partners=run.partners, actor=actor, at=at)
        _let_wait(news)
        _tell(news, actor, at)
    return run, Counter(one.decision.outcome for one in routed)


def lock_routing(vendor_id: int) -> None:
    """Let one transaction of a vendor count the partners' room at a time; held until it ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [ROUTING_LOCK, vendor_id % (1 << 31)])


def _new_run(policy: RoutingPolicy | None, at: datetime) -> _Run:
    currency = vendor_currency()
    rules = rules_of_policy(policy, currency)
    channel = channel_at(at)
    partners = table_of_channel(channel, at, with_wins=asks_for_wins(rules))
    standing = Standing(channel.print, tuple(partners.open_leads.tolist()))
    pools = told_pools()
    return _Run(policy, Deciding.by(rules, partners, at, currency, read_pools(pools)), standing, pools)


def keep_run(
    policy: RoutingPolicy | None, rows: Rows, currency: str, at: datetime, pools: Sequence[ToldPool] = ()
) -> int:
    """Keep what is known of the partners, as the difference from an earlier run where that is shorter."""
    base = bases_at(at).first()
    changed, gone = changed_rows(rows_of_base(base.pk), rows) if base else (rows, [])
    if base and len(changed) + len(gone) > max(CHANGES_LEAST, 2 * isqrt(len(rows))):
        base, changed, gone = None, rows, []
    return RoutingRun.objects.create(
        vendor_id=current().vendor_id, policy=policy, base=base, partner_count=len(rows), decided_at=at,
        partners=packed_rows(changed, gone, currency, pools),
    ).pk  # fmt: skip


CHANGES_LEAST = 20


def is_waiting(one: Routed) -> bool:
    return one.decision.partner is None and one.decision.pooling is None


def _said_before(one: Routed) -> bool:
    """A lead that goes on waiting for the same reason is not news."""
    return is_waiting(one) and one.decision.waiting_because == one.row["waiting_because"]


_DECISIONS = """INSERT INTO leads_routingdecision (uid, vendor_id, lead_id, policy_id, run_id, rule_number, rule_name,
  outcome, partner_id, considered, candidates, excluded, reasons, facts, note, note_words, decided_by_id, decided_at)
 SELECT x.uid, %s, x.lead_id, %s, %s, x.rule_number, x.rule_name, x.outcome, x.partner_id, x.considered, x.candidates,
  x.excluded, x.reasons, x.facts, x.note, x.note_words, %s, %s
  FROM json_to_recordset(%s::json) AS x(uid uuid, lead_id bigint, rule_number int, rule_name text, outcome text,
   partner_id bigint, considered int, candidates jsonb, excluded jsonb,
   reasons jsonb, facts jsonb, note text, note_words jsonb)
 RETURNING lead_id, id"""


def _write_decisions(routed: Sequence[Routed], run: _Run, actor: Member, at: datetime) -> dict[int, int]:
    """One row a lead; returns lead id → decision id."""
    policy, ids = run.policy, run.partners.ids.tolist()
    names = [rule.get("name", "") for rule in policy.rules] if policy else []
    rows = [
        {
            "uid": uid,
            "lead_id": one.row["id"],
            "rule_number": one.decision.rule,
            "rule_name": names[one.decision.rule - 1] if one.decision.rule else "",
            "outcome": one.decision.outcome,
            "partner_id": None if one.decision.partner is None else ids[one.decision.partner],
            "considered": one.decision.considered,
            "candidates": one.decision.shortlist,
            "excluded": one.decision.excluded,
            "reasons": one.reasons,
            "facts": one.facts,
            **columns(note=one.decision.waiting_because),
        }
        for uid, one in zip(uuid7_many(len(routed)), routed, strict=True)
    ]
    with connection.cursor() as cursor:
        about = [actor.vendor_id, policy.pk if policy else None, run.row_id, actor.seat_id, at, in_json(rows)]
        cursor.execute(_DECISIONS, about)
        return dict(cursor.fetchall())


def _offer(routed: Sequence[Routed], decision_ids: Mapping[int, int], run: _Run, actor: Member, at: datetime) -> None:
    ids, rules = run.partners.ids.tolist(), run.deciding.router.rules
    offered = [(one, ids[one.decision.partner]) for one in routed if one.decision.partner is not None]
    places = places_of_partners({partner_id for _one, partner_id in offered})
    drafts: list[OfferDraft] = []
    known = limits()
    for one, partner_id in offered:
        rule = rules[(one.decision.rule or 0) - 1]
        minutes = rule.limit_minutes
        instants = known.instants(places[partner_id], at, minutes, rule.uid)
        decision_id = decision_ids[one.row["id"]]
        drafts.append(draft_of(one.row, partner_id, minutes=minutes, instants=instants, decision_id=decision_id))
    insert_offers(drafts, actor=actor, at=at)


_WAIT = """UPDATE leads_lead AS l SET state = 'waiting', waiting_because = x.waiting_because,
  waiting_because_words = x.waiting_because_words, version = l.version + 1
 FROM json_to_recordset(%s::json) AS x(id bigint, waiting_because text, waiting_because_words jsonb)
 WHERE l.id = x.id"""


def _let_wait(routed: Sequence[Routed]) -> None:
    waiting = [one for one in routed if is_waiting(one)]
    if not waiting:
        return
    unmatched = keep(_("No rule matches this lead."))
    rows = [
        {"id": one.row["id"], **columns(waiting_because=one.decision.waiting_because or unmatched)} for one in waiting
    ]
    with connection.cursor() as cursor:
        cursor.execute(_WAIT, [in_json(rows)])


def _tell(routed: Sequence[Routed], actor: Member, at: datetime) -> None:
    rows = [
        (
            one.row["id"],
            None,
            {"outcome": one.decision.outcome, "rule": one.decision.rule, "considered": one.decision.considered},
        )
        for one in routed
    ]
    record_many("routed", Lead, rows, actor=actor, at=at)

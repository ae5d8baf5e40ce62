"""Leads into pools and out of them, and who sees them. Claims are in `actions.claims`."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import connection
from django.utils.translation import gettext as _

from fairway.core.access import Member, require, system_member
from fairway.core.events.record import Happened, record, record_many
from fairway.core.jobs import defer
from fairway.core.lines import Line, line_by_line
from fairway.core.moves import StateConflict, move
from fairway.core.refusals import Refused
from fairway.core.states import TransitionRefused
from fairway.core.tenancy.acting import acting_for
from fairway.core.tenancy.context import current
from fairway.core.tenancy.models import Organization, PartnerState
from fairway.core.told import columns, in_event
from fairway.core.words import Words, said
from fairway.leads.models import Lead, LeadPool, LeadRecall, Offer, PoolAudience, PoolEntry, PoolMember, RoutingDecision
from fairway.leads.queries.pools import audiences_in_use, read_pools, told_pool
from fairway.leads.queries.routing import partner_table
from fairway.leads.rules.brief import offer_brief, place_of
from fairway.leads.rules.partner_table import PartnerTable
from fairway.leads.rules.pool_sight import PoolSight
from fairway.leads.rules.pools import Pooling, Ring, audience_key
from fairway.leads.rules.states import FREE, LEAD, POOL_ENTRY, LeadState
from fairway.workflow.actions.deadlines import cancel_deadlines_of, set_deadlines
from fairway.workflow.queries.hours import hours_of_vendor
from fairway.workflow.rules.business_hours import add_business_time

WIDEN, GIVE_UP = "widen", "give_up"
# One refresh of a vendor's audiences at a time, and none while leads go into pools.
AUDIENCE_LOCK = 0x61756469
Row = Mapping[str, Any]

_LEADS = """UPDATE leads_lead SET state = 'pooled', waiting_because = '', waiting_because_words = NULL,
 version = version + 1 WHERE vendor_id = %s AND id = ANY(%s) AND state IN ('captured', 'waiting')"""


def pool_leads(
    pooled: Sequence[tuple[Row, Pooling]], *, partners: PartnerTable, actor: Member, at: datetime
) -> list[PoolEntry]:
    """Put leads, given as rows of `queries.subjects.lead_rows`, into their pools, with deadlines and events.

    Inside `acting_for`, with the leads locked and free (captured or waiting). One that is not free stops all.
    """
    if not pooled:
        return []
    _hold_audiences(actor.vendor_id, shared=True)
    lead_ids = [row["id"] for row, _pooling in pooled]
    with connection.cursor() as cursor:
        cursor.execute(_LEADS, [current().vendor_id, lead_ids])
        if cursor.rowcount != len(pooled):
            raise RuntimeError("A lead was not free to be pooled. Lock the leads first.")
    pools = {str(pool.uid): pool for pool in LeadPool.objects.filter(uid__in={each.pool for _row, each in pooled})}
    audiences = _audiences([(pools[each.pool], ring) for _row, each in pooled for ring in each.rings], partners, at)
    had = _had_before([row["id"] for row, _pooling in pooled if row["offers_made"]])
    entries = PoolEntry.objects.bulk_create(
        _entry(row, pools[each.pool], [audiences[_key(pools[each.pool], ring)] for ring in each.rings], had, at)
        for row, each in pooled
    )
    both = list(zip(entries, pooled, strict=True))
    _set_deadlines([(entry, pools[each.pool]) for entry, (_row, each) in both], at)
    record_many(
        "pooled", Lead, [(entry.lead_id, None, {"pool": str(pools[each.pool].uid)}) for entry, (_row, each) in both],
        actor=actor, at=at,
    )  # fmt: skip
    return entries


def _entry(
    row: Row, pool: LeadPool, audiences: Sequence[PoolAudience], had: Mapping[int, list[int]], at: datetime
) -> PoolEntry:
    brief = offer_brief(row)
    return PoolEntry(
        vendor_id=current().vendor_id,
        lead_id=row["id"],
        pool=pool,
        audience=audiences[0],
        wider=audiences[1] if len(audiences) > 1 else None,
        title=brief.get("need") or row["title"],
        brief=brief,
        place=place_of(row["city"], row["state_code"], row["country"])[:150],
        country=row["country"],
        state_code=row["state_code"],
        product_line_id=row["product_line_id"],
        amount_minor=row["amount_minor"],
        currency=row["currency"],
        open_most=pool.open_most,
        day_most=pool.day_most,
        hidden_from=had.get(row["id"], []),
        pooled_at=at,
    )


def _had_before(lead_ids: Sequence[int]) -> dict[int, list[int]]:
    had: dict[int, list[int]] = defaultdict(list)
    offers = Offer.objects.filter(lead_id__any=lead_ids).values_list("lead_id", "partner_id")
    for lead_id, partner_id in offers.distinct().order_by():
        had[lead_id].append(partner_id)
    recalls = LeadRecall.objects.filter(lead_id__any=lead_ids).values_list("lead_id", "partner_id")
    for lead_id, partner_id in recalls:
        if partner_id not in had[lead_id]:
            had[lead_id].append(partner_id)
    return had


def _set_deadlines(pooled: Sequence[tuple[PoolEntry, LeadPool]], at: datetime) -> None:
    place = Organization.objects.values_list("country", "time_zone").get(pk=current().vendor_id)
    calendar = hours_of_vendor().calendar(*place, "")
    for kind, name in ((WIDEN, "widen_after_hours"), (GIVE_UP, "gives_up_after_hours")):
        rows = [
            (entry.pk, add_business_time(calendar, at, round(60 * hours)))
            for entry, pool in pooled
            if (hours := getattr(pool, name)) is not None and (kind != WIDEN or entry.wider_id)
        ]
        set_deadlines(PoolEntry, rows, kind)


# Who sees them


def _key(pool: LeadPool, ring: Ring) -> str:
    return audience_key(str(pool.uid), ring.number, ring.shared)


def _audiences(
    wanted: Iterable[tuple[LeadPool, Ring]], partners: PartnerTable, at: datetime
) -> dict[str, PoolAudience]:
    """By key. Those that nobody kept current get their members from what the run knows of the partners."""
    rings = {_key(pool, ring): (pool, ring) for pool, ring in wanted}
    PoolAudience.objects.bulk_create(
        [
            PoolAudience(vendor_id=current().vendor_id, pool=pool, key=key, ring=ring.number, shared=dict(ring.shared))
            for key, (pool, ring) in sorted(rings.items())
        ],
        ignore_conflicts=True,
    )
    found = {each.key: each for each in PoolAudience.objects.filter(key__in=list(rings)).order_by("pk")}
    for key, audience in found.items():
        if audience.refreshed_at is None:
            _keep_members(audience, partners.ids[rings[key][1].rows].tolist(), at)
    return found


_JOIN = """INSERT INTO leads_poolmember (uid, vendor_id, audience_id, partner_id)
 SELECT uuidv7(), %s, %s, p FROM unnest(%s::bigint[]) AS p ON CONFLICT DO NOTHING"""
_LEAVE = "DELETE FROM leads_poolmember WHERE vendor_id = %s AND audience_id = %s AND NOT (partner_id = ANY(%s))"


def _keep_members(audience: PoolAudience, partner_ids: list[int], at: datetime) -> int:
    """Bring the members of an audience to these partners; returns how many changed."""
    about: list[Any] = [current().vendor_id, audience.pk, partner_ids]
    with connection.cursor() as cursor:
        cursor.execute(_LEAVE, about)
        gone = int(cursor.rowcount)
        cursor.execute(_JOIN, about)
        changed = gone + int(cursor.rowcount)
    PoolAudience.objects.filter(pk=audience.pk).update(refreshed_at=at)
    return changed


def _hold_audiences(vendor_id: int, *, shared: bool = False) -> None:
    """Many may use audiences at once, and one alone refreshes them: it empties those that nobody uses."""
    lock = "pg_advisory_xact_lock_shared" if shared else "pg_advisory_xact_lock"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {lock}(%s, %s)", [AUDIENCE_LOCK, vendor_id % (1 << 31)])


def refresh_audiences(*, actor: Member, at: datetime) -> int:
    """Bring who sees what in line with pools and partners as they are now; returns how many members changed."""
    require(actor, "lead.route")
    changed = 0
    with acting_for(actor):
        _hold_audiences(actor.vendor_id)
        used = audiences_in_use()
        idle = PoolAudience.objects.exclude(pk__in=used).filter(refreshed_at__isnull=False)
        gone = list(idle.values_list("pk", flat=True))
        PoolMember.objects.filter(audience_id__in=gone).delete()
        idle.update(refreshed_at=None)
        if not used:
            return len(gone)
        partners = partner_table(at)
        audiences = PoolAudience.objects.filter(pk__in=used).select_related("pool").order_by("pk")
        pools = read_pools(told_pool(each) for each in LeadPool.objects.all())
        sight = PoolSight(partners, pools)
        for audience in audiences:
            rows, _excluded = sight.sees(pools[str(audience.pool.uid)], audience.ring, audience.shared)
            changed += _keep_members(audience, partners.ids[rows].tolist(), at)
    return changed


def partners_changed(happened: Sequence[Happened]) -> None:
    """A reaction: who is paused sees no pool from this moment; what else changed is looked at by a job."""
    stopped = [event.partner_id for event in happened if event.data.get("state", PartnerState.ACTIVE) not in _SEEING]
    if stopped:
        PoolMember.objects.filter(partner_id__in=stopped).delete()
    if PoolEntry.objects.filter(closed_at=None).exists():
        vendor_id = current().vendor_id
        defer("leads.refresh_pools", vendor_id=vendor_id, once=f"leads.refresh_pools/{vendor_id}")


_SEEING = {PartnerState.ACTIVE}


# Time, and people who take leads out


def on_widen(*, vendor_id: int, subject_id: int, at: datetime) -> None:
    """Nobody took it so long: more partners see it."""
    entry = PoolEntry.objects.select_related("lead").get(pk=subject_id)
    if entry.wider_id is None:
        return
    try:
        move(
            entry, POOL_ENTRY, "widen", field="state", audience_id=entry.wider_id, wider_id=None, widened_at=at,
            told_at=None,
        )  # fmt: skip
    except (StateConflict, TransitionRefused):
        return
    actor = system_member(vendor_id, "Time limits")
    record("widened", entry.lead, actor=actor, at=at)


def on_give_up(*, vendor_id: int, subject_id: int, at: datetime) -> None:
    """Nobody took it at all: a person decides."""
    actor = system_member(vendor_id, "Time limits")
    entry = PoolEntry.objects.select_related("pool").get(pk=subject_id)
    because = said("Nobody took it from the pool %(pool)s in time. Now a person decides.", pool=entry.pool.name)
    lead = Lead.objects.select_for_update().get(pk=entry.lead_id)
    if entry.state in FREE and lead.state == LeadState.POOLED:
        _leave(entry, lead, "give_up", because, actor=actor, at=at)


def take_out(*, lead: Lead, actor: Member, at: datetime, reason: str) -> Lead:
    """A person takes a lead out of its pool, with a reason, and decides what becomes of it.

    Raises Refused without a reason and for a lead that lies in no pool; StateConflict when a partner was first.
    """
    require(actor, "lead.route")
    with acting_for(actor):
        return take_out_inside(lead, actor=actor, at=at, reason=reason)


def take_out_inside(lead: Lead, *, actor: Member, at: datetime, reason: Words | str) -> Lead:
    """The same, inside `acting_for`."""
    text = reason.strip()[:200] if isinstance(reason, str) else reason
    if not text:
        raise Refused(_("Give a reason. Your colleagues read it."), field="reason")
    fresh = Lead.objects.select_for_update().get(pk=lead.pk)
    entry = PoolEntry.objects.filter(lead=fresh, closed_at=None).first()
    if entry is None:
        raise Refused(_("This lead lies in no pool, or a partner has just taken it. Reload the page."))
    because = said("Taken out of its pool by %(name)s: %(reason)s", name=actor.name, reason=text)
    _leave(entry, fresh, "leave", because, actor=actor, at=at, **in_event(reason=text))
    return fresh


def take_many_out(*, rows: Iterable[Any], actor: Member, at: datetime, reason: str) -> list[Line]:
    """Take the leads of many entries out, line by line."""
    require(actor, "lead.route")
    return line_by_line(rows, lambda entry: take_out(lead=entry.lead, actor=actor, at=at, reason=reason))


def close_entries(lead_ids: Iterable[int], at: datetime) -> None:
    """The leads go elsewhere (closed, merged): they lie in no pool any more. Inside `acting_for`."""
    for entry in PoolEntry.objects.filter(lead_id__in=list(lead_ids), closed_at=None):
        move(entry, POOL_ENTRY, "leave", field="state", closed_at=at)
        cancel_deadlines_of(PoolEntry, [entry.pk])


def _leave(
    entry: PoolEntry, lead: Lead, verb: str, because: Words, *, actor: Member, at: datetime, **data: Any
) -> None:
    move(entry, POOL_ENTRY, verb, field="state", closed_at=at)
    move(lead, LEAD, "leave", field="state", **columns(waiting_because=because))
    cancel_deadlines_of(PoolEntry, [entry.pk], None if verb == "leave" else [WIDEN])
    RoutingDecision.objects.create(
        vendor_id=actor.vendor_id, lead=lead, outcome="person", decided_by_id=actor.seat_id, decided_at=at,
        **columns(note=because),
    )  # fmt: skip
    past = {"leave": "left", "give_up": "given_up"}[verb]
    record(past, lead, actor=actor, at=at, **data)
    if verb == "give_up":
        record("routed", lead, actor=actor, at=at, outcome="person", rule=None, considered=0)

"""Telling partners of new leads in pools: once a working day, one note a person, however many leads there are."""

from collections import Counter
from datetime import datetime

from fairway.core.access import Member, require
from fairway.core.tenancy.acting import acting_for
from fairway.leads.models import PoolEntry, PoolMember
from fairway.leads.queries.recipients import sellers_of
from fairway.workflow.actions.notifications import Note, notify_many

CHUNK = 2000
PATH = "portal/leads/pool/"


def tell_of_pools(*, actor: Member, at: datetime) -> int:
    """Tell the sellers of every partner who sees leads that nobody was told of yet; returns how many partners."""
    require(actor, "lead.route")
    with acting_for(actor):
        fresh = PoolEntry.objects.select_for_update().filter(closed_at=None, told_at=None)
        entries = list(fresh.values_list("pk", "audience_id", "hidden_from"))
        if not entries:
            return 0
        new = _new_by_partner(entries)
        partner_ids = sorted(new)
        for start in range(0, len(partner_ids), CHUNK):
            _tell(partner_ids[start : start + CHUNK], new, at)
        PoolEntry.objects.filter(pk__in=[pk for pk, *_about in entries]).update(told_at=at)
    return len(new)


def _new_by_partner(entries: list[tuple[int, int, list[int]]]) -> Counter[int]:
    """Partner → how many of the entries it sees."""
    by_audience = Counter(audience_id for _pk, audience_id, _hidden in entries)
    new: Counter[int] = Counter()
    members = PoolMember.objects.filter(audience_id__in=list(by_audience)).values_list("partner_id", "audience_id")
    for partner_id, audience_id in members.iterator(chunk_size=10_000):
        new[partner_id] += by_audience[audience_id]
    hidden = {partner_id for *_about, hidden_from in entries for partner_id in hidden_from}
    pairs = set(members.filter(partner_id__in=hidden)) if hidden else set()
    for _pk, audience_id, hidden_from in entries:
        new.subtract(partner_id for partner_id in hidden_from if (partner_id, audience_id) in pairs)
    return +new


def _tell(partner_ids: list[int], new: Counter[int], at: datetime) -> None:
    sellers = sellers_of(partner_ids)
    notes = [Note(seat, {"n": new[key]}, PATH) for key in partner_ids for seat in sellers.get(key, ())]
    notify_many(notes, "leadpool.news", at=at)

"""Pools themselves: made and changed by those who edit the routing rules."""

from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils.translation import gettext as _

from fairway.core.access import Member, require
from fairway.core.events.record import record
from fairway.core.jobs import defer
from fairway.core.refusals import Refused
from fairway.core.tenancy.acting import acting_for
from fairway.leads.conditions import subjects_of_vendor, vendor_currency
from fairway.leads.models import LeadPool, PoolEntry
from fairway.leads.rules.pools import checked
from fairway.leads.rules.scoring import PolicyError

FIELDS = (
    "name", "who", "wider", "keeps_match", "widen_after_hours", "gives_up_after_hours", "open_most", "day_most",
    "is_open",
)  # fmt: skip
_OF_ENTRIES = ("open_most", "day_most")


def save_pool(*, pool: LeadPool | None, actor: Member, at: datetime, **values: Any) -> LeadPool:
    """Make a pool, or change `pool`. Who sees what lies in it follows within minutes; limits count at once.

    Raises Refused for a name that another pool has, and for conditions, hours or limits that cannot be.
    """
    require(actor, "routing.edit")
    if unknown := set(values) - set(FIELDS):
        raise ValueError(f"A pool has no {', '.join(sorted(unknown))}.")
    with acting_for(actor):
        kept = pool or LeadPool(vendor_id=actor.vendor_id)
        changed = {name: value for name, value in values.items() if pool is None or getattr(kept, name) != value}
        if not changed:
            return kept
        for name, value in changed.items():
            setattr(kept, name, value)
        _check(kept)
        kept.version = kept.version + 1 if pool else 1
        try:
            with transaction.atomic():
                kept.save()
        except IntegrityError:
            raise Refused(_("Another pool has this name."), field="name") from None
        if limits := {name: getattr(kept, name) for name in _OF_ENTRIES if name in changed and pool}:
            PoolEntry.objects.filter(pool=kept, closed_at=None).update(**limits, version=F("version") + 1)
        record("changed" if pool else "made", kept, actor=actor, at=at, fields=sorted(changed))
        if pool and {"who", "wider", "keeps_match"} & changed.keys():
            defer("leads.refresh_pools", vendor_id=actor.vendor_id, once=f"leads.refresh_pools/{actor.vendor_id}")
    return kept


def _check(pool: LeadPool) -> None:
    if not pool.name.strip():
        raise Refused(_("Give the pool a name."), field="name")
    partner = subjects_of_vendor(vendor_currency()).partner
    try:
        checked({name: getattr(pool, name) for name in FIELDS}, partner)
    except PolicyError as problem:
        raise Refused(str(problem)) from None

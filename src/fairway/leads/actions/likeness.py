"""Keeping which earlier leads and which customer a lead is like: while it comes in, or by the job that scores it."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from fairway.core.access import Member
from fairway.core.events.record import record_many
from fairway.core.tenancy.acting import acting_for
from fairway.leads.models import CustomerMatch, Lead, MatchState
from fairway.leads.queries.duplicates import Found, KnownCustomer, known_of_kept


def keep_alike(alike: Mapping[int, Found], ids: Mapping[str, int], *, actor: Member, at: datetime) -> None:
    """Keep the customer each lead (by id) is of, and record which leads it is like. Inside acting_for.

    `ids` gives the ids of leads that had none yet when they were found, by uid.
    """
    told, matches = [], []
    for lead_id, found in alike.items():
        if found.others:
            others = [
                [other.lead_id or ids[other.uid], other.likeness.likeness, list(other.likeness.why)]
                for other in found.others
            ]
            told.append((lead_id, None, {"others": others}))
        if known := found.customer:
            matches.append(
                CustomerMatch(
                    vendor_id=actor.vendor_id, lead_id=lead_id, customer_id=known.customer_id, found_at=at,
                    state=state_of(known), likeness=known.likeness.likeness, reasons=list(known.likeness.why),
                )
            )  # fmt: skip
    CustomerMatch.objects.bulk_create(matches, batch_size=1000)
    record_many("found_alike", Lead, told, actor=actor, at=at)


def state_of(known: KnownCustomer) -> MatchState:
    return MatchState.SURE if known.likeness.is_same else MatchState.ASKED


def look_for_alike(*, lead_ids: Sequence[int], actor: Member, at: datetime) -> int:
    """Find what leads are like that came in without being looked at; returns of how many something is kept now.

    Twice does no more than once: what was said of a lead is not said again. Enters `acting_for` itself.
    """
    with acting_for(actor):
        leads = Lead.objects.filter(pk__any=lead_ids).select_for_update(of=("self",)).order_by("pk").in_bulk()
        matched = set(CustomerMatch.objects.filter(lead_id__in=leads).values_list("lead_id", flat=True))
        kept: dict[int, Found] = {}
        marked: list[Lead] = []
        for pk, found in known_of_kept(list(leads)).items():
            lead = leads[pk]
            is_marked = "possible_duplicate_of" in lead.extra
            news = Found([] if is_marked else found.others, None if pk in matched else found.customer)
            if news.others:
                lead.extra["possible_duplicate_of"] = news.others[0].uid
                lead.version += 1
                marked.append(lead)
            if news.others or news.customer:
                kept[pk] = news
        Lead.objects.bulk_update(marked, ["extra", "version"], batch_size=500)
        keep_alike(kept, {}, actor=actor, at=at)
        return len(kept)

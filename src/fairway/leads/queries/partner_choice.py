"""Partners a person may offer a lead to, with what helps to choose: place, room, and what they said before."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from django.db.models import Count, F

from fairway.core.search import similar
from fairway.core.tenancy.models import Partner, PartnerState
from fairway.customers.rules.match_keys import sort_name
from fairway.leads.models import Lead, Offer
from fairway.leads.rules.states import LeadState, OfferState

MOST = 12


def matching(text: str) -> list[int]:
    """Ids of partners by the beginning of their name, else by likeness."""
    wanted = sort_name(text)
    if not wanted:
        return []
    begins = Partner.objects.filter(sort_name__gte=wanted, sort_name__lt=wanted + "\U0010ffff")
    ids = list(begins.order_by("sort_name").values_list("pk", flat=True)[:MOST])
    return ids or [pk for pk, _likeness in similar("partners", wanted, least=0.3, most=MOST)]


def described(partner_ids: Sequence[int], lead: Lead) -> list[dict[str, Any]]:
    """Name, place, room and the last answer of each active or paused partner, in the order given. Four queries."""
    shown = [PartnerState.ACTIVE, PartnerState.PAUSED]
    rows = Partner.objects.filter(pk__in=partner_ids, state__in=shown).values(
        "state",
        "id",
        "uid",
        "name",
        city=F("profiles__city"),
        state_code=F("profiles__state_code"),
        capacity=F("profiles__lead_capacity"),
        accepts=F("profiles__accepts_leads"),
    )
    worked = _counts(Lead.objects.filter(state=LeadState.ACCEPTED, partner_id__in=partner_ids))
    worked += _counts(Offer.objects.filter(state=OfferState.OPEN, partner_id__in=partner_ids))
    answers = {
        row["partner_id"]: OfferState(row["state"])
        for row in Offer.objects.filter(lead=lead, partner_id__in=partner_ids).order_by("offered_at").values()
    }
    by_id = {
        row["id"]: {
            **row,
            "is_paused": row["state"] == PartnerState.PAUSED,
            "worked": worked[row["id"]],
            "before": answers.get(row["id"]),
        }
        for row in rows
    }
    return [by_id[pk] for pk in partner_ids if pk in by_id]


def worked_by(partner_id: int) -> int:
    """Accepted leads still worked and open offers of one partner."""
    accepted = Lead.objects.filter(state=LeadState.ACCEPTED, partner_id=partner_id).count()
    return accepted + Offer.objects.filter(state=OfferState.OPEN, partner_id=partner_id).count()


def _counts(rows: Any) -> Counter[int]:
    return Counter(dict(rows.values_list("partner_id").annotate(leads=Count("id")).values_list("partner_id", "leads")))


def candidates(lead: Lead) -> list[int]:
    """Partners that the last routing looked at, best first."""
    decision = lead.decisions.order_by("-decided_at", "-id").values_list("candidates", flat=True).first() or []
    uids = [row["partner"] for row in decision][:MOST]
    found = {str(uid): pk for pk, uid in Partner.objects.filter(uid__in=uids).values_list("pk", "uid")}
    return [found[uid] for uid in uids if uid in found]

"""What a partner has of leads, and where each would go by the rules."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Max, Q

from fairway.core.tenancy.models import Partner
from fairway.leads.conditions import vendor_currency
from fairway.leads.models import Lead, Offer, PolicyState, Reassignment, ReassignmentLine, RoutingPolicy
from fairway.leads.queries.routing import Deciding, partner_table
from fairway.leads.queries.runs import rules_of_policy
from fairway.leads.queries.subjects import lead_rows
from fairway.leads.rules.routing import asks_for_wins
from fairway.leads.rules.states import LeadState, OfferState

MOST = 2000


@dataclass(frozen=True, slots=True)
class Held:
    """One lead that a partner has, or is offered: then with its open offer."""

    lead_id: int
    offer_id: int | None


def open_offers(partner: Partner) -> int:
    return Offer.objects.filter(partner=partner, state=OfferState.OPEN).count()


def accepted_leads(partner: Partner) -> int:
    return Lead.objects.filter(partner=partner, state=LeadState.ACCEPTED).count()


def held_by(partner: Partner, most: int = MOST) -> list[Held]:
    """Accepted leads, the latest next step last, and open offers, the most pressing first; at most `most`."""
    offers = Offer.objects.filter(partner=partner, state=OfferState.OPEN).order_by("lapses_at", "pk")
    held = [Held(lead_id, offer_id) for offer_id, lead_id in offers.values_list("pk", "lead_id")[:most]]
    leads = Lead.objects.filter(partner=partner, state=LeadState.ACCEPTED).order_by("next_step_on", "pk")
    held += [Held(lead_id, None) for lead_id in leads.values_list("pk", flat=True)[: most - len(held)]]
    return held


def held_beside(whole: Reassignment, most: int) -> list[Held]:
    """What its partner has that no line of it is for yet, first offers, then leads, each by age; at most `most`."""
    lines = ReassignmentLine.objects.filter(reassignment=whole)
    last = lines.aggregate(last_offer=Max("offer_id"), last_lead=Max("lead_id", filter=Q(offer=None)))
    offers = Offer.objects.filter(partner=whole.partner, state=OfferState.OPEN, pk__gt=last["last_offer"] or 0)
    held = [Held(lead_id, offer_id) for offer_id, lead_id in offers.order_by("pk").values_list("pk", "lead_id")[:most]]
    leads = Lead.objects.filter(partner=whole.partner, state=LeadState.ACCEPTED, pk__gt=last["last_lead"] or 0)
    held += [Held(pk, None) for pk in leads.order_by("pk").values_list("pk", flat=True)[: most - len(held)]]
    return held


class Proposing:
    """Where leads would go by the published rules, chunk after chunk: one counts for the next.

    `planned` is partner id → how many it is proposed for already.
    """

    def __init__(self, but: Partner, at: datetime, planned: Mapping[int, int] | None = None) -> None:
        policy = RoutingPolicy.objects.filter(state=PolicyState.PUBLISHED).first()
        self._but, self._deciding = but, None
        if policy is None:
            return
        currency = vendor_currency()
        rules = rules_of_policy(policy, currency)
        partners = partner_table(at, with_wins=asks_for_wins(rules))
        self._ids = partners.ids.tolist()
        rows = {key: row for row, key in enumerate(self._ids)}
        for partner_id, count in (planned or {}).items():
            if partner_id in rows:
                partners.open_leads[rows[partner_id]] += count
        self._deciding = Deciding.by(rules, partners, at, currency)

    def of(self, lead_ids: Sequence[int]) -> dict[int, int]:
        """Lead id → the partner that the rules would choose; the one that has them is left out."""
        if self._deciding is None or not lead_ids:
            return {}
        by_id = {row["id"]: row for row in lead_rows(lead_ids)}
        rows = [by_id[lead_id] for lead_id in lead_ids if lead_id in by_id]
        found = {}
        for one in self._deciding.decide(rows):
            chosen = one.decision.partner
            if chosen is not None and self._ids[chosen] != self._but.pk:
                found[one.row["id"]] = self._ids[chosen]
        return found


def proposals(lead_ids: Sequence[int], but: Partner, at: datetime) -> dict[int, int]:
    """The same for leads that are all at hand."""
    return Proposing(but, at).of(lead_ids) if lead_ids else {}

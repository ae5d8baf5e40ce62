"""What a partner has of leads, and where each would go by the rules."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from fairway.core.tenancy.models import Partner
from fairway.leads.conditions import vendor_currency
from fairway.leads.models import Lead, Offer, PolicyState, RoutingPolicy
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


def held_by(partner: Partner) -> list[Held]:
    """Accepted leads, the latest next step last, and open offers, the most pressing first; at most MOST."""
    offers = Offer.objects.filter(partner=partner, state=OfferState.OPEN).order_by("lapses_at", "pk")
    held = [Held(lead_id, offer_id) for offer_id, lead_id in offers.values_list("pk", "lead_id")[:MOST]]
    leads = Lead.objects.filter(partner=partner, state=LeadState.ACCEPTED).order_by("next_step_on", "pk")
    held += [Held(lead_id, None) for lead_id in leads.values_list("pk", flat=True)[: MOST - len(held)]]
    return held


def proposals(lead_ids: Sequence[int], but: Partner, at: datetime) -> dict[int, int]:
    """Lead id → the partner that the published rules would choose now, `but` left out; one counts for the next."""
    policy = RoutingPolicy.objects.filter(state=PolicyState.PUBLISHED).first()
    if policy is None or not lead_ids:
        return {}
    currency = vendor_currency()
    rules = rules_of_policy(policy, currency)
    partners = partner_table(at, with_wins=asks_for_wins(rules))
    by_id = {row["id"]: row for row in lead_rows(lead_ids)}
    rows = [by_id[lead_id] for lead_id in lead_ids if lead_id in by_id]
    ids = partners.ids.tolist()
    found = {}
    for one in Deciding.by(rules, partners, at, currency).decide(rows):
        chosen = one.decision.partner
        if chosen is not None and ids[chosen] != but.pk:
            found[one.row["id"]] = ids[chosen]
    return found

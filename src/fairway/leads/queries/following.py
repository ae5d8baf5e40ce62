"""What holds for the following up of an offer or a lead, and who is told at a step."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from fairway.core.tenancy.models import Organization, Partner, Role, Seat
from fairway.leads.models import Escalation, EscalationStep, FollowUpRule, Lead, Offer, RoutingPolicy
from fairway.leads.queries.recipients import cams_of, staff_in
from fairway.leads.rules.following import CAM, MANAGER, SEAT, USUAL, FollowUp, Step
from fairway.partners.models import Profile


@dataclass(frozen=True, slots=True)
class Following:
    """All rules of a vendor, by the routing rule they are for; "" for the rest."""

    by_rule: Mapping[str, FollowUp]

    def of(self, rule_uid: str) -> FollowUp:
        return self.by_rule.get(rule_uid) or self.by_rule.get("") or USUAL


def following() -> Following:
    """Two queries; one where a vendor goes by what is usual."""
    rows = list(FollowUpRule.objects.all())
    steps: dict[int, list[Step]] = {row.pk: [] for row in rows}
    if rows:
        for step in EscalationStep.objects.order_by("rule_id", "place"):
            steps[step.rule_id].append(Step(step.to, step.after_hours, step.seat_id, step.percent))
    return Following({row.rule_uid: follow_up_of(row, steps[row.pk]) for row in rows})


def follow_up_of(row: FollowUpRule, steps: Iterable[Step]) -> FollowUp:
    return FollowUp(
        remind_shares=tuple(percent / 100 for percent in row.remind_percents),
        steps=tuple(steps),
        untouched_hours=row.untouched_hours,
        unmoved_hours=row.unmoved_hours,
        warn_percent=row.warn_percent,
        seller_hours=row.seller_hours,
        untouched_code=row.untouched_code,
        unmoved_code=row.unmoved_code,
    )


def rules_of_offers(offers: Iterable[Offer]) -> dict[int, str]:
    """Offer id → uid of the routing rule that made it, "" where a person did. Two queries."""
    made = {
        offer_id: (policy_id, number)
        for offer_id, policy_id, number in Offer.objects.filter(pk__in=[offer.pk for offer in offers]).values_list(
            "pk", "decision__policy_id", "decision__rule_number"
        )
    }
    policies = {policy_id for policy_id, number in made.values() if policy_id and number}
    rules = dict(RoutingPolicy.objects.filter(pk__in=policies).values_list("pk", "rules")) if policies else {}
    return {key: _uid(rules.get(policy_id, []), number) for key, (policy_id, number) in made.items()}


def _uid(rules: list[Any], number: int | None) -> str:
    return str(rules[number - 1].get("uid") or number) if number and number <= len(rules) else ""


def of_offer(offer: Offer) -> FollowUp:
    known = following()
    return known.of(rules_of_offers([offer]).get(offer.pk, "")) if known.by_rule else USUAL


def of_leads(lead_ids: Iterable[int], known: Following | None = None) -> dict[int, FollowUp]:
    """Lead id → what holds for it as its partner has it: by the rule of its latest offer."""
    ids = list(lead_ids)
    known = known or following()
    if not known.by_rule:
        return dict.fromkeys(ids, USUAL)
    latest = list(Offer.objects.filter(lead_id__in=ids).order_by("lead_id", "-offered_at", "-pk").distinct("lead_id"))
    rules = rules_of_offers(latest)
    found = {offer.lead_id: known.of(rules.get(offer.pk, "")) for offer in latest}
    return {lead_id: found.get(lead_id) or known.of("") for lead_id in ids}


def places_of_leads(lead_ids: Iterable[int]) -> dict[int, tuple[str, str, str]]:
    """Lead id → (country, time zone, state) of the partner that has it."""
    rows = Lead.objects.filter(pk__in=list(lead_ids), partner__isnull=False)
    partners = {key: partner_id or 0 for key, partner_id in rows.values_list("pk", "partner_id")}
    states = dict(Profile.objects.filter(partner_id__in=set(partners.values())).values_list("partner_id", "state_code"))
    places = {
        key: (country, zone, states.get(key) or "")
        for key, country, zone in Partner.objects.filter(pk__in=set(partners.values())).values_list(
            "pk", "country", "time_zone"
        )
    }
    return {lead_id: places[partner_id] for lead_id, partner_id in partners.items() if partner_id in places}


def place_of_vendor(vendor_id: int) -> tuple[str, str]:
    """(country, time zone): where staff work."""
    vendor = Organization.objects.get(pk=vendor_id)
    return vendor.country, vendor.time_zone


def receivers(to: str, seat_id: int | None, partner_id: int) -> list[int]:
    """Seats that a step tells; the channel chiefs where nobody of it is left."""
    if to == CAM:
        found = cams_of([partner_id]).get(partner_id, [])
    elif to == MANAGER:
        found = _managers_of(partner_id)
    elif to == SEAT:
        found = list(Seat.objects.filter(pk=seat_id, is_active=True).values_list("pk", flat=True))
    else:
        found = staff_in([to])
    return found or staff_in([Role.CHIEF]) or staff_in([Role.ADMIN])


def _managers_of(partner_id: int) -> list[int]:
    cams = Partner.objects.filter(pk=partner_id).values("cam_id")
    found = Seat.objects.filter(pk__in=cams, manager__is_active=True).values_list("manager_id", flat=True)
    return [seat_id for seat_id in found if seat_id]


def open_escalation(lead: Lead) -> Escalation | None:
    return Escalation.objects.filter(lead=lead, ended_at=None).first()

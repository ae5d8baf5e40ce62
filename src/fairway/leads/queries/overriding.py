"""Whether a person's choice of a partner goes against the rules, and what they say against it."""

from fairway.core.tenancy.models import Partner
from fairway.core.told import Stored
from fairway.core.words import Words
from fairway.core.words import said as _
from fairway.leads.models import Lead, LeadRecall, Offer, RoutingDecision
from fairway.leads.queries.partner_choice import worked_by
from fairway.partners.models import Profile


def against_rules(lead: Lead, partner: Partner) -> list[Words]:
    """Sentences, empty where the rules have nothing against it. Five queries.

    They say what the last decision by rule knew; a decision that asks a person leaves the choice to the person.
    """
    said: list[Words] = []
    about = {"partner": partner.name}
    if _had_it(lead, partner):
        said.append(_("%(partner)s had this lead before.") % about)
    last = RoutingDecision.objects.filter(lead=lead, decided_by=None).order_by("-decided_at", "-pk")
    decision = last.select_related("partner").first()
    if decision and decision.outcome == "waiting":
        said.append(_("Nobody is eligible: %(why)s", why=Stored(decision.note, decision.note_words)))
    elif decision and decision.partner and decision.partner_id != partner.pk:
        said.append(_("They chose %(other)s.", other=decision.partner.name))
    profile = Profile.objects.filter(partner=partner).values("accepts_leads", "lead_capacity").first()
    if profile and not profile["accepts_leads"]:
        said.append(_("%(partner)s takes no leads.") % about)
    elif profile and worked_by(partner.pk) >= profile["lead_capacity"]:
        said.append(_("%(partner)s has no room left.") % about)
    return said


def _had_it(lead: Lead, partner: Partner) -> bool:
    return (
        Offer.objects.filter(lead=lead, partner=partner).exists()
        or LeadRecall.objects.filter(lead=lead, partner=partner).exists()
    )

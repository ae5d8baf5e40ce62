"""First steps that leads know of."""

from django.utils.translation import gettext_lazy as _

from fairway.core.access import Member
from fairway.core.http.first_steps import FirstStep, register
from fairway.leads.models import Lead, LeadForm, Offer, PolicyState, RoutingPolicy
from fairway.leads.rules.states import OfferState


def _has_rules(member: Member) -> bool:
    return RoutingPolicy.objects.filter(state=PolicyState.PUBLISHED).exists()


def _has_forms(member: Member) -> bool:
    return LeadForm.objects.filter(is_active=True).exists()


def _has_leads(member: Member) -> bool:
    return Lead.objects.exists()


def _has_offers(member: Member) -> bool:
    return Offer.objects.exists()


def _has_accepted(member: Member) -> bool:
    return Offer.objects.filter(state=OfferState.ACCEPTED).exists()


def _has_touched(member: Member) -> bool:
    return Lead.objects.filter(touches__gt=0).exists()


def register_all() -> None:
    register(
        "console",
        FirstStep(_("Publish a web form"), "leadform-list", _has_forms, ("marketer",), 40),
        FirstStep(_("Publish your routing rules"), "routing-rules", _has_rules, ("admin", "operations"), 50),
        FirstStep(_("Bring in leads"), "lead-list", _has_leads, ("admin", "operations", "marketer"), 60),
        FirstStep(
            _("See a lead offered to a partner"), "lead-list", _has_offers,
            ("admin", "operations", "marketer", "chief", "cam"), 70,
        ),
        FirstStep(_("See a lead accepted"), "lead-list", _has_accepted, ("chief", "cam"), 80),
    )  # fmt: skip
    register(
        "portal",
        FirstStep(_("Accept a lead"), "portal-offer-list", _has_accepted, ("executive", "seller"), 10),
        FirstStep(_("Log a contact with its customer"), "portal-lead-list", _has_touched, ("seller",), 20),
    )

"""First steps that deals know of; the last is the job done."""

from django.utils.translation import gettext_lazy as _

from fairway.core.access import Member
from fairway.core.http.first_steps import FirstStep, register
from fairway.deals.models import Deal, Registration
from fairway.deals.rules.states import DealState


def _has_decided(member: Member) -> bool:
    return Registration.objects.filter(state__in=["approved", "rejected", "returned"]).exists()


def _has_sent(member: Member) -> bool:
    return Registration.objects.exclude(state="draft").exists()


def _has_deals(member: Member) -> bool:
    return Deal.objects.exists()


def _has_won(member: Member) -> bool:
    return Deal.objects.filter(state=DealState.WON).exists()


def register_all() -> None:
    register(
        "console",
        FirstStep(_("Decide a registration"), "registration-list", _has_decided, ("deal_desk",), 50),
        FirstStep(_("See a deal won"), "deal-list", _has_won, ("chief", "cam", "deal_desk"), 90),
    )
    register(
        "portal",
        FirstStep(_("Register a deal of your own"), "portal-registration-list", _has_sent, ("executive", "seller"), 30),
        FirstStep(_("Make a deal of a lead"), "portal-deal-list", _has_deals, ("seller",), 35),
        FirstStep(_("Win a deal"), "portal-deal-list", _has_won, ("executive", "seller"), 90),
    )

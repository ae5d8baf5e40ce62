"""First steps that partners know of."""

from django.utils.translation import gettext_lazy as _

from fairway.core.access import Member
from fairway.core.http.first_steps import FirstStep, register
from fairway.core.tenancy.models import Partner, Seat
from fairway.partners.models import Tier


def _has_partners(member: Member) -> bool:
    return Partner.objects.exists()


def _has_own_partners(member: Member) -> bool:
    return Partner.objects.filter(cam_id=member.seat_id).exists()


def _has_colleagues(member: Member) -> bool:
    others = Seat.objects.filter(partner_id=member.partner_id, is_active=True)
    return others.exclude(pk=member.seat_id).exists()


def _has_tiers(member: Member) -> bool:
    return Tier.objects.exists()


def register_all() -> None:
    register(
        "console",
        FirstStep(_("Invite a colleague"), "person-list", _has_colleagues, ("admin",), 10),
        FirstStep(_("Set up your programme and its tiers"), "program-list", _has_tiers, ("admin", "operations"), 20),
        FirstStep(_("Bring in your partners"), "partner-list", _has_partners, ("admin", "operations", "chief"), 30),
        FirstStep(_("Have partners to look after"), "partner-list", _has_own_partners, ("cam",), 30),
    )
    register("portal", FirstStep(_("Invite a colleague"), "portal-person-list", _has_colleagues, ("executive",), 40))

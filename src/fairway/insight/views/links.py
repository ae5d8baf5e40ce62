"""Where a partner's page leads on to its numbers."""

from datetime import timedelta
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from fairway.core import clock
from fairway.core.access import Member
from fairway.core.tenancy.models import Partner
from fairway.insight.rules.periods import Window
from fairway.partners.links import PartnerLink


def may_see(member: Member, partner: Partner) -> bool:
    """An account manager sees the numbers of the own partners, other staff those of all."""
    return member.role != "cam" or partner.cam_id in member.answers_for


def _review(member: Member, partner: Partner) -> str:
    return reverse("review-partner", args=[partner.uid]) if may_see(member, partner) else ""


def _rows(what: str, member: Member, partner: Partner) -> str:
    if not may_see(member, partner):
        return ""
    window = Window(clock.today(member.seat.vendor_time_zone if member.seat else "UTC"))
    period = {"from": window.start, "to": window.until - timedelta(days=1)}
    return f"{reverse('review-rows')}?{urlencode({'what': what, 'partner': partner.uid, **period})}"


LINKS = (
    PartnerLink(_("Twelve-month review"), "report-analytics", "review.read", _review, order=10),
    PartnerLink(_("Offers made"), "target", "review.read", lambda m, p: _rows("offered", m, p), order=20),
    PartnerLink(_("Deals won"), "trophy", "review.read", lambda m, p: _rows("won", m, p), order=30),
    PartnerLink(_("Sales lines"), "receipt", "review.read", lambda m, p: _rows("revenue", m, p), order=40),
)

"""Accepted leads that somebody of a partner works on."""

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy

from fairway.core.access import PERMISSIONS
from fairway.core.tenancy.handing import Kind, register
from fairway.core.tenancy.models import PARTNER_ROLES
from fairway.leads.models import Lead, LeadState


def _worked(seat_id: int) -> QuerySet[Any]:
    return Lead.objects.filter(seller_id=seat_id, state=LeadState.ACCEPTED)


def register_kinds() -> None:
    register(
        Kind(
            "leads", gettext_lazy("Leads with their next steps"), Lead, _worked, "seller", "seller_changed",
            roles=PARTNER_ROLES & PERMISSIONS["lead.work"], is_shareable=True, partner="partner_id",
            order=("next_step_on", "pk"),
        )
    )  # fmt: skip

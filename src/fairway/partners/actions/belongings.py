"""Territories that name a person as the account manager of what comes to lie there."""

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy

from fairway.core.access import PERMISSIONS
from fairway.core.tenancy.handing import Kind, register
from fairway.core.tenancy.models import STAFF_ROLES
from fairway.partners.models import Territory


def _territories(seat_id: int) -> QuerySet[Any]:
    return Territory.objects.filter(cam_id=seat_id)


def register_kinds() -> None:
    register(
        Kind(
            "territories", gettext_lazy("Territories"), Territory, _territories, "cam", "cam_changed",
            roles=STAFF_ROLES & PERMISSIONS["partner.edit"], is_shareable=True, order=("order", "pk"),
        )
    )  # fmt: skip

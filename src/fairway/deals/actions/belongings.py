"""Rules that name a person; open deals, and registrations that somebody still has to write or answer."""

from typing import Any

from django.db.models import F, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from fairway.core.access import PERMISSIONS
from fairway.core.tenancy.handing import Kind, register
from fairway.core.tenancy.models import PARTNER_ROLES, Seat
from fairway.deals.models import Deal, DealRules, Registration
from fairway.deals.queries.policies import deal_rules
from fairway.deals.rules.states import OPEN_STAGES
from fairway.workflow.actions.belongings import named_instead

TO_WRITE = ("draft", "returned")


def _none(seat_id: int) -> QuerySet[Any]:
    return DealRules.objects.none()


def _steps(seat_id: int) -> int:
    row = deal_rules()
    return sum(step.get("seat_id") == seat_id for step in row.steps) if row else 0


def _give_steps(seat_id: int, taker: Seat) -> int:
    row = DealRules.objects.select_for_update().first()
    if row is None:
        return 0
    steps = [named_instead(step, seat_id, taker) for step in row.steps]
    changed = sum(now != before for now, before in zip(steps, row.steps, strict=True))
    if changed:
        DealRules.objects.filter(pk=row.pk).update(steps=steps, version=F("version") + 1)
    return changed


def _is_named_already(taker: Seat, leaver: Seat) -> str:
    if not _steps(leaver.pk) or not _steps(taker.pk):
        return ""
    return _("%(name)s decides in another step of the rules already.") % {"name": taker.name}


def _deals(seat_id: int) -> QuerySet[Any]:
    return Deal.objects.filter(seller_id=seat_id, state__in=OPEN_STAGES)


def _registrations(seat_id: int) -> QuerySet[Any]:
    return Registration.objects.filter(created_by_id=seat_id, state__in=TO_WRITE)


def register_kinds() -> None:
    sellers = PARTNER_ROLES & PERMISSIONS["deal.work"]
    register(
        Kind(
            "rules", gettext_lazy("Steps of the rules for registrations"), DealRules, _none, "vendor", "changed",
            count=_steps, give=_give_steps, refuse=_is_named_already,
        ),
        Kind(
            "deals", gettext_lazy("Deals with their next steps"), Deal, _deals, "seller", "seller_changed",
            roles=sellers, is_shareable=True, partner="partner_id", order=("next_step_on", "pk"),
        ),
        Kind(
            "registrations", gettext_lazy("Registrations to write or answer"), Registration, _registrations,
            "created_by", "author_changed", roles=sellers, is_shareable=True, partner="partner_id",
        ),
    )  # fmt: skip

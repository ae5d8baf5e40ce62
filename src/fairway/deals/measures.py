"""What is counted of registrations and deals."""

from django.db.models import Count, Q, Sum
from django.utils.translation import gettext_lazy as _

from fairway.core.measures import Measure, register
from fairway.deals.models import Deal, Registration
from fairway.deals.rules.states import DealState

WON, LOST = Q(state=DealState.WON), Q(state=DealState.LOST)


def declare() -> None:
    register(
        Measure(
            "registrations.submitted", _("Registrations submitted"), Registration, "submitted_at",
            lambda of: Count("pk", filter=of),
        ),
        Measure("deals.won", _("Deals won"), Deal, "closed_at", lambda of: Count("pk", filter=of), of=WON),
        Measure("deals.lost", _("Deals lost"), Deal, "closed_at", lambda of: Count("pk", filter=of), of=LOST),
        Measure(
            "deals.won_minor", _("Value of deals won"), Deal, "closed_at",
            lambda of: Sum("amount_minor", filter=of), "minor", WON,
        ),
    )  # fmt: skip

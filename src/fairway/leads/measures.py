"""What is counted of leads and offers."""

from django.db.models import Count, Q
from django.utils.translation import gettext_lazy as _

from fairway.core.measures import Measure, Percentile, hours_between, register
from fairway.leads.models import Lead, Offer
from fairway.leads.rules.states import OfferState

# What is taken from a pool was never waited for.
ANSWERED = Q(state__in=[OfferState.ACCEPTED, OfferState.DECLINED], claimed_from__isnull=True)
TO_ANSWER = hours_between("answered_at", "offered_at")
TO_TOUCH = hours_between("first_touch_at", "accepted_at")


def declare() -> None:
    register(
        Measure("offers.made", _("Offers made"), Offer, "offered_at", lambda of: Count("pk", filter=of)),
        Measure(
            "offers.accepted", _("Offers accepted"), Offer, "answered_at", lambda of: Count("pk", filter=of),
            of=Q(state=OfferState.ACCEPTED),
        ),
        Measure(
            "offers.refused", _("Offers declined or lapsed"), Offer, "answered_at",
            lambda of: Count("pk", filter=of), of=Q(state__in=[OfferState.DECLINED, OfferState.LAPSED]),
        ),
        Measure(
            "offers.median_hours", _("Median hours to answer"), Offer, "answered_at",
            lambda of: Percentile(TO_ANSWER, 0.5, filter=of), "hours", ANSWERED,
        ),
        Measure(
            "offers.slow_hours", _("Hours to answer, slowest tenth"), Offer, "answered_at",
            lambda of: Percentile(TO_ANSWER, 0.9, filter=of), "hours", ANSWERED,
        ),
        Measure("leads.captured", _("Leads captured"), Lead, "captured_at", lambda of: Count("pk", filter=of)),
        Measure("leads.touched", _("Leads first touched"), Lead, "first_touch_at", lambda of: Count("pk", filter=of)),
        Measure(
            "leads.median_touch_hours", _("Median hours to the first touch"), Lead, "first_touch_at",
            lambda of: Percentile(TO_TOUCH, 0.5, filter=of), "hours", Q(accepted_at__isnull=False),
        ),
    )  # fmt: skip

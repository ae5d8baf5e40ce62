"""What an erasure leaves, and why: the books, the log, and what others own."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from fairway.core.events.models import Event
from fairway.deals.models import Deal, Registration
from fairway.leads.models import Lead, Offer, RoutingDecision, Touch
from fairway.privacy.queries.counting import counted_together
from fairway.privacy.queries.whose import Whose
from fairway.workflow.models import Approval


@dataclass(frozen=True, slots=True)
class Kept:
    label: str
    count: int
    why: str


def kept_counts(whose: Whose) -> dict[str, int]:
    """What hangs on the person and stays, by name. In a context that reads the whole vendor."""
    leads, seats = whose.lead_ids, whose.seat_ids
    return counted_together(
        [
            ("leads", Lead.objects.filter(pk__in=leads)),
            ("offers", Offer.objects.filter(lead_id__in=leads)),
            ("offers", Offer.objects.filter(answered_by_id__in=seats)),
            ("decisions", RoutingDecision.objects.filter(lead_id__in=leads)),
            ("deals", Deal.objects.filter(Q(lead_id__in=leads) | Q(seller_id__in=seats))),
            ("registrations", Registration.objects.filter(created_by_id__in=seats)),
            ("approvals", Approval.objects.filter(decided_by_id__in=seats)),
            ("touches", Touch.objects.filter(seat_id__in=seats)),
            ("events", Event.objects.filter(actor_seat_id__in=seats)),
            ("events", Event.objects.filter(subject_type="lead", subject_id__in=leads)),
        ]
    )


def told_kept(counts: dict[str, Any]) -> list[Kept]:
    words = {
        "leads": (_("Leads"), _("Need, amount and history, without the person: figures and routing rest on them.")),
        "offers": (_("Offers"), _("Who was offered what, and the answer.")),
        "decisions": (_("Routing decisions"), _("Why a partner was chosen has to stay open to question.")),
        "deals": (_("Deals"), _("Amounts and states are the books; law asks to keep them.")),
        "registrations": (_("Registrations"), _("First in time counts; the placeholder stands as who wrote them.")),
        "approvals": (_("Decisions"), _("That and how it was decided stays, with the placeholder as who decided.")),
        "touches": (_("Touches"), _("That there was one and when; the names in its notes go.")),
        "events": (_("Events"), _("The log stays whole; it names people by seat, which shows the placeholder.")),
    }  # fmt: skip
    return [Kept(words[name][0], int(count), words[name][1]) for name, count in counts.items() if name in words]

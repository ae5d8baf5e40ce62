"""Telling channel operations what a partner has left when its partnership ends."""

from collections.abc import Sequence

from fairway.core.events.record import Happened
from fairway.core.tenancy.models import Partner, PartnerState, Role
from fairway.leads.queries.recipients import cams_of, staff_in
from fairway.partners.holdings import held
from fairway.workflow.actions.notifications import Note, notify_many


def tell_of_what_is_left(happened: Sequence[Happened]) -> None:
    """On partner.state_changed: one note for each that ended with something in hand, to operations and its manager."""
    for event in happened:
        if event.data.get("state") != PartnerState.INACTIVE:
            continue
        partner = Partner.objects.get(pk=event.subject_id)
        left = held(partner)
        if not left:
            continue
        count = sum(number for _label, number in left)
        seats = dict.fromkeys([*staff_in([Role.OPERATIONS]), *cams_of([partner.pk]).get(partner.pk, [])])
        path = f"console/partners/{partner.uid}/leads/handing-on/"
        notes = [Note(seat, {"partner": partner.name, "n": count}, path) for seat in seats]
        notify_many(notes, "partner.left_work", at=event.at)

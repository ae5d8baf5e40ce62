"""Notes of staff on a lead. A partner never reads them."""

from datetime import datetime

from django.utils.translation import gettext as _

from fairway.core.access import Member, require
from fairway.core.events.record import record
from fairway.core.refusals import Refused
from fairway.core.tenancy.acting import acting_for
from fairway.leads.models import Lead, LeadNote


def add_note(*, lead: Lead, actor: Member, at: datetime, text: str) -> LeadNote:
    """Keep a note; the event only says that there is one, because a note may name a person."""
    require(actor, "lead.note")
    if not text.strip():
        raise Refused(_("Write something first."), field="text")
    with acting_for(actor):
        note = LeadNote.objects.create(
            vendor_id=actor.vendor_id, lead=lead, seat_id=actor.seat_id, text=text.strip(), noted_at=at
        )
        record("noted", lead, actor=actor, at=at, note=note.pk)
    return note

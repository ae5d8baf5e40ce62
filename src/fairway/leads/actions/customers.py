"""What a person says of the customer that a lead is perhaps of."""

from datetime import datetime

from django.utils.translation import gettext as _

from fairway.core.access import Member, require
from fairway.core.events.record import record
from fairway.core.refusals import Refused
from fairway.core.tenancy.acting import acting_for
from fairway.leads.models import CustomerMatch, MatchState


def decide_customer(*, match: CustomerMatch, is_customer: bool, actor: Member, at: datetime) -> None:
    """Keep the answer; rules ask by it from now on. Raises Refused when somebody answered meanwhile."""
    require(actor, "lead.note")
    state = MatchState.YES if is_customer else MatchState.NO
    with acting_for(actor):
        rows = CustomerMatch.objects.filter(pk=match.pk, version=match.version)
        if not rows.update(state=state, decided_by_id=actor.seat_id, version=match.version + 1):
            raise Refused(_("Somebody else said it first. Reload and look again."))
        lead = match.lead
        record("customer_decided", lead, actor=actor, at=at, answer=state.value)
    match.state, match.version = state, match.version + 1

"""What waits of registrations and deals at each vendor, for the desk's list."""

from datetime import datetime
from zoneinfo import ZoneInfo

from django.db.models import Count
from django.utils.translation import ngettext

from fairway.core.access import Member
from fairway.core.http.desk import Waiting
from fairway.deals.models import Deal, Registration
from fairway.deals.rules.states import DEAL, RegistrationState


def questions_waiting(member: Member, at: datetime) -> dict[int, Waiting]:
    """Registrations that came back with a question, by vendor."""
    rows = Registration.objects.filter(state=RegistrationState.RETURNED).values("vendor_id")
    return {
        row["vendor_id"]: Waiting(row["n"], _returned(row["n"]), "registrations/", is_pressing=True)
        for row in rows.annotate(n=Count("pk")).order_by()
    }


def _returned(count: int) -> str:
    return ngettext("%(n)d returned registration", "%(n)d returned registrations", count) % {"n": count}


def steps_due(member: Member, at: datetime) -> dict[int, Waiting]:
    """Open deals whose next step is due today or was before."""
    zone = member.seat.partner_time_zone if member.seat else "UTC"
    today = at.astimezone(ZoneInfo(zone)).date()
    open_states = [state for state in DEAL.states if not DEAL.is_final(state)]
    rows = Deal.objects.filter(state__in=open_states, next_step_on__lte=today).values("vendor_id")
    return {
        row["vendor_id"]: Waiting(
            row["n"], ngettext("%(n)d deal due", "%(n)d deals due", row["n"]) % {"n": row["n"]}, "deals/"
        )
        for row in rows.annotate(n=Count("pk")).order_by()
    }

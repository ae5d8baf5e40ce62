"""What waits of leads at each vendor, for the desk's list."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Count, Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from fairway.core.access import Member
from fairway.core.http.desk import Waiting
from fairway.leads.models import Lead, Offer
from fairway.leads.rules.states import LeadState, OfferState

SOON = timedelta(hours=24)


def offers_waiting(member: Member, at: datetime) -> dict[int, Waiting]:
    """Open offers by vendor; pressing when one of them ends within a day."""
    rows = Offer.objects.filter(state=OfferState.OPEN).values("vendor_id")
    counted = rows.annotate(n=Count("pk"), soon=Count("pk", filter=Q(lapses_at__lt=at + SOON))).order_by()
    return {row["vendor_id"]: _offers(row["n"], row["soon"]) for row in counted}


def _offers(count: int, soon: int) -> Waiting:
    label = ngettext("%(n)d open offer", "%(n)d open offers", count) % {"n": count}
    if soon:
        label = _("%(offers)s, %(soon)d within a day") % {"offers": label, "soon": soon}
    return Waiting(count, label, "offers/", is_pressing=bool(soon))


def steps_due(member: Member, at: datetime) -> dict[int, Waiting]:
    """Accepted leads whose next step is due today or was before."""
    zone = member.seat.partner_time_zone if member.seat else "UTC"
    today = at.astimezone(ZoneInfo(zone)).date()
    rows = Lead.objects.filter(state=LeadState.ACCEPTED, next_step_on__lte=today).values("vendor_id")
    counted = rows.annotate(n=Count("pk")).order_by()
    return {
        row["vendor_id"]: Waiting(
            row["n"], ngettext("%(n)d lead due", "%(n)d leads due", row["n"]) % {"n": row["n"]}, "leads/"
        )
        for row in counted
    }

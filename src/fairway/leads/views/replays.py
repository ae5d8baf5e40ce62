"""A past decision taken again, from what was known of the partners then."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from fairway.core.access import require
from fairway.leads.queries.replay import replay
from fairway.leads.views.asked import lead_of, member_of
from fairway.leads.views.lead_parts import pause_now


@require_safe
def of_lead(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Whether the latest decision on a lead comes out the same; a part of the lead's page, or a page of its own."""
    require(member_of(request), "lead.read")
    lead = lead_of(uid)
    template = "leads/replay.html" if request.headers.get("HX-Request") else "leads/replay_page.html"
    again = replay(lead)
    partner = again.decision.partner if again else None
    context = {"lead": lead, "replay": again, "pause": pause_now(partner), "partner": partner}
    return render(request, template, context)

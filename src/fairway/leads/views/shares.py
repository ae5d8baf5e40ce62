"""How the past quarter's leads were spread: for the vendor by tier and size, for a partner what stood in the way."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from fairway.core.access import require
from fairway.core.http.format import number, percent
from fairway.core.http.paging import paginate
from fairway.core.http.parts import Figure
from fairway.core.http.toasts import toast
from fairway.leads.actions.shares import ask_for_shares
from fairway.leads.models import LeadShare
from fairway.leads.plan_tables import GroupTable, ShareTable
from fairway.leads.queries import shares as queries
from fairway.leads.rules.shares import IN_OWN_HANDS, REASONS
from fairway.leads.views.asked import address, member_of
from fairway.leads.views.console import tabs
from fairway.leads.views.portal import tabs as portal_tabs

REASONS_SHOWN = 6


@require_safe
def fairness(request: HttpRequest) -> HttpResponse:
    """Shares by tier and by size, and the partners that got nothing though they could have."""
    require(member_of(request), "lead.assign")
    by_tier, by_size = queries.groups("tier"), queries.groups("size")
    base = reverse("leadshare-list")
    context = {
        "tabs": tabs(request, "fairness"), "counted": queries.latest(),
        "by_tier": GroupTable(_linked(by_tier, f"{base}?tier="), request=request),
        "by_size": GroupTable(_linked(by_size, f"{base}?size="), request=request),
        "starved": sum(group.starved for group in by_tier), "starved_url": f"{base}?starved=1",
    }  # fmt: skip
    return render(request, "leads/fairness.html", context)


def _linked(groups: list[queries.Group], base: str) -> list[dict[str, Any]]:
    return [
        {
            "name": group.name or _("Not known"), "url": base + group.name, "partners": group.partners,
            "starved": group.starved, "offered": group.offered, "value_minor": group.value_minor,
            "currency": group.currency, "share_of_partners": group.share_of_partners,
            "share_of_leads": group.share_of_leads, "share_of_value": group.share_of_value,
        }
        for group in groups
    ]  # fmt: skip


@require_safe
def share_list(request: HttpRequest) -> HttpResponse:
    require(member_of(request), "lead.assign")
    page = paginate(queries.shares(request.GET), request)
    base = address("partner-list")
    for row in page.rows:
        row.url = f"{base}{row.partner.uid}/" if base else ""
    said = request.GET.get("tier") or request.GET.get("size")
    heading = _("Partners that got nothing") if request.GET.get("starved") else said or _("Partners")
    return render(request, "leads/share_list.html", {"table": ShareTable(page, request=request), "heading": heading})


@require_POST
def count_again(request: HttpRequest) -> HttpResponse:
    ask_for_shares(actor=member_of(request))
    toast(request, _("It is being counted. Load this page again in a moment."))
    return redirect("lead-fairness")


@require_safe
def why_not_me(request: HttpRequest) -> HttpResponse:
    """For a partner: what it could have had, what it got, and why not more. No other partner is named."""
    require(member_of(request), "offer.read")
    share = LeadShare.objects.order_by("pk").first()
    context: dict[str, Any] = {"tabs": portal_tabs(request, "why"), "share": share}
    if share:
        context |= {"strip": _own_strip(share), **_own_reasons(share)}
    return render(request, "leads/why_not_me.html", context)


def _own_strip(share: LeadShare) -> list[Figure]:
    rate = percent(100 * share.accepted / share.offered, 0) if share.offered else ""
    return [
        Figure(_("Leads looked at"), number(share.leads_looked_at), _("the latest of the past quarter")),
        Figure(_("You could have had"), number(share.eligible), _("by the rules, room or no room")),
        Figure(_("Offered to you"), number(share.offered), _("in the whole quarter")),
        Figure(_("You accepted"), number(share.accepted), _("%(n)s of those offered") % {"n": rate} if rate else ""),
    ]


def _own_reasons(share: LeadShare) -> dict[str, Any]:
    told = [(str(REASONS[code]), count) for code, count in queries.reasons_of(share) if code in REASONS]
    return {
        "reasons": told[:REASONS_SHOWN],
        "own": [code for code in IN_OWN_HANDS if code in share.reasons],
    }

"""The lead pool on the partner's side: what may be taken, one lead's brief, and taking it."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from fairway.core import clock
from fairway.core.access import Member, require
from fairway.core.http.format import duration
from fairway.core.http.paging import changed_query, paginate
from fairway.core.http.parts import Happening, Todo, TodoGroup
from fairway.core.http.toasts import toast
from fairway.leads.actions.claims import claim_lead
from fairway.leads.models import PoolEntry
from fairway.leads.pool_tables import ENTRY_STATES, FreeTable, free_filters
from fairway.leads.queries import pools as queries
from fairway.leads.rules.states import FREE
from fairway.leads.views import briefs
from fairway.leads.views.asked import REFUSALS, member_of
from fairway.leads.views.portal import tabs

LIST_SIZE = 50


@require_safe
def entry_list(request: HttpRequest) -> HttpResponse:
    """What this partner may take, the newest first."""
    member, at = member_of(request), clock.now()
    require(member, "offer.read")
    page = paginate(queries.free_entries(request.GET), request, size=LIST_SIZE)
    full = _why_full(member, page.rows, at)
    may_take = member.can("offer.answer") and member.partner_id is not None
    query = changed_query(request.GET, page=None)
    items = [_todo(row, at, query, may_take=may_take and not full.get(row["pool_id"])) for row in page.rows]
    filters = free_filters(*queries.choices())
    context = {
        "tabs": tabs(request, "pool"),
        "table": FreeTable(page, request=request, filters=filters),
        "groups": [TodoGroup(_("Free to take"), items)],
        "page": page,
        "has_leads": bool(items),
        "is_filtered": any(request.GET.get(each.name) for each in filters),
        "full": sorted({why for why in full.values() if why}),
        "may_take": may_take,
    }
    return render(request, "leads/portal_pool.html", context)


def _why_full(member: Member, rows: Any, at: datetime) -> dict[int, str]:
    """Pool → why this partner can take no more of it, "" where it can."""
    partner_id = member.partner_id
    if partner_id is None or not rows:
        return {}
    limits = {row["pool_id"]: (row["open_most"], row["day_most"]) for row in rows}
    if why := queries.why_no_room(*queries.room_of(partner_id)):
        return dict.fromkeys(limits, why)
    limited = [pool_id for pool_id, most in limits.items() if any(most)]
    zone = member.seat.partner_time_zone if member.seat else "UTC"
    taken = queries.taken_of(partner_id, limited, at, zone) if limited else {}
    return {pool_id: queries.why_full(*most, taken.get(pool_id)) for pool_id, most in limits.items()}


def _todo(row: dict[str, Any], at: datetime, query: str, *, may_take: bool) -> Todo:
    page_url = reverse("portal-poolentry", args=[row["uid"]])
    claim_url = reverse("portal-poolentry-claim", args=[row["uid"]]) + (query if query != "?" else "")
    since = _("for %(time)s") % {"time": duration(at - row["pooled_at"])}
    return Todo(
        row["title"], briefs.sentence(row), claim_url if may_take else page_url,
        _("Take it") if may_take else _("See it"), "target", since, _("in the pool"), is_post=may_take,
        page_url=page_url,
    )  # fmt: skip


def _entry(uid: UUID) -> PoolEntry:
    found = queries.entry_found(uid)
    if found is None:
        raise Http404
    return found


@require_safe
def entry_page(request: HttpRequest, uid: UUID) -> HttpResponse:
    """The brief without its person, and the button that takes it."""
    member = member_of(request)
    require(member, "offer.read")
    entry = _entry(uid)
    row = {"pool_id": entry.pool_id, "open_most": entry.open_most, "day_most": entry.day_most}
    is_free = entry.state in FREE
    full = _why_full(member, [row], clock.now()).get(entry.pool_id, "") if is_free else ""
    context = {
        "entry": entry,
        "pill": ENTRY_STATES[entry.state],
        "is_free": is_free,
        "full": full,
        "may_take": is_free and not full and member.can("offer.answer") and member.partner_id is not None,
        "facts": briefs.facts(entry.brief, entry.amount_minor, entry.currency),
        "next": _what_happens(),
    }
    return render(request, "leads/portal_pool_lead.html", context)


def _what_happens() -> list[Happening]:
    return [
        Happening(_("Who is first has it"), _("Others are told that it is taken."), when=_("when you take it"),
                  is_now=True),
        Happening(_("You see the person at once"), _("with name, e-mail and phone."), when=_("from then on")),
        Happening(_("You call soon"), _("who calls within a day wins most."), when=_("today")),
    ]  # fmt: skip


@require_POST
def claim(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Take it. Who comes too late is told so, and goes on with the others."""
    member = member_of(request)
    require(member, "offer.answer")
    try:
        lead = claim_lead(entry=_entry(uid), actor=member, at=clock.now())
    except REFUSALS as refused:
        toast(request, str(refused), kind="attention")
        query = request.GET.urlencode()
        return redirect(reverse("portal-poolentry-list") + (f"?{query}" if query else ""))
    toast(request, _("The lead is yours. Call soon: who calls within a day wins most."))
    return redirect("portal-lead", lead.uid)

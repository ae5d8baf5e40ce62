"""What is expected of a partner's person by when: offers, first contacts, next steps, and what other rooms add."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from fairway.core import clock
from fairway.core.access import Member, require
from fairway.core.http import expected
from fairway.core.http.expected import DAYS_AHEAD, MOST, Due, end_of
from fairway.core.http.format import day, duration
from fairway.core.http.parts import Kind, Todo, TodoGroup
from fairway.leads.queries import homes as home_queries
from fairway.leads.queries import partner_leads
from fairway.leads.queries import sellers as seller_queries
from fairway.leads.queries.limits import first_touch_limits
from fairway.leads.rules.states import SellerState
from fairway.leads.tables import lead_name
from fairway.leads.views import briefs
from fairway.leads.views.asked import member_of
from fairway.leads.views.limits import end_words
from fairway.leads.views.portal import tabs


@require_safe
def due_list(request: HttpRequest) -> HttpResponse:
    """Overdue first; times where the reader is."""
    member, at = member_of(request), clock.now()
    require(member, "offer.read")
    dues = expected.gather(member, at)
    split = _split(dues, at, member)
    groups = [TodoGroup(label, [_todo(due, at, member.zone) for due in those]) for label, those in split]
    zone = member.zone.replace("_", " ")
    context = {"tabs": tabs(request, "due"), "groups": groups, "has_any": bool(dues), "zone": zone}
    return render(request, "leads/expected.html", context)


def _split(dues: list[Due], at: datetime, member: Member) -> list[tuple[str, list[Due]]]:
    tomorrow = end_of(at.astimezone(ZoneInfo(member.zone)).date(), member.zone)
    bounds = [
        (_("Overdue"), at), (_("Today"), tomorrow), (_("In the next seven days"), tomorrow + timedelta(days=7)),
        (_("Later"), datetime.max.replace(tzinfo=at.tzinfo)),
    ]  # fmt: skip
    found, left = [], dues
    for label, until in bounds:
        # Something due at the end of today is of today: its bound is the next midnight.
        is_over = until == at
        here = [due for due in left if due.due_at < until or (due.due_at == until and not is_over)]
        found.append((label, here))
        left = left[len(here) :]
    return [(label, those) for label, those in found if those]


def _todo(due: Due, at: datetime, zone: str) -> Todo:
    is_late = due.due_at <= at
    if due.is_day:
        on = due.due_at.astimezone(ZoneInfo(zone)).date() - timedelta(days=1)
        when = day(on, today=at.astimezone(ZoneInfo(zone)).date())
        text = _("was due %(day)s") % {"day": when} if is_late else _("by %(when)s") % {"when": when}
        note = ""
    else:
        text = _("%(time)s late") % {"time": duration(at - due.due_at)} if is_late else _("%(time)s left") % {
            "time": duration(due.due_at - at)
        }  # fmt: skip
        note = end_words(due.due_at, at, zone)
    kind: Kind = "bad" if is_late else "neutral"
    return Todo(due.title, f"{due.what}. {due.text}".strip(), due.url, due.action, due.icon, text, note, kind)


def offers_to_answer(member: Member, at: datetime) -> Iterable[Due]:
    if not member.can("offer.answer"):
        return []
    return [
        Due(_("Answer the offer"), offer["title"], briefs.sentence(offer), offer["lapses_at"],
            reverse("portal-offer", args=[offer["uid"]]), _("See offer"), "target")
        for offer in partner_leads.open_offers()[:MOST]
    ]  # fmt: skip


def first_contacts(member: Member, at: datetime) -> Iterable[Due]:
    """Accepted leads that nobody has contacted, and how good those are that somebody has, within a business day."""
    if not member.can("lead.work") or member.partner_id is None:
        return []
    seat_id = member.seat_id if member.role == "seller" else None
    rows = list(home_queries.to_contact_or_rate(seat_id)[:MOST])
    limits = first_touch_limits(member.partner_id, [row["first_touch_at"] or row["accepted_at"] for row in rows])
    return [
        Due(_("Say how good the lead is") if row["first_touch_at"] else _("First contact"), lead_name(row),
            row["title"], until, reverse("portal-lead", args=[row["uid"]]), _("Open"),
            "message" if row["first_touch_at"] else "phone-call")
        for row, until in zip(rows, limits, strict=True)
    ]  # fmt: skip


def next_steps(member: Member, at: datetime) -> Iterable[Due]:
    if not member.can("lead.work"):
        return []
    until = at.astimezone(ZoneInfo(member.zone)).date() + timedelta(days=DAYS_AHEAD)
    seat_id = member.seat_id if member.role == "seller" else None
    return [
        Due(_("Next step"), f"{lead_name(row)}: {row['next_step']}", row["title"],
            end_of(row["next_step_on"], member.zone), reverse("portal-lead", args=[row["uid"]]), _("Open"),
            "phone-call", is_day=True)
        for row in home_queries.steps_due(until, seat_id)[:MOST]
    ]  # fmt: skip


def leads_to_take(member: Member, at: datetime) -> Iterable[Due]:
    """Leads handed to this person and not taken yet; of who assigns also those that wait for a seller."""
    if not member.can("lead.work"):
        return []
    return [_to_take(row, at) for row in seller_queries.to_act_on(member)[:MOST]]


def _to_take(row: dict[str, Any], at: datetime) -> Due:
    about = {name.removeprefix("lead__"): value for name, value in row.items()}
    waits, url = row["state"] == SellerState.WAITING, reverse("portal-lead", args=[row["lead__uid"]])
    what, action = (_("Choose a seller"), _("Hand it on")) if waits else (_("Take it or give it back"), _("Open"))
    return Due(what, lead_name(about), row["lead__title"], row["due_at"] or at, url, action, "user")

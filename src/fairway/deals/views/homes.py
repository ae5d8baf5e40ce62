"""What deals bring to the home pages: questions to answer, decisions, late steps, and the partner's open deals."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from fairway.core.access import Member
from fairway.core.http.expected import DAYS_AHEAD, Due, end_of
from fairway.core.http.expected import MOST as DUE_MOST
from fairway.core.http.format import day, due_words, duration, moment, money
from fairway.core.http.todo import MOST, TodoItem
from fairway.core.prepared import Wanted
from fairway.deals.models import Deal, Registration
from fairway.deals.queries.deals import late_steps, listed
from fairway.deals.queries.registrations import count_in, of_partner, to_decide
from fairway.deals.views.tables import DealTable, covers

SHOWN = 6


def questions_to_answer(member: Member, at: datetime) -> Iterable[TodoItem]:
    """The partner's registrations that came back with a question."""
    if not member.can("registration.submit") or member.seat is None:
        return
    for registration in of_partner().filter(state="returned").order_by("submitted_at")[:MOST]:
        asked = {"vendor": member.seat.vendor_name, "question": registration.question[:120]}
        yield TodoItem(
            title=f"{registration.customer_name}: {covers(registration)}",
            second=_("%(vendor)s asks: “%(question)s” Your place is held.") % asked,
            due_text=_("Returned"),
            late=False,
            url=reverse("portal-registration-detail", args=[registration.uid]) + "#answer",
            action_label=_("Reply"),
            kind="answer",
            sort=10**6,
            icon="shield-check",
        )


def registrations_to_decide(member: Member, at: datetime) -> Iterable[TodoItem]:
    """For those who are asked: the deal desk, the role above once the time limit is over, and who a step names."""
    for registration, asked_at in to_decide(member, MOST):
        yield _to_decide(registration, asked_at, at)


def _to_decide(registration: Registration, asked_at: datetime, at: datetime) -> TodoItem:
    due = registration.due_at or at
    left = (due - at).total_seconds()
    whole = max((due - asked_at).total_seconds(), 1)
    words = {"time": duration(abs(due - at))}
    partner = registration.partner.name if registration.partner else ""
    value = _amount(registration.amount_minor, registration.currency)
    return TodoItem(
        title=_("%(partner)s registers %(customer)s") % {"partner": partner, "customer": registration.customer_name},
        second=", ".join(filter(None, (covers(registration), value))),
        due_text=_("%(time)s late") % words if left < 0 else _("%(time)s left") % words,
        due_note=_("decide by %(when)s") % {"when": moment(due)},
        late=left < 0,
        url=reverse("registration-detail", args=[registration.uid]),
        action_label=_("Decide"),
        kind="decide",
        sort=left,
        left_share=None if left < 0 else min(100.0, 100 * left / whole),
        icon="shield-check",
    )


def steps_due(member: Member, at: datetime) -> Iterable[TodoItem]:
    """Deals whose next step is due today or was before; an account manager sees the late ones of the own partners.

    And whoever stands in for one, those of that one's.
    """
    if not member.can("deal.work") or member.seat is None:
        return
    cams = member.answers_for if member.role == "cam" else member.seat.stands_in_for
    if member.is_staff and not cams:
        return
    zone = member.seat.vendor_time_zone if member.is_staff else member.seat.partner_time_zone
    today = at.astimezone(ZoneInfo(zone)).date()
    rows = listed().filter(partner__cam_id__in=cams) if member.is_staff else listed()
    for deal in late_steps(rows, today, MOST):
        yield _step(deal, today, member)


def steps_expected(member: Member, at: datetime) -> Iterable[Due]:
    """Next steps of a partner's deals, of the days before the member and of those that were."""
    if not member.can("deal.work"):
        return
    until = at.astimezone(ZoneInfo(member.zone)).date() + timedelta(days=DAYS_AHEAD)
    for deal in late_steps(listed(), until, DUE_MOST):
        yield Due(
            _("Next step"), f"{deal.customer_name}: {deal.next_step}", str(deal.get_state_display()),
            end_of(deal.next_step_on or until, member.zone), reverse("portal-deal-detail", args=[deal.uid]), _("Open"),
            "briefcase", is_day=True,
        )  # fmt: skip


def _step(deal: Deal, today: date, member: Member) -> TodoItem:
    on = deal.next_step_on or today
    is_late = on < today
    about = ", ".join(filter(None, (deal.get_state_display(), _amount(deal.amount_minor, deal.currency))))
    name = "deal-detail" if member.is_staff else "portal-deal-detail"
    partner = f"{deal.partner.name}. " if member.is_staff and deal.partner else ""
    return TodoItem(
        title=f"{deal.customer_name}: {deal.next_step}",
        second=f"{partner}{about}.",
        due_text=due_words(on, today=today),
        due_note=_("was due %(day)s") % {"day": day(on, today=today)} if is_late else "",
        late=is_late,
        url=reverse(name, args=[deal.uid]) + "#next",
        action_label=_("Open"),
        kind="step",
        sort=(on - today).days,
        icon="briefcase",
    )


def _amount(minor: int | None, currency: str) -> str:
    return "" if minor is None else money(minor, currency or "USD", cents=False)


class HomeDeals(DealTable):
    filters = []
    name = "home-deals"


def open_deals(member: Member, at: datetime) -> Mapping[str, Any] | None:
    """The partner's open deals, those with the next step first."""
    if not member.can("deal.read"):
        return None
    rows = listed().order_by("next_step_on", "closes_on", "pk")
    shown, count = list(rows[:SHOWN]), rows.order_by().count()
    columns = DealTable.of_surface("portal-deal-detail", has_partner=False)
    columns = [column for column in columns if column.name != "closes_on"]
    return {"table": HomeDeals(shown, columns=columns), "shown": min(count, SHOWN), "count": count}


def waiting_count(request: HttpRequest) -> Wanted[int] | None:
    """How many registrations wait for a decision; for those who may take it."""
    member: Member | None = request.member  # type: ignore[attr-defined]
    if member is None or not member.can("registration.decide"):
        return None
    return count_in("submitted")


def returned_count(request: HttpRequest) -> Wanted[int]:
    return count_in("returned")

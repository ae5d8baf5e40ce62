"""What leads put on the home pages: offers to answer, next steps due; for staff what waits and what presses."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from fairway.core.access import Member
from fairway.core.http.format import day, due_words, duration, number
from fairway.core.http.parts import Figure
from fairway.core.http.todo import TodoItem
from fairway.core.prepared import Wanted
from fairway.leads.queries import homes as queries
from fairway.leads.queries import partner_leads, pools, sellers
from fairway.leads.queries.leads import capped, state_counts
from fairway.leads.rules.answers import STAGES
from fairway.leads.rules.states import SellerState
from fairway.leads.rules.tracking import SilenceStep
from fairway.leads.tables import lead_name
from fairway.leads.views import briefs
from fairway.leads.views.briefs import about_money
from fairway.leads.views.limits import left_of, time_left

SHOWN = 10
PRESSING_SHOWN = 5
WATCHED_SHOWN = 5
LATER = 1e9  # after all that has a limit
# An offer nearer to its end than this stands on the account manager's home.
PRESSING = timedelta(hours=2)
FIGURE_DAYS = 30
OWN_DAYS = 90


def offer_count(request: HttpRequest) -> Wanted[int]:
    """Open offers of the partner; asked once a request, shown in the navigation and on the tabs."""
    if not hasattr(request, "fw_open_offers"):
        request.fw_open_offers = partner_leads.open_offer_count()  # type: ignore[attr-defined]
    return request.fw_open_offers  # type: ignore[attr-defined]


def pool_count(request: HttpRequest) -> Wanted[int]:
    """Leads the partner may take from pools; asked once a request."""
    if not hasattr(request, "fw_pool_leads"):
        request.fw_pool_leads = pools.free_count()  # type: ignore[attr-defined]
    return request.fw_pool_leads  # type: ignore[attr-defined]


def seller_count(request: HttpRequest) -> Wanted[int]:
    """Leads to take, and for who assigns those without a seller; asked once a request."""
    if not hasattr(request, "fw_seller_leads"):
        request.fw_seller_leads = sellers.to_act_on_count(request.member)  # type: ignore[attr-defined]
    return request.fw_seller_leads  # type: ignore[attr-defined]


def waiting_count(request: HttpRequest) -> Wanted[int | str]:
    """Leads nobody has, “1,000+” where counting stopped; asked once a request, for the navigation and the tabs."""
    if not hasattr(request, "fw_waiting_leads"):
        request.fw_waiting_leads = queries.waiting_count().then(_badge)  # type: ignore[attr-defined]
    return request.fw_waiting_leads  # type: ignore[attr-defined]


def _badge(count: int) -> int | str:
    return capped(count) if count >= queries.COUNT_CAP else count


# The partner's people


def offers_to_answer(member: Member, at: datetime) -> Iterable[TodoItem]:
    if not member.can("offer.answer"):
        return []
    return [_offer(offer, at, member.zone) for offer in partner_leads.open_offers()[:SHOWN]]


def _offer(offer: dict[str, Any], at: datetime, zone: str) -> TodoItem:
    left = left_of(offer, at, zone)
    return TodoItem(
        offer["title"], briefs.sentence(offer), left.text, left.is_over, reverse("portal-offer", args=[offer["uid"]]),
        _("See offer"), "answer", (offer["lapses_at"] - at).total_seconds(), left.note, left.share, "target",
    )  # fmt: skip


def leads_to_take(member: Member, at: datetime) -> Iterable[TodoItem]:
    """Leads handed to this person and not taken yet; for who assigns also those without a seller."""
    if not member.can("lead.work"):
        return []
    return [_to_take(row, at, member.zone) for row in sellers.to_act_on(member)[:SHOWN]]


def _to_take(row: dict[str, Any], at: datetime, zone: str) -> TodoItem:
    about = {name.removeprefix("lead__"): value for name, value in row.items()}
    waits = row["state"] == SellerState.WAITING
    left = time_left(row["assigned_at"], row["due_at"] or at, at, zone)
    return TodoItem(
        _("%(lead)s: no seller") % {"lead": lead_name(about)} if waits else lead_name(about), row["lead__title"],
        left.text, left.is_over, reverse("portal-lead", args=[row["lead__uid"]]),
        _("Hand it on") if waits else _("Take it"), "decide" if waits else "answer",
        ((row["due_at"] or at) - at).total_seconds(), left.note, left.share, "user",
    )  # fmt: skip


def steps_due(member: Member, at: datetime) -> Iterable[TodoItem]:
    """Next steps of leads that are due today or late, the seller's own and those of nobody."""
    if not member.can("lead.work"):
        return []
    today = at.astimezone(ZoneInfo(member.zone)).date()
    seat_id = member.seat_id if member.role == "seller" else None
    return [_step(row, today) for row in queries.steps_due(today, seat_id)[:SHOWN]]


def _step(row: dict[str, Any], today: date) -> TodoItem:
    on: date = row["next_step_on"]
    is_late = on < today
    about = ", ".join(
        part for part in (str(STAGES.get(row["stage"], "")), about_money(row["amount_minor"], row["currency"])) if part
    )
    last = (
        _("Last contact %(day)s.") % {"day": day(row["last_touch_at"])}
        if row["last_touch_at"]
        else _("No contact yet.")
    )
    return TodoItem(
        f"{lead_name(row)}: {row['next_step']}", f"{about}. {last}" if about else last,
        due_words(on, today=today), is_late, reverse("portal-lead", args=[row["uid"]]),
        _("Open"), "step", (on - today).days,
        _("was due %(day)s") % {"day": day(on)} if is_late else "", None, "phone-call",
    )  # fmt: skip


def leads_to_watch(member: Member, at: datetime) -> Iterable[TodoItem]:
    """Silent leads, and those whose customer was spoken with and of which nobody said how good they are."""
    if not member.can("lead.work"):
        return []
    seat_id = member.seat_id if member.role == "seller" else None
    return [_to_watch(row, at) for row in queries.leads_to_watch(seat_id)[:WATCHED_SHOWN]]


def _to_watch(row: dict[str, Any], at: datetime) -> TodoItem:
    url = reverse("portal-lead", args=[row["uid"]])
    silent = row["silent_since"]
    if silent is None:
        return TodoItem(
            _("%(lead)s: how good is this lead?") % {"lead": lead_name(row)},
            _("You have spoken with the customer. Your answer decides which leads are sent to you."),
            _("last contact %(day)s") % {"day": day(row["last_touch_at"])}, False, f"{url}#rating", _("Answer"),
            "watch", LATER, icon="star",
        )  # fmt: skip
    due = row["silence_due_at"]
    is_last = due is not None and row["silence_step"] >= SilenceStep.EXECUTIVE_TOLD
    return TodoItem(
        _("%(lead)s: no contact logged") % {"lead": lead_name(row)},
        _("Speak with the customer and log the contact."),
        (_("taken back %(day)s") if is_last else _("since %(day)s")) % {"day": day(due if is_last else silent)},
        is_last, f"{url}#touches", _("Open"), "watch", (due - at).total_seconds() if due else 0, icon="clock",
    )  # fmt: skip


# Staff


def leads_waiting(member: Member, at: datetime) -> Iterable[TodoItem]:
    """Leads that nobody has, by reason: for those who may route."""
    if not member.can("lead.route"):
        return []
    reasons, is_more = queries.waiting_by_reason()
    return [_waiting(reason, is_more) for reason in reasons[:SHOWN]]


def _waiting(reason: queries.Reason, is_more: bool) -> TodoItem:
    words = ngettext("%(n)s lead waits", "%(n)s leads wait", reason.leads)
    count = f"{number(reason.leads)}+" if is_more else number(reason.leads)
    return TodoItem(
        words % {"n": count}, reason.told or _("No reason is kept."), _("since %(day)s") % {"day": day(reason.oldest)},
        False, f"{reverse('lead-waiting')}?{urlencode({'because': reason.text})}", _("See leads"), "decide",
        reason.oldest.timestamp(), icon="target",
    )  # fmt: skip


def offers_pressing(member: Member, at: datetime) -> Iterable[TodoItem]:
    """Open offers that lapse soon: a CAM sees the own partners', the others who may route see all."""
    if not member.can("lead.route"):
        return []
    cams = member.answers_for if member.role == "cam" else None
    shown = []
    for offer in queries.offers_ending(at + PRESSING, cams)[:PRESSING_SHOWN]:
        left = left_of(offer, at, member.zone)
        name = offer["lead__company"] or offer["title"]
        shown.append(
            TodoItem(
                f"{name}: {offer['partner__name']}",
                _("Reminded, not answered yet.") if offer["reminded_at"] else _("Not answered yet."),
                left.text, left.is_over, reverse("lead-detail", args=[offer["lead__uid"]]), _("See lead"), "watch",
                (offer["lapses_at"] - at).total_seconds(), left.note, left.share, "clock",
            )
        )  # fmt: skip
    return shown


def lead_figures(member: Member, at: datetime) -> list[Figure]:
    """Leads of the last 30 days in four numbers."""
    if not member.can("lead.read"):
        return []
    counts = state_counts()
    answers = queries.answers_since(at - timedelta(days=FIGURE_DAYS), member.seat_id if member.role == "cam" else None)
    offers, accepted = answers["answered"], answers["accepted"]
    rate = f"{round(100 * accepted / offers)}\u00a0%" if offers else "–"
    list_url = reverse("lead-list")
    return [
        Figure(_("Leads offered now"), capped(counts["offered"]), _("wait for an answer"), f"{list_url}?state=offered"),
        Figure(_("Leads being worked"), capped(counts["accepted"]), _("at partners"), f"{list_url}?state=accepted"),
        Figure(_("Offers accepted"), rate, _rated(offers) % {"n": number(accepted), "m": number(offers)}),
    ]


def _rated(offers: int) -> str:
    return _("%(n)s of the latest %(m)s") if offers >= queries.RATED else _("%(n)s of %(m)s in 30 days")


CHANGES: dict[str, tuple[str, str, Any]] = {
    "accepted": ("arrow-up-right", "good", gettext_lazy("%(partner)s accepted %(lead)s")),
    "declined": ("arrow-down-right", "bad", gettext_lazy("%(partner)s declined %(lead)s")),
    "lapsed": ("clock", "bad", gettext_lazy("%(partner)s let %(lead)s lapse")),
    "recalled": ("refresh", "attention", gettext_lazy("%(lead)s was recalled from %(partner)s")),
}


def changes(member: Member, at: datetime) -> dict[str, Any] | None:
    """What partners answered this week; None when nothing did."""
    if not member.can("lead.read"):
        return None
    rows = queries.changes_since(at - timedelta(days=7), member.answers_for if member.role == "cam" else None)
    shown = []
    for row in rows:
        icon, kind, text = CHANGES[row["state"]]
        named = {"partner": row["partner__name"], "lead": row["lead__company"] or row["title"]}
        url = reverse("lead-detail", args=[row["lead__uid"]])
        shown.append({"icon": icon, "kind": kind, "text": text % named, "url": url, "at": row["answered_at"]})
    return {"changes": shown, "url": reverse("lead-list")} if shown else None


def own_answers(member: Member, at: datetime) -> dict[str, Any] | None:
    """How a partner answered over 90 days: the share accepted, and the usual time; None before the first."""
    rows = queries.own_answers(at - timedelta(days=OWN_DAYS))
    if not rows or not member.can("offer.answer"):
        return None
    accepted = sum(state == "accepted" for state, _offered, _answered in rows)
    took = sorted(answered - offered for state, offered, answered in rows if state in {"accepted", "declined"})
    lapsed = sum(state == "lapsed" for state, _offered, _answered in rows)
    sums = [(_("Offers accepted"), _("%(n)s of %(m)s") % {"n": accepted, "m": len(rows)})]
    if took:
        sums.append((_("Your usual time to answer"), duration(took[len(took) // 2])))
    if lapsed:
        sums.append((_("Lapsed unanswered"), str(lapsed)))
    return {"sums": sums, "days": OWN_DAYS}

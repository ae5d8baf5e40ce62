"""What happened to a lead and its offers, in words."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from fairway.core.events.reading import begun
from fairway.core.http.format import day, number
from fairway.core.http.happenings import Happened, happened, said
from fairway.core.http.parts import Happening
from fairway.leads.models import Lead, LeadNote, Offer, SellerAssignment
from fairway.leads.queries.answers import AnswerLists
from fairway.leads.queries.sellers import handed
from fairway.leads.rules.answers import CLOSE_REASONS, KIND, OUTCOME, QUALITY, RETURN, STAGES
from fairway.leads.rules.following import RECEIVERS
from fairway.leads.rules.sellers import BECAUSE
from fairway.leads.rules.tracking import SilenceStep

WORDS: dict[str, tuple[Any, Any]] = {
    "lead.captured": (gettext_lazy("Captured"), gettext_lazy("from %(source)s")),
    "lead.updated": (gettext_lazy("Updated"), gettext_lazy("from %(source)s")),
    "lead.found_alike": (gettext_lazy("Perhaps a duplicate"), gettext_lazy("of an earlier lead")),
    "lead.merged": (gettext_lazy("Merged"), gettext_lazy("by %(actor)s: another lead became part of this one")),
    "lead.merged_away": (gettext_lazy("Merged"), gettext_lazy("by %(actor)s into another lead")),
    "lead.unmerged": (gettext_lazy("Made two again"), gettext_lazy("by %(actor)s")),
    "lead.customer_decided": (gettext_lazy("Customer"), gettext_lazy("%(answer)s, said %(actor)s")),
    "lead.scored": (gettext_lazy("Scored"), gettext_lazy("%(points)s, %(band)s")),
    "lead.routed": (gettext_lazy("Routed"), gettext_lazy("%(routed)s")),
    "lead.pooled": (gettext_lazy("In a pool"), gettext_lazy("for partners to take")),
    "lead.widened": (gettext_lazy("Pool widened"), gettext_lazy("nobody took it so far")),
    "lead.claimed": (gettext_lazy("Taken from the pool"), gettext_lazy("by %(actor)s, %(partner)s")),
    "lead.left": (gettext_lazy("Taken out of the pool"), gettext_lazy("by %(actor)s: %(reason)s")),
    "lead.given_up": (gettext_lazy("Left in the pool"), gettext_lazy("nobody took it in time")),
    "lead.waiting": (gettext_lazy("Waiting"), gettext_lazy("%(because)s")),
    "lead.noted": (gettext_lazy("Note"), gettext_lazy("by %(actor)s: “%(text)s”")),
    "lead.touched": (gettext_lazy("Contact"), gettext_lazy("by %(actor)s: %(kind)s, %(outcome)s")),
    "lead.planned": (gettext_lazy("Next step"), gettext_lazy("%(step)s")),
    "lead.staged": (gettext_lazy("Stage"), gettext_lazy("%(stage)s, by %(actor)s")),
    "lead.rated": (gettext_lazy("Rated"), gettext_lazy("by %(actor)s, %(partner)s: %(quality)s")),
    "lead.silent": (gettext_lazy("Silent"), gettext_lazy("%(silence)s")),
    "lead.closed": (gettext_lazy("Closed"), gettext_lazy("by %(actor)s: %(reason)s")),
    "lead.recalled": (gettext_lazy("Taken back"), gettext_lazy("from %(partner)s: %(reason)s")),
    "lead.recall_warned": (gettext_lazy("Warned"), gettext_lazy("%(partner)s: %(warned)s")),
    "lead.escalated": (gettext_lazy("Escalated"), gettext_lazy("step %(step)s, to: %(receiver)s")),
    "lead.overridden": (gettext_lazy("Against the rules"), gettext_lazy("by %(actor)s")),
    "lead.taken_care_of": (gettext_lazy("Looked after"), gettext_lazy("by %(actor)s")),
    "lead.converted": (gettext_lazy("Became a deal"), gettext_lazy("by %(actor)s")),
    "offer.offered": (gettext_lazy("Offered"), gettext_lazy("to %(partner)s %(limit)s")),
    "offer.opened": (gettext_lazy("Opened"), gettext_lazy("by %(actor)s, %(partner)s")),
    "offer.reminded": (gettext_lazy("Reminder sent"), gettext_lazy("to %(partner)s")),
    "offer.accepted": (gettext_lazy("Accepted"), gettext_lazy("by %(actor)s, %(partner)s")),
    "lead.assigned": (gettext_lazy("Seller"), gettext_lazy("%(seller)s")),
    "lead.unassigned": (gettext_lazy("Waits for a seller"), gettext_lazy("%(because)s")),
    "lead.seller_reminded": (gettext_lazy("Reminder sent"), gettext_lazy("to %(seller)s, to take it")),
    "lead.assignment_taken": (gettext_lazy("Taken by its seller"), gettext_lazy("%(actor)s")),
    "lead.given_back": (gettext_lazy("Given back"), gettext_lazy("by %(actor)s: %(said)s")),
    "lead.assignment_lapsed": (gettext_lazy("Not taken in time"), gettext_lazy("by %(seller)s")),
    "offer.declined": (gettext_lazy("Declined"), gettext_lazy("by %(actor)s, %(partner)s: %(quality)s")),
    "offer.lapsed": (gettext_lazy("Lapsed"), gettext_lazy("at %(partner)s, nobody answered in time")),
    "offer.recalled": (gettext_lazy("Recalled"), gettext_lazy("from %(partner)s: %(reason)s")),
    "offer.escalated": (gettext_lazy("Escalated"), gettext_lazy("to the account manager")),
}

HANDED = frozenset(
    f"lead.{verb}" for verb in ("assigned", "unassigned", "seller_reminded", "given_back", "assignment_lapsed")
)


def of_lead(lead: Lead, lists: AnswerLists) -> tuple[list[Happened], list[Happening]]:
    """The events of a lead, of those merged into it and of its offers that the reader sees; the same in words."""
    offers = list(Offer.objects.filter(lead=lead).values_list("pk", flat=True))
    merged = list(Lead.objects.filter(merged_into=lead).order_by("captured_at"))
    first = min([lead, *merged], key=lambda each: each.captured_at)
    events = in_order(happened({"lead": [lead.pk, *(each.pk for each in merged)], "offer": offers}, since=begun(first)))
    notes, hands = _notes(events), _hands(events)
    return events, said(events, lambda event: fill(event, notes, lists) | _handed(event, hands, lists))


def in_order(events: list[Happened]) -> list[Happened]:
    """Newest first; what one run did in one instant in the order in which it makes sense."""
    places = {name: place for place, name in enumerate(WORDS)}
    return sorted(events, key=lambda event: (event.at, places.get(event.name, 0)), reverse=True)


def deal_of(events: Iterable[Happened]) -> str:
    """The uid of the deal that the lead became, as its event tells it; empty when there is none."""
    return next((str(event.data.get("deal", "")) for event in events if event.name == "lead.converted"), "")


def of_offer(offer: Offer, lists: AnswerLists) -> list[Happening]:
    return said(happened({"offer": [offer.pk]}, since=begun(offer)), lambda event: fill(event, {}, lists))


def _notes(events: list[Happened]) -> dict[int, str]:
    ids = [event.data["note"] for event in events if event.name == "lead.noted"]
    return dict(LeadNote.objects.filter(pk__in=ids).values_list("pk", "text")) if ids else {}


def _hands(events: list[Happened]) -> dict[int, SellerAssignment]:
    ids = {event.data["assignment"] for event in events if "assignment" in event.data}
    return handed(ids) if ids else {}


def _handed(event: Happened, hands: Mapping[int, SellerAssignment], lists: AnswerLists) -> dict[str, Any]:
    """Of an event about a lead's seller: who it was, and what was said."""
    if event.name not in HANDED:
        return {}
    row = hands.get(event.data.get("assignment", 0))
    name = row.seat.name if row and row.seat else _("somebody")
    words = {"seller": name}
    if event.name == "lead.assigned":
        words["seller"] = _assigned(event, row, name)
    if event.name == "lead.unassigned":
        words["because"] = str(BECAUSE.get(event.data.get("because", ""), ""))
    if event.name == "lead.given_back":
        text = f" “{row.text}”" if row and row.text else ""
        words["said"] = lists.say(RETURN, event.data["code"]) + text
    return words


def _assigned(event: Happened, row: SellerAssignment | None, name: str) -> str:
    """“Sal Seller, by the rule”, “Sal Seller, by Eva Exec: “knows them””."""
    if event.data.get("how") == "rule":
        return _("%(name)s, by the rule") % {"name": name}
    text = f": “{row.text}”" if row and row.text else ""
    return _("%(name)s, by %(actor)s") % {"name": name, "actor": event.actor} + text


def fill(event: Happened, notes: Mapping[int, str], lists: AnswerLists) -> dict[str, Any]:
    """The values that need more than the event's own data."""
    data, more = event.data, dict[str, Any]()
    if event.name == "lead.noted":
        more["text"] = notes.get(data["note"], "")
    if "quality" in data:
        more["quality"] = "; ".join(lists.said(QUALITY, data["quality"]))
    if event.name == "lead.closed":
        more["reason"] = str(CLOSE_REASONS.get(data.get("reason", ""), data.get("reason", "")))
    if event.name == "lead.touched":
        more |= {"kind": lists.say(KIND, data["kind"]).lower(), "outcome": _outcome(lists, data)}
    if event.name == "lead.silent":
        more["silence"] = _silence(data)
    if event.name == "lead.staged":
        more["stage"] = str(STAGES.get(data["stage"], data["stage"]))
    if event.name == "lead.planned":
        more["step"] = _planned(event)
    if event.name == "lead.routed":
        more["routed"] = _routed(data)
    if event.name == "lead.escalated":
        more["receiver"] = str(RECEIVERS.get(data["to"], data["to"]))
    if event.name == "lead.recall_warned":
        more["warned"] = warned_words(data)
    if minutes := data.get("limit_minutes"):
        more["limit"] = limit_words(minutes)
    return more


def warned_words(data: Mapping[str, Any]) -> str:
    """What a partner was warned of: “taken back without a contact within 16 business hours”."""
    hours = {"n": data.get("hours")}
    if data.get("because") == "untouched":
        return _("taken back without a contact within %(n)s business hours") % hours
    return _("taken back without progress within %(n)s business hours") % hours


def _planned(event: Happened) -> str:
    """The step's text stays in its row; the event knows the day."""
    on = event.data.get("next_step_on")
    if not on:
        return _("done by %(actor)s") % {"actor": event.actor}
    return _("for %(day)s, by %(actor)s") % {"day": day(date.fromisoformat(on)), "actor": event.actor}


def _routed(data: Mapping[str, Any]) -> str:
    """“by rule 4; 44 partners looked at”."""
    rule, considered = data.get("rule"), data.get("considered") or 0
    by = _("by rule %(n)d") % {"n": rule} if rule else _("no rule matched")
    looked = ngettext("%(n)s partner looked at", "%(n)s partners looked at", considered) % {"n": number(considered)}
    nobody = "" if data.get("outcome") in {"offered", "pool"} else _(", nobody found")
    return f"{by}; {looked}{nobody}"


def limit_words(minutes: int) -> str:
    hours = round(minutes / 60)
    return ngettext("for %(n)d business hour", "for %(n)d business hours", hours) % {"n": hours}


def _outcome(lists: AnswerLists, data: Mapping[str, Any]) -> str:
    return lists.say(OUTCOME, data["outcome"]).lower() if data.get("outcome") else ""


def _silence(data: Mapping[str, Any]) -> str:
    """“no contact since 3 Mar, the seller was told; it is taken back on 17 Mar without one”."""
    values = {"since": _day_of(data.get("since")), "on": _day_of(data.get("next"))}
    if data.get("step") == SilenceStep.SELLER_TOLD:
        return _("no contact since %(since)s: the seller was told") % values
    if not values["on"]:
        return _("no contact since %(since)s: the executive was told") % values
    return _("no contact since %(since)s: the executive was told, it is taken back on %(on)s") % values


def _day_of(instant: Any) -> str:
    return day(datetime.fromisoformat(str(instant))) if instant else ""

"""How states and events of this app look and read."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from fairway.core.events.models import Event
from fairway.core.http.format import day, money
from fairway.core.http.parts import Happening, Kind
from fairway.deals.queries.timelines import actor_of
from fairway.deals.rules.states import DEAL, PROTECTION, REGISTRATION
from fairway.deals.rules.words import LOST_REASONS, REJECT_REASONS

_KINDS: dict[str, Kind] = {
    "draft": "neutral", "submitted": "open", "returned": "attention", "approved": "good", "rejected": "bad",
    "withdrawn": "neutral", "revoked": "bad",
    "live": "good", "extended": "good", "expired": "neutral", "released": "neutral",
    "qualified": "open", "proposal": "accent", "negotiation": "accent", "won": "good", "lost": "bad",
}  # fmt: skip


def kind_of(state: str) -> Kind:
    return _KINDS.get(state, "neutral")


def _states(labels: Iterable[tuple[str, Any]]) -> dict[str, tuple[str, Any]]:
    return {state: (kind_of(state), gettext_lazy(str(label))) for state, label in labels}


REGISTRATION_STATES = _states(REGISTRATION.labels.items())
PROTECTION_STATES = _states(PROTECTION.labels.items())
DEAL_STATES = _states(DEAL.labels.items())

# verb of the event → (what is shown in bold, the rest with %(who)s, %(until)s, %(note)s, %(amount)s, …)
_SAID: dict[str, tuple[Any, Any]] = {
    "registration.submitted": (gettext_lazy("Sent"), gettext_lazy("by %(who)s, place held, receipt given")),
    "registration.corrected": (gettext_lazy("Corrected"), gettext_lazy("by %(who)s")),
    "registration.answered": (gettext_lazy("Answered"), gettext_lazy("by %(who)s")),
    "registration.returned": (gettext_lazy("Returned"), gettext_lazy("with a question by %(who)s")),
    "registration.approved": (gettext_lazy("Approved"), gettext_lazy("by %(who)s, protected until %(until)s")),
    "registration.rejected": (gettext_lazy("Rejected"), gettext_lazy("by %(who)s: %(reason)s")),
    "registration.withdrawn": (gettext_lazy("Withdrawn"), gettext_lazy("by %(who)s")),
    "registration.revoked": (gettext_lazy("Revoked"), gettext_lazy("by %(who)s")),
    "protection.granted": (gettext_lazy("Protected"), gettext_lazy("until %(until)s")),
    "protection.extended": (gettext_lazy("Extended"), gettext_lazy("by %(who)s until %(until)s %(note)s")),
    "protection.expired": (gettext_lazy("Protection ended"), gettext_lazy("its time was over")),
    "protection.released": (gettext_lazy("Protection ended"), gettext_lazy("by %(who)s %(note)s")),
    "deal.opened": (gettext_lazy("Opened"), gettext_lazy("by %(who)s")),
    "deal.moved": (gettext_lazy("Moved to %(to)s"), gettext_lazy("by %(who)s")),
    "deal.won": (gettext_lazy("Won"), gettext_lazy("by %(who)s for %(amount)s")),
    "deal.lost": (gettext_lazy("Lost"), gettext_lazy("by %(who)s: %(reason)s")),
    "deal.planned": (gettext_lazy("Next step"), gettext_lazy("set by %(who)s")),
    "deal.edited": (gettext_lazy("Changed"), gettext_lazy("by %(who)s: %(fields)s")),
    "deal.touched": (gettext_lazy("Contact"), gettext_lazy("by %(who)s: %(kind)s, %(outcome)s")),
}
_FIELDS = {
    "amount_minor": gettext_lazy("value"),
    "closes_on": gettext_lazy("close date"),
    "next_step_on": gettext_lazy("due date"),
    "seller_id": gettext_lazy("seller"),
    "title": gettext_lazy("title"),
}


def happenings(events: Iterable[Event]) -> list[Happening]:
    """The events a person reads, newest first; those without words here are left out."""
    shown = []
    for event in events:
        words = _SAID.get(f"{event.subject_type}.{event.verb}")
        if words is not None:
            values = _values(event)
            shown.append(Happening(str(words[0]) % values, (str(words[1]) % values).strip(), event.at))
    if shown:
        first = shown[0]
        shown[0] = Happening(first.verb, first.text, first.at, is_now=True)
    return shown


def _values(event: Event) -> dict[str, Any]:
    data = event.data
    reason = data.get("reason", "")
    amount = data.get("amount_minor")
    return {
        "who": actor_of(event),
        "until": day(_instant(data.get("until"))),
        "note": f": {data['note']}" if data.get("note") else "",
        "to": DEAL.label(data["to"]) if "to" in data else "",
        "amount": money(amount, data["currency"], cents=False) if amount and data.get("currency") else "",
        "reason": str(REJECT_REASONS.get(reason) or LOST_REASONS.get(reason) or reason),
        "fields": ", ".join(str(_FIELDS[name]) for name in data if name in _FIELDS) or _("its title"),
        "kind": str(data.get("kind", "")).replace("_", " "),
        "outcome": str(data.get("outcome", "")).replace("_", " "),
    }


def _instant(value: Any) -> datetime | None:
    return parse_datetime(value) if isinstance(value, str) else None

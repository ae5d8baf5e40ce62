"""Leads that nobody has and that no person was asked to decide."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Aggregate, F, Func, OuterRef, Subquery, TextField, Value

from fairway.core.told import told
from fairway.leads.models import Lead, RoutingDecision
from fairway.leads.rules.states import LeadState

MOST = 5000
LOST_AFTER = timedelta(minutes=15)


# Why a lead waits, without the numbers that differ from lead to lead: “No partner is eligible by rule 3.”
REASON = Func(
    F("waiting_because"), Value("( [0-9]+): [0-9].*$"), Value(r"\1."),
    function="regexp_replace", output_field=TextField(),
)  # fmt: skip


class AnyValue(Aggregate):
    """One of the values of a group, whichever."""

    function = "ANY_VALUE"


_NUMBERS = ": %(words)s."


def reason_told(reason: str, words: Any) -> str:
    """A REASON in the language in force, by the words of one of its leads."""
    message = words.get("text", "") if isinstance(words, Mapping) else ""
    if message.endswith(_NUMBERS):
        words = {**words, "text": message.removesuffix(_NUMBERS) + "."}
    return told(reason, words)


def leads_to_route_again(at: datetime) -> list[int]:
    """Ids of leads that wait for an eligible partner, and of captured ones whose job was lost; oldest first."""
    latest = RoutingDecision.objects.filter(lead=OuterRef("pk")).order_by("-decided_at", "-pk").values("outcome")[:1]
    waiting = Lead.objects.filter(state=LeadState.WAITING).annotate(outcome=Subquery(latest)).exclude(outcome="person")
    lost = Lead.objects.filter(state=LeadState.CAPTURED, captured_at__lt=at - LOST_AFTER)
    found = list(waiting.order_by("captured_at").values_list("pk", flat=True)[:MOST])
    found += lost.order_by("captured_at").values_list("pk", flat=True)[: MOST - len(found)]
    return found

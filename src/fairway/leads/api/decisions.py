"""Why a lead went where it went: the latest decision of the rules, and whether it comes out the same again."""

from typing import Any
from uuid import UUID

from django.http import Http404
from django.utils.translation import gettext_lazy
from rest_framework import serializers

from fairway.core.http.api.fields import Instant, Output
from fairway.core.http.api.operations import Call, Resource, operation
from fairway.leads.api.leads import found
from fairway.leads.queries.plan_replay import PAIRS_MOST_OF_PROGRAMS
from fairway.leads.queries.replay import replay
from fairway.leads.queries.why import why


class CandidateTold(serializers.Serializer):
    """One partner that was weighed."""

    partner = serializers.UUIDField(source="partner_uid")
    name = serializers.CharField()
    fit = serializers.FloatField(help_text="0 to 100; of a plan its worth there in percent of the greatest.")
    km = serializers.FloatField(allow_null=True)
    open = serializers.IntegerField(help_text="Open leads it had.")
    capacity = serializers.IntegerField()
    record = serializers.IntegerField(help_text="Offers accepted, in percent, drawn towards the mean.")
    decided = serializers.CharField()
    worth = serializers.CharField(allow_blank=True, help_text="Of a plan: what the lead is worth there.")
    price = serializers.CharField(allow_blank=True, help_text="Of a plan: what one more place there is worth.")


class DecisionTold(Output):
    """The latest decision on a lead."""

    is_batch = serializers.BooleanField(help_text="Whether it was decided with others at once, by a plan.")
    outcome = serializers.CharField(help_text="offered, waiting, pool or person.")
    partner = serializers.CharField(allow_blank=True)
    rule_number = serializers.IntegerField(allow_null=True)
    rule_name = serializers.CharField(allow_blank=True)
    considered = serializers.IntegerField()
    candidates = CandidateTold(many=True)
    excluded = serializers.CharField(allow_blank=True, help_text="How many others were not eligible, and why.")
    note = serializers.CharField(allow_blank=True)
    decided_at = Instant()
    is_same_again = serializers.BooleanField(
        allow_null=True, help_text="Whether it comes out the same with what was known then; null when nothing is kept."
    )
    is_by_prices = serializers.BooleanField(
        allow_null=True,
        help_text="Of a large batch the lead is held against the prices that were kept, not the whole computed anew.",
    )
    differences = serializers.ListField(child=serializers.CharField())


class LeadDecision(Resource):
    tag = "leads"

    @operation(
        "read_lead_decision", gettext_lazy("Read why a lead went where it went"), permission="lead.read",
        gives=DecisionTold, help=gettext_lazy("The decision is taken again with what was known of the partners then."),
    )  # fmt: skip
    def get(self, call: Call, uid: UUID) -> dict[str, Any]:
        lead, seat = found(uid), call.member.seat
        view = why(lead, seat.vendor_currency if seat else "USD")
        if view is None:
            raise Http404
        again = replay(lead, pairs_most=PAIRS_MOST_OF_PROGRAMS)
        return {
            "is_batch": view.is_batch, "outcome": view.outcome, "partner": view.partner_name,
            "rule_number": view.rule_number, "rule_name": view.rule_name, "considered": view.considered,
            "candidates": view.rows,
            "excluded": view.excluded_text, "note": view.note, "decided_at": view.decided_at,
            "is_same_again": None if again is None else again.is_same,
            "is_by_prices": None if again is None else again.is_by_prices,
            "differences": again.differences if again else [],
        }  # fmt: skip

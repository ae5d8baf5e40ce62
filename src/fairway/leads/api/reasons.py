"""The lists of reasons: to take leads back, and to offer against the rules."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from fairway.core.http.api.fields import Choice, Flag, Input, Output, Text
from fairway.core.http.api.operations import Call, Resource, operation
from fairway.leads.actions.reasons import save_reason
from fairway.leads.queries.reasons import reasons_of
from fairway.leads.rules.reasons import KINDS, NAME_MOST

_KINDS = [(kind, str(words)) for kind, words in KINDS.items()]


class ReasonTold(serializers.Serializer):
    code = serializers.CharField()
    name = serializers.CharField()
    is_built_in = serializers.BooleanField()
    is_active = serializers.BooleanField()


class ReasonsTold(Output):
    recall = ReasonTold(many=True)
    override = ReasonTold(many=True)


class ReasonGiven(Input):
    kind = Choice(choices=_KINDS)
    code = Text(max_length=40, required=False, help_text="Of the reason to change; without it one is added.")
    name = Text(max_length=NAME_MOST, required=False, allow_blank=True)
    is_active = Flag(required=False, help_text="Whether it can be chosen; true by default.")


class LeadReasons(Resource):
    tag = "leads"

    @operation("read_lead_reasons", _("Read the lists of reasons"), permission="lead.read", gives=ReasonsTold)
    def get(self, call: Call) -> dict[str, Any]:
        return {kind: reasons_of(kind) for kind in KINDS}

    @operation(
        "save_lead_reason", _("Add or change a reason"), permission="routing.edit", takes=ReasonGiven,
        gives=ReasonsTold, help=_("Without a name, a built-in reason has its own words again."),
    )  # fmt: skip
    def post(self, call: Call) -> dict[str, Any]:
        save_reason(**call.data, actor=call.member, at=call.at)
        return {kind: reasons_of(kind) for kind in KINDS}

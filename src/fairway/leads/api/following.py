"""How leads are followed up: reminders, the chain after a lapse, taking back. And “I look after it”."""

from typing import Any
from uuid import UUID

from django.db.models import Prefetch, QuerySet
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from fairway.core.http.api.fields import Choice, Input, Output, Text, Whole
from fairway.core.http.api.operations import Call, Resource, operation
from fairway.core.http.api.shapes import deed, listing, making, reading
from fairway.core.tenancy.models import Seat
from fairway.leads.actions.escalating import take_escalation
from fairway.leads.actions.follow_up_rules import FIELDS, remove_follow_up, save_follow_up
from fairway.leads.api.leads import found as lead_found
from fairway.leads.api.leads import told_of
from fairway.leads.api.schemas import LeadTold
from fairway.leads.models import EscalationStep, FollowUpRule
from fairway.leads.rules.following import HOURS_MOST, RECEIVERS, Step

_READ, _EDIT = "lead.read", "routing.edit"
_TO = [(key, str(words)) for key, words in RECEIVERS.items()]


class ChainStepGiven(Input):
    to = Choice(choices=_TO)
    after_hours = Whole(min_value=0, max_value=HOURS_MOST, required=False, help_text="After the lapse; 0 by default.")
    percent = Whole(
        min_value=1,
        max_value=99,
        required=False,
        help_text="Before the lapse, of the time to answer. These come first.",
    )
    person = serializers.UUIDField(required=False, help_text="Of the staff, for a named person.")


class ChainStepTold(serializers.Serializer):
    to = serializers.CharField()
    after_hours = serializers.IntegerField()
    percent = serializers.IntegerField(allow_null=True)
    person = serializers.SerializerMethodField()

    def get_person(self, step: EscalationStep) -> str | None:
        return str(step.seat.uid) if step.seat else None


class FollowUpGiven(Input):
    """Hours are business hours of the partner's place; null: never."""

    rule = Text(
        max_length=60, required=False, allow_blank=True, help_text="A routing rule's uid; without it, the rest."
    )
    remind_percents = serializers.ListField(child=Whole(min_value=1, max_value=99), max_length=5, required=False)
    steps = ChainStepGiven(many=True, required=False)
    untouched_hours = Whole(min_value=1, max_value=HOURS_MOST, required=False, allow_null=True)
    untouched_code = Text(max_length=40, required=False, help_text="A reason of the list.")
    unmoved_hours = Whole(min_value=1, max_value=HOURS_MOST, required=False, allow_null=True)
    unmoved_code = Text(max_length=40, required=False, help_text="A reason of the list.")
    warn_percent = Whole(min_value=1, max_value=99, required=False)
    seller_hours = Whole(
        min_value=1, max_value=HOURS_MOST, required=False, help_text="For a partner's seller to take a lead."
    )


class FollowUpTold(Output):
    uid = serializers.UUIDField()
    rule = serializers.CharField(source="rule_uid")
    remind_percents = serializers.ListField(child=serializers.IntegerField())
    steps = ChainStepTold(many=True, source="chain")
    untouched_hours = serializers.IntegerField(allow_null=True)
    untouched_code = serializers.CharField()
    unmoved_hours = serializers.IntegerField(allow_null=True)
    unmoved_code = serializers.CharField()
    warn_percent = serializers.IntegerField()
    seller_hours = serializers.IntegerField()


def _rows(call: Call) -> QuerySet[FollowUpRule]:
    steps = EscalationStep.objects.select_related("seat").order_by("place")
    return FollowUpRule.objects.prefetch_related(Prefetch("steps", steps, to_attr="chain"))


def found(call: Call, uid: UUID) -> FollowUpRule:
    return get_object_or_404(_rows(call), uid=uid)


def _saved(call: Call) -> FollowUpRule:
    given: dict[str, Any] = dict(call.data)
    steps = given.pop("steps", [])
    people = dict(Seat.objects.filter(uid__in=[s["person"] for s in steps if "person" in s]).values_list("uid", "pk"))
    # A person who is not known is no seat: the action says so.
    chain = [
        Step(s["to"], s.get("after_hours", 0), people.get(s["person"], 0) if "person" in s else None, s.get("percent"))
        for s in steps
    ]
    values = {name: given[name] for name in FIELDS if name in given}
    return save_follow_up(rule_uid=given.get("rule", ""), values=values, steps=chain, actor=call.member, at=call.at)


class FollowUps(Resource):
    tag = "leads"
    get = listing("list_follow_ups", _("List rules of following up"), permission=_READ, rows=_rows, gives=FollowUpTold)
    post = making(
        "save_follow_up", _("Set how leads are followed up"), permission=_EDIT, by=_saved, found=found,
        takes=FollowUpGiven, gives=FollowUpTold, help=_("What was set for the same routing rule is replaced."),
    )  # fmt: skip


class FollowUpDetail(Resource):
    tag = "leads"
    get = reading("read_follow_up", _("Read a rule of following up"), permission=_READ, found=found, gives=FollowUpTold)


class FollowUpRemoval(Resource):
    tag = "leads"
    post = deed(
        "remove_follow_up", _("Remove a rule of following up"), permission=_EDIT, found=found, by=remove_follow_up,
        gives=FollowUpTold, row="row", is_last=True,
    )  # fmt: skip


class LeadTakingCare(Resource):
    tag = "leads"

    @operation(
        "look_after_lead", _("Look after a lead that nobody acts on"), permission="lead.route", gives=LeadTold,
        can_refuse=True, help=_("Nobody further is told."),
    )  # fmt: skip
    def post(self, call: Call, uid: UUID) -> dict[str, Any]:
        take_escalation(lead=lead_found(uid), actor=call.member, at=call.at)
        return told_of(call, uid)

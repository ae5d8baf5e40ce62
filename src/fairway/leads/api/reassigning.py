"""Handing on what a partner has: a preview, choices line by line, carrying out, taking back."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework import serializers

from fairway.core.http.api.fields import Choice, Input, Instant, KeptSentence, Output, Text
from fairway.core.http.api.operations import Call, Resource, operation
from fairway.core.http.api.problems import Unprocessable
from fairway.core.http.api.shapes import deed, listing, making, reading
from fairway.core.tenancy.models import Partner
from fairway.leads.actions.reassigning import (
    CHOICES,
    TO_PARTNER,
    begin_reassignment,
    carry_on_reassignment,
    carry_out_reassignment,
    choose_lines,
    drop_reassignment,
)
from fairway.leads.actions.taking_back import undo_reassignment
from fairway.leads.models import Reassignment, ReassignmentLine

_MAY = "lead.recall"


class LineChoiceGiven(Input):
    choice = Choice(choices=[(choice, choice) for choice in CHOICES])
    partner = Text(max_length=100, required=False, help_text="External id, for the choice partner.")


class CarryingGiven(Input):
    code = Text(max_length=40, required=False, help_text="Of the reasons to take back; partner_left by default.")
    reason = Text(max_length=200, required=False, allow_blank=True)


class ReassignmentTold(Output):
    uid = serializers.UUIDField()
    partner = serializers.UUIDField(source="partner.uid")
    state = serializers.CharField()
    code = serializers.CharField()
    created_at = Instant()
    carried_at = Instant(allow_null=True)
    undone_at = Instant(allow_null=True)


class ReassignmentLineTold(Output):
    uid = serializers.UUIDField()
    lead = serializers.UUIDField(source="lead.uid")
    is_offer = serializers.SerializerMethodField()
    choice = serializers.CharField()
    partner = serializers.UUIDField(source="partner.uid", allow_null=True)
    state = serializers.CharField()
    because = KeptSentence()
    tries = serializers.IntegerField(help_text="How often it broke.")

    def get_is_offer(self, line: ReassignmentLine) -> bool:
        return line.offer_id is not None


def _rows(call: Call) -> QuerySet[Reassignment]:
    return Reassignment.objects.select_related("partner")


def found(call: Call, uid: UUID) -> Reassignment:
    return get_object_or_404(_rows(call), uid=uid)


def _begun(call: Call, uid: UUID) -> Reassignment:
    return begin_reassignment(partner=get_object_or_404(Partner, uid=uid), actor=call.member, at=call.at)


def _lines(call: Call, uid: UUID) -> QuerySet[ReassignmentLine]:
    return ReassignmentLine.objects.filter(reassignment=found(call, uid)).select_related("lead", "partner")


class PartnerReassignment(Resource):
    tag = "reassignments"
    post = making(
        "begin_reassignment", gettext_lazy("Preview handing on what a partner has"), permission=_MAY, by=_begun,
        found=found, gives=ReassignmentTold, can_refuse=True,
    )  # fmt: skip


class Reassignments(Resource):
    tag = "reassignments"
    get = listing(
        "list_reassignments", gettext_lazy("List what was handed on"), permission=_MAY, rows=_rows,
        gives=ReassignmentTold,
    )  # fmt: skip


class ReassignmentDetail(Resource):
    tag = "reassignments"
    get = reading(
        "read_reassignment", gettext_lazy("Read a reassignment"), permission=_MAY, found=found, gives=ReassignmentTold
    )


class ReassignmentLines(Resource):
    tag = "reassignments"
    get = listing(
        "list_reassignment_lines", gettext_lazy("List lines of a reassignment"), permission=_MAY, rows=_lines,
        gives=ReassignmentLineTold,
    )  # fmt: skip


class ReassignmentLineChoice(Resource):
    tag = "reassignments"

    @operation(
        "choose_reassignment_line", gettext_lazy("Say where a line goes"), permission=_MAY, takes=LineChoiceGiven,
        gives=ReassignmentLineTold,
    )  # fmt: skip
    def patch(self, call: Call, uid: UUID, line: UUID) -> ReassignmentLine:
        whole, given = found(call, uid), call.data
        row = get_object_or_404(_lines(call, uid), uid=line)
        partner = Partner.objects.filter(external_id=given.get("partner") or " ").first() if given else None
        if given["choice"] == TO_PARTNER and partner is None:
            raise Unprocessable({"partner": [_("There is no partner with this external id.")]})
        chosen: dict[str, Any] = {str(row.uid): (given["choice"], partner)}
        choose_lines(reassignment=whole, choices=chosen, actor=call.member, at=call.at)
        return get_object_or_404(_lines(call, uid), uid=line)


class ReassignmentCarrying(Resource):
    tag = "reassignments"
    post = deed(
        "carry_out_reassignment", gettext_lazy("Carry a reassignment out"), permission=_MAY, found=found,
        by=carry_out_reassignment, takes=CarryingGiven, gives=ReassignmentTold, row="reassignment",
    )  # fmt: skip


class ReassignmentCarryingOn(Resource):
    tag = "reassignments"
    post = deed(
        "carry_on_reassignment", gettext_lazy("Try again what broke of a reassignment"), permission=_MAY, found=found,
        by=carry_on_reassignment, gives=ReassignmentTold, row="reassignment", can_refuse=True,
    )  # fmt: skip


class ReassignmentDropping(Resource):
    tag = "reassignments"
    post = deed(
        "drop_reassignment", gettext_lazy("Drop a preview"), permission=_MAY, found=found, by=drop_reassignment,
        gives=ReassignmentTold, row="reassignment", can_refuse=True,
    )  # fmt: skip


class ReassignmentUndoing(Resource):
    tag = "reassignments"
    post = deed(
        "undo_reassignment", gettext_lazy("Take a reassignment back"), permission=_MAY, found=found,
        by=undo_reassignment, gives=ReassignmentTold, row="reassignment", can_refuse=True,
        help=gettext_lazy("As far as nobody has answered the new offers; by a job, line by line."),
    )  # fmt: skip

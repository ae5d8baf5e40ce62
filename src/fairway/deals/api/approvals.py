"""Decisions that wait for the token's person; they are made by approving, returning or rejecting the registration."""

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from fairway.core.events.record import subject_type
from fairway.core.http.api.fields import Instant, KeptSentence, Output
from fairway.core.http.api.operations import Call, Resource
from fairway.core.http.api.shapes import listing
from fairway.deals.models import Registration
from fairway.workflow.models import Approval
from fairway.workflow.queries.approvals import waiting_for


class ApprovalTold(Output):
    uid = serializers.UUIDField()
    registration = serializers.UUIDField(allow_null=True)
    partner = serializers.UUIDField(source="partner.uid", allow_null=True)
    title = KeptSentence()
    asked_of = serializers.CharField(help_text="Who is asked, in words.")
    requested_by = serializers.CharField(source="requested_by.name", allow_null=True)
    requested_at = Instant()
    due_at = Instant()
    escalated_at = Instant(allow_null=True, help_text="When the role above was asked too.")
    escalated_to = serializers.CharField()

    @classmethod
    def gathered(cls, rows: Sequence[Any]) -> Sequence[Any]:
        kind = subject_type(Registration())
        ids = [row.subject_id for row in rows if row.subject_type == kind]
        uids = dict(Registration.objects.filter(pk__in=ids).values_list("pk", "uid"))
        for row in rows:
            row.registration = uids.get(row.subject_id) if row.subject_type == kind else None
        return rows


def _rows(call: Call) -> QuerySet[Approval]:
    waiting: QuerySet[Approval] = waiting_for(call.member)
    return waiting.select_related("partner", "approver", "requested_by")


class Approvals(Resource):
    tag = "registrations"
    get = listing(
        "list_approvals", _("List decisions that wait for one"), permission="registration.decide", rows=_rows,
        gives=ApprovalTold, order="requested_at", help=_("With those of colleagues for whom one stands in."),
    )  # fmt: skip

"""Visits of the installation's support: who was let in and why, and the end of a visit. Only people let them in."""

from uuid import UUID

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from fairway.core.http.api.fields import Instant, Output
from fairway.core.http.api.operations import Call, Resource
from fairway.core.http.api.shapes import deed, listing
from fairway.core.tenancy.actions.support import end_support
from fairway.core.tenancy.support import SupportGrant

_MAY = "people.manage"


class SupportGrantTold(Output):
    uid = serializers.UUIDField()
    visitor = serializers.CharField()
    email = serializers.CharField(source="seat.email")
    reason = serializers.CharField()
    may_act = serializers.BooleanField(help_text="Whether the visitor may work, and not only look.")
    granted_by = serializers.CharField(source="granted_by.name", allow_null=True)
    starts_at = Instant()
    ends_until = Instant()
    ended_at = Instant(allow_null=True)
    last_seen_at = Instant(allow_null=True)


def rows(call: Call) -> QuerySet[SupportGrant]:
    return SupportGrant.objects.select_related("seat", "granted_by")


def found(call: Call, uid: UUID) -> SupportGrant:
    return get_object_or_404(rows(call), uid=uid)


class SupportGrants(Resource):
    tag = "people"
    get = listing(
        "list_support_grants", _("List visits of the support"), permission=_MAY, rows=rows, gives=SupportGrantTold,
        order="starts_at", help=_("Letting somebody in is done on the page alone."),
    )  # fmt: skip


class SupportGrantEnd(Resource):
    tag = "people"
    post = deed(
        "end_support", _("End a visit of the support"), permission=_MAY, found=found, by=end_support, row="grant",
        gives=SupportGrantTold, help=_("The visitor is out with the next click."),
    )  # fmt: skip

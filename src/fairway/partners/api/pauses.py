"""Pauses: days on which a partner takes no leads."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from fairway.core.http.api.fields import Day, Input, Instant, Output, Text
from fairway.core.http.api.operations import Call, Resource
from fairway.core.http.api.shapes import deed, listing, making
from fairway.core.tenancy.models import Partner
from fairway.partners.actions.pauses import end_pause, pause_partner
from fairway.partners.models import PartnerPause

_MAY = "partner.pause"


class PauseGiven(Input):
    first_on = Day(required=False, help_text="Now, when it is left out.")
    last_on = Day(required=False, allow_null=True, help_text="Until somebody ends it, when it is left out.")
    reason = Text(max_length=200)


class PauseTold(Output):
    uid = serializers.UUIDField()
    partner = serializers.UUIDField(source="partner.uid")
    first_on = serializers.DateField()
    last_on = serializers.DateField(allow_null=True)
    reason = serializers.CharField()
    begun_at = Instant(allow_null=True)
    ended_at = Instant(allow_null=True)


def _rows(call: Call, **path: UUID) -> QuerySet[PartnerPause]:
    rows = PartnerPause.objects.select_related("partner")
    return rows.filter(partner=get_object_or_404(Partner, uid=path["uid"])) if path else rows


def found(call: Call, uid: UUID) -> PartnerPause:
    return get_object_or_404(_rows(call), uid=uid)


def _paused(call: Call, uid: UUID) -> PartnerPause:
    given: dict[str, Any] = dict(call.data)
    return pause_partner(partner=get_object_or_404(Partner, uid=uid), actor=call.member, at=call.at, **given)


class PartnerPauses(Resource):
    tag = "partners"
    get = listing("list_pauses", _("List pauses of a partner"), permission=_MAY, rows=_rows, gives=PauseTold)
    post = making(
        "pause_partner", _("Pause a partner"), permission=_MAY, by=_paused, found=found, takes=PauseGiven,
        gives=PauseTold, help=_("It gets no leads on these days. An executive pauses the own company."),
    )  # fmt: skip


class PauseEnding(Resource):
    tag = "partners"
    post = deed(
        "end_pause", _("End a pause"), permission=_MAY, found=found, by=end_pause, gives=PauseTold, row="pause",
        can_refuse=True,
    )  # fmt: skip

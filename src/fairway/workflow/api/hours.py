"""Business hours of places, where they differ from the usual."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from fairway.core.http.api.fields import Country, Flag, Input, Output, Text
from fairway.core.http.api.operations import Call, Resource
from fairway.core.http.api.shapes import deed, listing, making, reading
from fairway.workflow.actions.hours import remove_hours, save_hours
from fairway.workflow.models import PlaceHours

_EDIT = "hours.edit"
_PAIR = serializers.ListField(child=Text(max_length=5), min_length=2, max_length=2)
_DAY = serializers.ListField(child=_PAIR, max_length=10)


class HoursGiven(Input):
    """`hours` is weekday (0 is Monday) → pairs of opening and closing, such as {"0": [["09:00", "17:00"]]}."""

    country = Country(required=False, allow_blank=True, help_text="Without it, all places that no other is for.")
    state_code = Text(max_length=10, required=False, allow_blank=True)
    hours = serializers.DictField(child=_DAY)
    keeps_holidays = Flag(required=False, help_text="Rests on public holidays; true by default.")
    closed_on = serializers.DictField(child=Text(max_length=100, allow_blank=True), required=False)
    open_on = serializers.DictField(child=Text(max_length=100, allow_blank=True), required=False)


class HoursTold(Output):
    uid = serializers.UUIDField()
    country = serializers.CharField()
    state_code = serializers.CharField()
    hours = serializers.DictField()
    keeps_holidays = serializers.BooleanField()
    closed_on = serializers.DictField()
    open_on = serializers.DictField()


def _rows(call: Call) -> QuerySet[PlaceHours]:
    return PlaceHours.objects.all()


def found(call: Call, uid: UUID) -> PlaceHours:
    return get_object_or_404(PlaceHours, uid=uid)


def _saved(call: Call) -> PlaceHours:
    given: dict[str, Any] = {
        "country": "", "state_code": "", "keeps_holidays": True, "closed_on": {}, "open_on": {}, **call.data,
    }  # fmt: skip
    return save_hours(**given, actor=call.member, at=call.at)


class BusinessHours(Resource):
    tag = "business hours"
    get = listing("list_business_hours", _("List hours of places"), permission=_EDIT, rows=_rows, gives=HoursTold)
    post = making(
        "save_business_hours", _("Set the hours of a place"), permission=_EDIT, by=_saved, found=found,
        takes=HoursGiven, gives=HoursTold, help=_("What was set for the same place is replaced."),
    )  # fmt: skip


class BusinessHoursDetail(Resource):
    tag = "business hours"
    get = reading("read_business_hours", _("Read the hours of a place"), permission=_EDIT, found=found, gives=HoursTold)


class BusinessHoursRemoval(Resource):
    tag = "business hours"
    post = deed(
        "remove_business_hours", _("Remove the hours of a place"), permission=_EDIT, found=found, by=remove_hours,
        gives=HoursTold, row="row", is_last=True,
    )  # fmt: skip

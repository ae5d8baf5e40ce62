"""Days away, for programs: who stands in for whom, set and ended, such as by a system that keeps holidays."""

from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework import serializers

from fairway.core.http.api.fields import Day, Email, Input, Instant, Output
from fairway.core.http.api.operations import Call, PageQuery, Resource, operation
from fairway.core.http.api.problems import Unprocessable
from fairway.core.tenancy.actions.covers import end_cover, set_cover
from fairway.core.tenancy.covers import Cover
from fairway.core.tenancy.models import Seat


class CoverGiven(Input):
    email = Email(
        required=False, help_text="Who is away; the token's own person by default. Others need “people.manage”."
    )
    deputy_email = Email(help_text="Who stands in.")
    first_on = Day(help_text="The first whole day away, where that person is.")
    last_on = Day(help_text="The last one.")


class CoverTold(Output):
    uid = serializers.UUIDField()
    seat = serializers.UUIDField(source="seat.uid")
    seat_name = serializers.CharField(source="seat.name")
    deputy = serializers.UUIDField(source="deputy.uid")
    deputy_name = serializers.CharField(source="deputy.name")
    first_on = Day()
    last_on = Day()
    time_zone = serializers.CharField()
    starts_at = Instant()
    ends_until = Instant()
    ended_at = Instant(allow_null=True)


class Covers(Resource):
    tag = "covers"

    @operation(
        "list_covers", gettext_lazy("List days away"), permission="cover.set", asks=PageQuery, gives=CoverTold,
        is_list=True, help=gettext_lazy("All that were ever set, the latest first."),
    )  # fmt: skip
    def get(self, call: Call) -> QuerySet[Cover]:
        return _rows()

    @operation(
        "set_cover", gettext_lazy("Name a deputy"), permission="cover.set", takes=CoverGiven, gives=CoverTold,
        statuses=(201,), can_refuse=True, help=gettext_lazy("It holds for whole days and ends by itself."),
    )  # fmt: skip
    def post(self, call: Call) -> tuple[int, Cover]:
        given = call.data
        cover = set_cover(
            seat=_seat(given, "email") if "email" in given else Seat.objects.get(pk=call.member.seat_id),
            deputy=_seat(given, "deputy_email"), first_on=given["first_on"], last_on=given["last_on"],
            actor=call.member, at=call.at,
        )  # fmt: skip
        return HTTPStatus.CREATED, _rows().get(pk=cover.pk)


class CoverEnd(Resource):
    tag = "covers"

    @operation(
        "end_cover", gettext_lazy("End days away"), permission="cover.set", gives=CoverTold, can_refuse=True,
        help=gettext_lazy("Taken back before it begins, or ended before its last day."),
    )  # fmt: skip
    def post(self, call: Call, uid: UUID) -> Cover:
        rows, own = _rows(), call.member.seat_id
        if not call.member.can("people.manage"):
            rows = rows.filter(Q(seat_id=own) | Q(deputy_id=own))
        cover = get_object_or_404(rows, uid=uid)
        end_cover(cover=cover, actor=call.member, at=call.at)
        return _rows().get(pk=cover.pk)


def _rows() -> Any:
    return Cover.objects.select_related("seat", "deputy")


def _seat(given: dict[str, Any], field: str) -> Seat:
    found = list(Seat.objects.filter(email=given[field].lower(), partner=None, is_active=True)[:2])
    if len(found) != 1:
        raise Unprocessable({field: [_("Nobody among the staff, or more than one seat, has this e-mail.")]})
    return found[0]

"""Handing over what somebody has: what is open, given to others in one go, and taken back."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from fairway.core.http.api.fields import Email, Flag, Input, Instant, Output
from fairway.core.http.api.operations import Call, Resource
from fairway.core.http.api.problems import Unprocessable
from fairway.core.http.api.shapes import deed, listing, making, reading
from fairway.core.tenancy.actions.handovers import hand_over, undo_handover
from fairway.core.tenancy.api.people import found as person
from fairway.core.tenancy.handing import kind_named, kinds_of
from fairway.core.tenancy.handovers import Handover
from fairway.core.tenancy.models import Seat
from fairway.core.tenancy.queries import may_give, people_for

_MAY = "people.invite"
TAKERS_MOST = 3
KINDS_MOST = 30


class OpenWorkTold(serializers.Serializer):
    kind = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    count = serializers.IntegerField()
    is_needed = serializers.BooleanField(help_text="The seat cannot be closed while somebody has it.")
    is_shareable = serializers.BooleanField(help_text="Up to three may share it.")


class WorkOfPersonTold(Output):
    uid = serializers.UUIDField()
    name = serializers.CharField()
    open = serializers.SerializerMethodField()

    @extend_schema_field(OpenWorkTold(many=True))
    def get_open(self, seat: Seat) -> list[dict[str, Any]]:
        return [
            {
                "kind": kind.name, "label": str(kind.label), "count": number, "is_needed": kind.is_needed,
                "is_shareable": kind.is_shareable,
            }
            for kind in kinds_of(seat)
            if (number := kind.number(seat.pk))
        ]  # fmt: skip


class _Takers(serializers.DictField):
    """Kind → e-mails of those who take it."""

    child = serializers.ListField(child=Email(), min_length=1, max_length=TAKERS_MOST)

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, dict) and len(data) > KINDS_MOST:
            raise serializers.ValidationError(_("These are more kinds than there are."))
        return super().to_internal_value(data)


class HandoverGiven(Input):
    takers = _Takers(required=False, help_text="Kind → e-mails of those who take it; what is not named stays.")
    close = Flag(required=False, help_text="Close the seat afterwards.")


class MovedTold(serializers.Serializer):
    kind = serializers.CharField()
    count = serializers.IntegerField()


class HandoverTold(Output):
    uid = serializers.UUIDField()
    seat = serializers.UUIDField(source="seat.uid")
    name = serializers.CharField(source="seat.name")
    moved = serializers.SerializerMethodField()
    closed_seat = serializers.BooleanField()
    handed_by = serializers.CharField(source="handed_by.name", allow_null=True)
    handed_at = Instant()
    undone_at = Instant(allow_null=True)

    @extend_schema_field(MovedTold(many=True))
    def get_moved(self, row: Handover) -> list[dict[str, Any]]:
        counts: dict[str, int] = {}
        for entry in row.moved:
            counts[entry["kind"]] = counts.get(entry["kind"], 0) + entry["count"]
        return [{"kind": kind, "count": count} for kind, count in counts.items()]


def seat_found(call: Call, uid: UUID) -> Seat:
    """A person whose seat the member may close; others are not there."""
    seat = person(call, uid)
    if not may_give(call.member, seat.role, seat.partner):
        raise Http404
    return seat


def _rows(call: Call) -> QuerySet[Handover]:
    seats = people_for(call.member).order_by().values("pk")
    return Handover.objects.filter(seat__in=seats).select_related("seat__partner", "handed_by")


def found(call: Call, uid: UUID) -> Handover:
    row = get_object_or_404(_rows(call), uid=uid)
    if not may_give(call.member, row.seat.role, row.seat.partner):
        raise Http404
    return row


def _handed(call: Call, uid: UUID) -> Handover:
    seat = seat_found(call, uid)
    takers = _takers(seat, call.data.get("takers", {}))
    return hand_over(seat=seat, takers=takers, close=call.data.get("close", False), actor=call.member, at=call.at)


def _takers(seat: Seat, named: Mapping[str, list[str]]) -> dict[str, list[Seat]]:
    """Raises Unprocessable for a kind, or a person, that is not there."""
    known = {kind.name for kind in kinds_of(seat)}
    wanted = {email for emails in named.values() for email in emails}
    mates = {each.email: each for each in Seat.objects.filter(partner=seat.partner_id, email__in=wanted)}
    for kind, emails in named.items():
        if kind not in known:
            raise Unprocessable({"takers": {kind[:60]: [_("There is no such field.")]}})
        if not set(emails) <= set(mates):
            raise Unprocessable({"takers": {kind: [_("Nobody here has this e-mail.")]}})
        if len(set(emails)) > 1 and not kind_named(kind).is_shareable:
            raise Unprocessable({"takers": {kind: [_("One person takes this over.")]}})
    return {kind: [mates[email] for email in dict.fromkeys(emails)] for kind, emails in named.items()}


class SeatWork(Resource):
    tag = "people"
    get = reading(
        "read_open_work", gettext_lazy("Read what a person would leave behind"), permission=_MAY, found=seat_found,
        gives=WorkOfPersonTold,
    )  # fmt: skip


class SeatHandover(Resource):
    tag = "people"
    post = making(
        "hand_over", gettext_lazy("Hand over what a person has"), permission=_MAY, by=_handed, found=found,
        takes=HandoverGiven, gives=HandoverTold,
        help=gettext_lazy("In one go, and taken back within 30 days. Several takers of a kind share it evenly."),
    )  # fmt: skip


class Handovers(Resource):
    tag = "people"
    get = listing(
        "list_handovers", gettext_lazy("List handovers"), permission=_MAY, rows=_rows, gives=HandoverTold,
        order="handed_at",
    )  # fmt: skip


class HandoverUndoing(Resource):
    tag = "people"
    post = deed(
        "undo_handover", gettext_lazy("Take a handover back"), permission=_MAY, found=found, by=undo_handover,
        row="handover", gives=HandoverTold,
    )  # fmt: skip

"""Business units for programs, and what a member of staff is limited to."""

from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework import serializers

from fairway.catalog.actions.units import limit_seat_to_units, retire_unit, save_unit
from fairway.catalog.models import BusinessUnit, ProductLine
from fairway.catalog.queries import units
from fairway.core.http.api.fields import Flag, Input, Output, Text
from fairway.core.http.api.operations import Call, PageQuery, Resource, operation
from fairway.core.http.api.problems import Unprocessable
from fairway.core.tenancy.models import Seat
from fairway.core.tenancy.queries import people_for
from fairway.partners.actions.territories import limit_seat
from fairway.partners.models import Territory

_CODE = r"^[-a-zA-Z0-9_]+$"


def _codes() -> serializers.ListField:
    return serializers.ListField(
        child=Text(max_length=50), max_length=1000, required=False, help_text="Codes of product lines."
    )


class UnitGiven(Input):
    code = serializers.RegexField(_CODE, max_length=30)
    name = Text(max_length=100)
    description = Text(max_length=200, required=False, allow_blank=True)
    lines = _codes()


class UnitChangeGiven(Input):
    code = serializers.RegexField(_CODE, max_length=30, required=False)
    name = Text(max_length=100, required=False)
    description = Text(max_length=200, required=False, allow_blank=True)
    lines = _codes()
    is_retired = Flag(required=False, help_text="True retires it, when no line and no person needs it.")


class UnitTold(Output):
    """A business unit with the product lines it sells."""

    uid = serializers.UUIDField()
    version = serializers.IntegerField()
    code = serializers.CharField()
    name = serializers.CharField()
    description = serializers.CharField()
    lines = serializers.ListField(child=serializers.CharField(), source="line_codes")
    is_retired = serializers.BooleanField()


class LimitsGiven(Input):
    """What the person sees; null is all of it. What is left out stays as it is."""

    territories = serializers.ListField(
        child=Text(max_length=100), required=False, allow_null=True, max_length=1000, help_text="Names of territories."
    )
    units = serializers.ListField(
        child=Text(max_length=30), required=False, allow_null=True, max_length=1000, help_text="Codes of units."
    )


class LimitsTold(Output):
    territories = serializers.ListField(child=serializers.CharField(), allow_null=True)
    units = serializers.ListField(child=serializers.CharField(), allow_null=True)


class Units(Resource):
    tag = "units"

    @operation(
        "list_units", gettext_lazy("List business units"), permission="partner.read", asks=PageQuery, gives=UnitTold,
        is_list=True, help=gettext_lazy("Those in use."),
    )  # fmt: skip
    def get(self, call: Call) -> QuerySet[BusinessUnit]:
        return _told(units())

    @operation(
        "create_unit", gettext_lazy("Make a business unit"), permission="catalog.edit", takes=UnitGiven,
        gives=UnitTold, statuses=(201,), has_version=True, can_refuse=True,
    )  # fmt: skip
    def post(self, call: Call) -> tuple[int, BusinessUnit]:
        given = dict(call.data)
        given["lines"] = _lines(given.get("lines", []))
        made = save_unit(unit=None, actor=call.member, at=call.at, **{"description": "", **given})
        return HTTPStatus.CREATED, _unit(made.uid)


class UnitDetail(Resource):
    tag = "units"

    @operation(
        "read_unit", gettext_lazy("Read a business unit"), permission="partner.read", gives=UnitTold, has_version=True
    )
    def get(self, call: Call, uid: UUID) -> BusinessUnit:
        return _unit(uid)

    @operation(
        "change_unit", gettext_lazy("Change or retire a business unit"), permission="catalog.edit",
        takes=UnitChangeGiven, gives=UnitTold, has_version=True, can_refuse=True,
    )  # fmt: skip
    def patch(self, call: Call, uid: UUID) -> BusinessUnit:
        unit, given = _unit(uid), dict(call.data)
        call.expect(unit.version)
        if given.pop("is_retired", False):
            retire_unit(unit=unit, actor=call.member, at=call.at)
            return _told(BusinessUnit.objects.all()).get(pk=unit.pk)
        now = {name: getattr(unit, name) for name in ("code", "name", "description")}
        given["lines"] = _lines(given.get("lines", unit.line_codes))
        save_unit(unit=BusinessUnit.objects.get(pk=unit.pk), actor=call.member, at=call.at, **{**now, **given})
        return _unit(uid)


class SeatLimits(Resource):
    tag = "people"

    @operation(
        "read_limits", gettext_lazy("Read what a member of staff is limited to"), permission="people.manage",
        gives=LimitsTold,
    )  # fmt: skip
    def get(self, call: Call, uid: UUID) -> dict[str, list[str] | None]:
        return _limits(_seat(call, uid))

    @operation(
        "set_limits", gettext_lazy("Limit what a member of staff sees"), permission="people.manage",
        takes=LimitsGiven, gives=LimitsTold, can_refuse=True, help=gettext_lazy("Holds with the next request."),
    )  # fmt: skip
    def patch(self, call: Call, uid: UUID) -> dict[str, list[str] | None]:
        seat, given = _seat(call, uid), call.data
        if "territories" in given:
            rows = _named(Territory.objects.all(), "name", given["territories"], "territories")
            limit_seat(seat=seat, territories=rows, actor=call.member, at=call.at)
        if "units" in given:
            limit_seat_to_units(
                seat=seat, units=_named(units(), "code", given["units"], "units"), actor=call.member, at=call.at
            )
        return _limits(_seat(call, uid))


def _told(rows: QuerySet[BusinessUnit]) -> Any:
    return rows.prefetch_related("lines")


def _unit(uid: UUID) -> BusinessUnit:
    unit: BusinessUnit = get_object_or_404(_told(units()), uid=uid)
    return unit


def _seat(call: Call, uid: UUID) -> Seat:
    seat: Seat = get_object_or_404(people_for(call.member), uid=uid)
    return seat


def _limits(seat: Seat) -> dict[str, list[str] | None]:
    def said(rows: Any, field: str, ids: list[int] | None) -> list[str] | None:
        return None if ids is None else sorted(rows.filter(pk__in=ids).values_list(field, flat=True))

    return {
        "territories": said(Territory.objects.all(), "name", seat.territory_ids),
        "units": said(BusinessUnit.objects.all(), "code", seat.unit_ids),
    }


def _named(rows: Any, field: str, names: list[str] | None, what: str) -> list[Any] | None:
    if names is None:
        return None
    found = list(rows.filter(**{f"{field}__in": names}))
    if missing := set(names) - {getattr(row, field) for row in found}:
        raise Unprocessable({what: [_("Not known: %(names)s.") % {"names": ", ".join(sorted(missing))}]})
    return found


def _lines(codes: list[str]) -> list[ProductLine]:
    return _named(ProductLine.objects.all(), "code", codes, "lines") or []

"""Territories: pieces of the map by condition, and who looks after the partners there."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy
from rest_framework import serializers

from fairway.core.conditions import parse
from fairway.core.http.api.conditions import ConditionGiven, in_words
from fairway.core.http.api.fields import Email, Input, Output, Text, Whole
from fairway.core.http.api.operations import Call, Resource, operation
from fairway.core.http.api.shapes import changing, deed, listing, making, reading
from fairway.partners.actions.territories import assign_territories, remove_territory, save_territory
from fairway.partners.api.partners import cam_by_email
from fairway.partners.models import Territory
from fairway.partners.queries.territories import partners_by_territory
from fairway.partners.subjects import PLACES


class TerritoryChangeGiven(Input):
    name = Text(max_length=100, required=False)
    order = Whole(max_value=10_000, required=False, help_text="The first in this order that matches takes a partner.")
    condition = ConditionGiven(
        PLACES, required=False, help_text="Of `place.country`, `place.state`, `place.city` and `place.postal_code`."
    )
    cam_email = Email(required=False, allow_blank=True, help_text="The account manager's e-mail; empty for nobody.")


class TerritoryGiven(TerritoryChangeGiven):
    name = Text(max_length=100)


class TerritoryTold(Output):
    uid = serializers.UUIDField()
    name = serializers.CharField()
    order = serializers.IntegerField()
    condition = serializers.DictField()
    in_words = serializers.SerializerMethodField()
    account_manager = serializers.CharField(source="cam.name", allow_null=True)
    partners = serializers.IntegerField(help_text="How many lie in it.")

    def get_in_words(self, row: Territory) -> str:
        return in_words(PLACES, row.condition)

    @classmethod
    def gathered(cls, rows: Sequence[Any]) -> Sequence[Any]:
        counts = partners_by_territory()
        for row in rows:
            row.partners = counts.get(row.pk, 0)
        return rows


@dataclass(frozen=True, slots=True)
class Placed:
    partners: int


class PlacedTold(Output):
    partners = serializers.IntegerField(help_text="How many came into another territory.")


def _rows(call: Call) -> QuerySet[Territory]:
    return Territory.objects.select_related("cam")


def found(call: Call, uid: UUID) -> Territory:
    return get_object_or_404(_rows(call), uid=uid)


def _saved(call: Call, row: Territory | None = None) -> Territory:
    """As on its page, the partners are placed anew at once."""
    given = dict(call.data)
    values: dict[str, Any] = {"name": "", "order": 0, "condition": parse(PLACES, {}), "cam_id": None}
    if row is not None:
        condition = parse(PLACES, row.condition, check_choices=False)
        values = {"name": row.name, "order": row.order, "condition": condition, "cam_id": row.cam_id}
    if "cam_email" in given:
        values["cam_id"] = cam_by_email(given.pop("cam_email"))
    made = save_territory(territory=row, **{**values, **given}, actor=call.member, at=call.at)
    assign_territories(actor=call.member, at=call.at)
    return made


def _removed(*, territory: Territory, **by: Any) -> None:
    remove_territory(territory=territory, **by)
    assign_territories(**by)


class Territories(Resource):
    tag = "territories"
    get = listing(
        "list_territories", gettext_lazy("List territories"), permission="partner.read", rows=_rows,
        gives=TerritoryTold, help=gettext_lazy("The partners in one: `/partners?territory=`."),
    )  # fmt: skip
    post = making(
        "add_territory", gettext_lazy("Add a territory"), permission="program.edit", by=_saved, found=found,
        takes=TerritoryGiven, gives=TerritoryTold, help=gettext_lazy("Partners are placed anew at once."),
    )  # fmt: skip


class TerritoryDetail(Resource):
    tag = "territories"
    get = reading(
        "read_territory", gettext_lazy("Read a territory"), permission="partner.read", found=found, gives=TerritoryTold
    )
    patch = changing(
        "change_territory", gettext_lazy("Change a territory"), permission="program.edit", found=found, by=_saved,
        takes=TerritoryChangeGiven, gives=TerritoryTold, help=gettext_lazy("Partners are placed anew at once."),
    )  # fmt: skip


class TerritoryRemoval(Resource):
    tag = "territories"
    post = deed(
        "remove_territory", gettext_lazy("Take a territory away"), permission="program.edit", found=found, by=_removed,
        row="territory", gives=TerritoryTold, is_last=True, help=gettext_lazy("Partners are placed anew at once."),
    )  # fmt: skip


class TerritoryPlacing(Resource):
    tag = "territories"

    @operation(
        "place_partners", gettext_lazy("Place every partner anew"), permission="program.edit", gives=PlacedTold,
        help=gettext_lazy("An account manager once chosen stays."),
    )  # fmt: skip
    def post(self, call: Call) -> Placed:
        return Placed(assign_territories(actor=call.member, at=call.at))

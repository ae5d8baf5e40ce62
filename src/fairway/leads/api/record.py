"""A partner's own record of answers, month by month."""

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from fairway.core.http.api.fields import Instant, Output
from fairway.core.http.api.operations import Call, PageQuery, Resource, operation
from fairway.leads.models import LeadRank
from fairway.leads.rules.ranks import MEASURES

_NAMES = {
    "in_time": "share of offers that did not lapse", "accepted": "share of offers accepted",
    "converted": "share of leads that ended as a deal", "minutes": "usual minutes to an answer",
}  # fmt: skip


class MeasureTold(serializers.Serializer):
    name = serializers.ChoiceField(choices=list(_NAMES.items()))
    value = serializers.FloatField()
    of = serializers.IntegerField(help_text="Offers, or leads that ended.")
    quarter = serializers.IntegerField(allow_null=True, help_text="1, the best, to 4; null where it is silent.")
    peers = serializers.IntegerField()


class LeadRankTold(Output):
    """What was counted at the beginning of a month. No figure of another partner is in it."""

    uid = serializers.UUIDField()
    month_on = serializers.DateField()
    alike = serializers.ListField(child=serializers.CharField(), help_text="What the peers have in common.")
    measures = serializers.SerializerMethodField()
    counted_at = Instant()

    @extend_schema_field(MeasureTold(many=True))
    def get_measures(self, rank: LeadRank) -> list[dict[str, Any]]:
        return [{"name": name, **rank.measures[name]} for name in MEASURES if name in rank.measures]


class OwnRecord(Resource):
    tag = "me"

    @operation(
        "list_own_lead_records", _("List the own record of answers to leads"), permission="offer.answer",
        asks=PageQuery, gives=LeadRankTold, is_list=True, order="month_on",
        help=_("For a partner's token; by the month, the latest first."),
    )  # fmt: skip
    def get(self, call: Call) -> QuerySet[LeadRank]:
        return LeadRank.objects.all()

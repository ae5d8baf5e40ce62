"""The report on leads and the service levels for programs: the same figures as on the pages."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from fairway.core.http.api.fields import Choice, Day, Input, Instant, MoneyTold, Output, Text
from fairway.core.http.api.operations import Call, Resource, operation
from fairway.insight.actions.asked import measured, reported
from fairway.insight.queries import service
from fairway.insight.queries.leads import AXES, asked_of, currency_of, expanded, ratios, today_of
from fairway.leads.queries.tracking import tracking_policy

_MONEY = {
    "cost": "cost_minor", "cost_per_lead": "per_lead", "cost_per_accepted": "per_accepted", "cost_per_won": "per_won",
    "pipeline": "pipeline_minor", "won_amount": "won_minor", "lifetime": "lifetime_minor",
}  # fmt: skip
_PLAIN = (
    "leads", "offered", "offers", "accepted", "declined", "lapsed", "touched", "deals", "won", "lost", "answer_hours",
    "touch_hours", "touches", "close_days", "good", "bad", "good_share",
)  # fmt: skip


class PeriodQuery(Input):
    since = Day(required=False, help_text="The first day; with `until`.")
    until = Day(required=False, help_text="The last day.")


class LeadReportQuery(PeriodQuery):
    """Twelve months that end today, when no days are given."""

    by = Choice(choices=[(axis, axis) for axis in AXES], required=False, help_text="By source, when left out.")
    source = Text(max_length=60, required=False)  # type: ignore[assignment]
    campaign = Text(max_length=200, required=False)
    line = Text(max_length=50, required=False, help_text="A product line's code.")
    partner = serializers.UUIDField(required=False)
    tier = Text(max_length=50, required=False, help_text="A tier's code.")


class LeadReportRowTold(serializers.Serializer):
    """Hours and days are medians; `touches` is the average number of contacts of those won."""

    key = serializers.CharField(help_text="Of the source, campaign, line, partner or tier.")
    name = serializers.CharField()
    leads = serializers.IntegerField(help_text="Captured in the time; by partner and tier: offered.")
    offered = serializers.IntegerField()
    offers = serializers.IntegerField()
    accepted = serializers.IntegerField()
    declined = serializers.IntegerField()
    lapsed = serializers.IntegerField()
    touched = serializers.IntegerField()
    deals = serializers.IntegerField()
    won = serializers.IntegerField()
    lost = serializers.IntegerField()
    answer_hours = serializers.FloatField(allow_null=True)
    touch_hours = serializers.FloatField(allow_null=True)
    touches = serializers.FloatField(allow_null=True)
    close_days = serializers.FloatField(allow_null=True)
    good = serializers.IntegerField(help_text="Called good by partners.")
    bad = serializers.IntegerField()
    good_share = serializers.FloatField(
        allow_null=True, help_text="Of a source: the share of the past year that conditions read, in percent."
    )
    cost = MoneyTold(allow_null=True)
    cost_per_lead = MoneyTold(allow_null=True)
    cost_per_accepted = MoneyTold(allow_null=True)
    cost_per_won = MoneyTold(allow_null=True)
    pipeline = MoneyTold(allow_null=True)
    won_amount = MoneyTold(allow_null=True)
    lifetime = MoneyTold(allow_null=True)


class LeadReportTold(Output):
    """Figures that take long are worked out by a job: until then `is_ready` is false and `rows` is null."""

    by = serializers.CharField()
    since = serializers.DateField()
    until = serializers.DateField()
    is_ready = serializers.BooleanField()
    made_at = Instant(allow_null=True)
    rows = LeadReportRowTold(many=True, allow_null=True)


class LeadReport(Resource):
    tag = "reviews"

    @operation(
        "read_lead_report", _("Read what became of leads"), permission="report.channel", asks=LeadReportQuery,
        gives=LeadReportTold, help=_("By source, campaign, product line, partner or tier; with costs and worth."),
    )  # fmt: skip
    def get(self, call: Call) -> dict[str, Any]:
        asked = asked_of(_params(call), today_of(call.member))
        found = reported(call.member, asked)
        told = {
            "by": asked.by, "since": asked.start, "until": asked.until - timedelta(days=1), "is_ready": False,
            "made_at": found.made_at, "rows": None,
        }  # fmt: skip
        if found.value is None:
            return told
        money = _money_in(currency_of(call.member))
        return {**told, "is_ready": True, "rows": [_row(expanded(row), money) for row in found.value.of]}


def _params(call: Call) -> dict[str, str]:
    """The query as the page's address says it."""
    names = {"since": "from", "until": "to"}
    return {names.get(name, name): str(value) for name, value in call.query.items()}


def _money_in(currency: str) -> Callable[[int | None], dict[str, Any] | None]:
    return lambda minor: None if minor is None else {"amount_minor": minor, "currency": currency}


def _row(row: dict[str, Any], money: Callable[[int | None], dict[str, Any] | None]) -> dict[str, Any]:
    row |= ratios(row)
    told = {name: row[name] for name in _PLAIN}
    told |= {name: money(row[column]) for name, column in _MONEY.items()}
    return {**told, "key": row["group"], "name": row["label"]}


class ServiceQuery(PeriodQuery):
    """The last ninety days, when none are given."""

    by = Choice(choices=[(axis, axis) for axis in service.AXES], required=False, help_text="Staff only.")


class ServiceRowTold(serializers.Serializer):
    """Shares are in percent, null where nothing was to do."""

    key = serializers.CharField()
    name = serializers.CharField()
    ended = serializers.IntegerField(help_text="Offers answered or lapsed.")
    answered = serializers.IntegerField(help_text="Of these, answered in time.")
    answer = serializers.FloatField(allow_null=True)
    due = serializers.IntegerField(help_text="Leads whose first contact was due.")
    touched = serializers.IntegerField(help_text="Of these, contacted in time.")
    touch = serializers.FloatField(allow_null=True)
    spoken = serializers.IntegerField(help_text="Leads with a contact.")
    rated = serializers.IntegerField(help_text="Of these, rated by their partner.")
    feedback = serializers.FloatField(allow_null=True)


class TargetsTold(serializers.Serializer):
    answer = serializers.IntegerField()
    touch = serializers.IntegerField()
    feedback = serializers.IntegerField()


class ServiceLevelsTold(Output):
    since = serializers.DateField()
    until = serializers.DateField()
    is_ready = serializers.BooleanField()
    made_at = Instant(allow_null=True)
    targets = TargetsTold()
    rows = ServiceRowTold(many=True, allow_null=True)


class ServiceLevels(Resource):
    tag = "reviews"

    @operation(
        "read_service_levels", _("Read service levels"), permission="review.read", asks=ServiceQuery,
        gives=ServiceLevelsTold, help=_("By partner or account manager; a partner's own keys read their own."),
    )  # fmt: skip
    def get(self, call: Call) -> dict[str, Any]:
        asked = service.asked_of(_params(call), call.member)
        found, made_at = measured(call.member, asked)
        told: list[dict[str, Any]] | None = None
        if found is not None:
            told = [{**row, "key": row["group"], "name": row["label"]} for row in map(service.expanded, found.of)]
        return {
            "since": asked.start, "until": asked.until - timedelta(days=1), "is_ready": found is not None,
            "made_at": made_at, "targets": tracking_policy().targets(), "rows": told,
        }  # fmt: skip

"""The twelve-month review for programs: of one partner, and of the channel with its funnel and distribution."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from fairway.core import clock
from fairway.core.access import Member
from fairway.core.http.api.fields import Choice, Day, Input, Instant, MoneyTold, Output
from fairway.core.http.api.operations import Call, Resource, operation
from fairway.core.tenancy.models import Partner
from fairway.insight.actions.figures import figures
from fairway.insight.queries.channel import AXES, expanded
from fairway.insight.queries.review import Review, partners_in_view, review
from fairway.insight.rules.periods import Window

_AXES = [(axis, axis) for axis in AXES]
_FIRST = date(1980, 1, 1)
_COUNTS = ("offered", "accepted", "refused", "touched", "registered", "won", "lost")


class ReviewQuery(Input):
    as_of = Day(required=False, help_text="The last day of the twelve months; today by default.")
    partner = serializers.UUIDField(required=False, help_text="Whose; partners' own keys read their own.")


class ChannelQuery(Input):
    as_of = Day(required=False, help_text="The last day of the twelve months; today by default.")
    by = Choice(choices=_AXES, required=False, help_text="How the distribution is cut; by partner by default.")


class CountsTold(serializers.Serializer):
    """Revenue is exact, as text, in the vendor's currency."""

    revenue = serializers.CharField()
    revenue_before = serializers.CharField(help_text="Of the same time a year before.")
    offered = serializers.IntegerField()
    accepted = serializers.IntegerField()
    refused = serializers.IntegerField()
    touched = serializers.IntegerField(help_text="Leads with a first contact.")
    registered = serializers.IntegerField()
    won = serializers.IntegerField()
    won_amount = MoneyTold()
    lost = serializers.IntegerField()


class MonthTold(CountsTold):
    ends_on = serializers.DateField()
    median_hours = serializers.FloatField(allow_null=True, help_text="From offer to answer.")


class YearTold(serializers.Serializer):
    """Twelve rolling months, and the same a year before."""

    as_of = serializers.DateField()
    currency = serializers.CharField()
    partner = serializers.UUIDField(allow_null=True)
    total = CountsTold()
    growth = serializers.FloatField(allow_null=True, help_text="Of revenue, as a share of the year before.")
    accepted_share = serializers.FloatField(allow_null=True)
    won_share = serializers.FloatField(allow_null=True)
    open_deals = serializers.IntegerField()
    open_amount = MoneyTold()
    partners_with_revenue = serializers.IntegerField()
    median_hours = serializers.FloatField(allow_null=True)
    median_first_touch_hours = serializers.FloatField(allow_null=True)
    months = MonthTold(many=True)


class ReviewTold(YearTold, Output):
    """The review of one partner."""


class FunnelStepTold(serializers.Serializer):
    step = serializers.CharField(source="key")
    count = serializers.IntegerField()


class ShareTold(serializers.Serializer):
    """A partner, tier or territory with its part."""

    name = serializers.CharField(allow_blank=True)
    partner = serializers.UUIDField(allow_null=True)
    offered = serializers.IntegerField()
    accepted = serializers.IntegerField()
    declined = serializers.IntegerField()
    lapsed = serializers.IntegerField()
    median_hours = serializers.FloatField(allow_null=True)
    won = serializers.IntegerField()
    won_amount = MoneyTold()
    revenue = serializers.CharField()


class ChannelTold(Output):
    """Figures that take long are worked out by a job: until then `is_ready` is false, and all else is null."""

    as_of = serializers.DateField()
    is_ready = serializers.BooleanField()
    made_at = Instant(allow_null=True, help_text="Of figures that were kept; null for those of this moment.")
    review = YearTold(allow_null=True)
    funnel = FunnelStepTold(many=True, allow_null=True)
    distribution = ShareTold(many=True, allow_null=True)


@dataclass(frozen=True, slots=True)
class Teller:
    currency: str

    def money(self, minor: int | None) -> dict[str, Any]:
        return {"amount_minor": minor or 0, "currency": self.currency}

    def counts(self, values: dict[str, Any]) -> dict[str, Any]:
        counts = {name: values[name] for name in _COUNTS}
        texts = {name: str(values[name]) for name in ("revenue", "revenue_before")}
        return {**texts, **counts, "won_amount": self.money(values["won_minor"])}

    def review(self, found: Review, partner: Partner | None) -> dict[str, Any]:
        names = (*_COUNTS, "revenue", "revenue_before", "won_minor")
        months = [
            {**self.counts({name: getattr(month, name) for name in names}), "ends_on": month.ends_on,
             "median_hours": month.median_hours}
            for month in found.months
        ]  # fmt: skip
        return {
            "as_of": found.window.as_of, "currency": self.currency, "partner": partner.uid if partner else None,
            "total": self.counts({name: found.total(name) for name in names}), "growth": found.growth,
            "accepted_share": found.accepted_share, "won_share": found.won_share, "open_deals": found.open_deals,
            "open_amount": self.money(found.open_minor), "partners_with_revenue": found.partners_with_revenue,
            "median_hours": found.median_hours, "median_first_touch_hours": found.median_first_touch_hours,
            "months": months,
        }  # fmt: skip

    def share(self, row: dict[str, Any]) -> dict[str, Any]:
        return {
            **{name: row[name] for name in ("offered", "accepted", "declined", "lapsed", "median_hours", "won")},
            "name": str(row["label"] or ""), "partner": row["partner_uid"], "revenue": str(row["revenue"]),
            "won_amount": self.money(row["won_minor"]),
        }  # fmt: skip


def _window(call: Call) -> Window:
    today = clock.today(call.member.seat.vendor_time_zone if call.member.seat else "UTC")
    as_of = call.query.get("as_of", today)
    return Window(as_of if _FIRST <= as_of <= today else today)


def _teller(member: Member) -> Teller:
    return Teller(member.seat.vendor_currency if member.seat else "")


def _partner(call: Call) -> Partner:
    partners = partners_in_view(call.member)
    if not call.member.is_staff:
        own: Partner = get_object_or_404(partners, pk=call.member.partner_id)
        if call.query.get("partner", own.uid) != own.uid:
            raise Http404
        return own
    return get_object_or_404(partners, uid=call.query.get("partner"))


class PartnerReview(Resource):
    tag = "reviews"

    @operation(
        "read_review", _("Read the twelve months of a partner"), permission="review.read", asks=ReviewQuery,
        gives=ReviewTold, can_miss=True,
    )  # fmt: skip
    def get(self, call: Call) -> dict[str, Any]:
        partner = _partner(call)
        return _teller(call.member).review(review([partner.pk], _window(call)), partner)


class ChannelReview(Resource):
    tag = "reviews"

    @operation(
        "read_channel_review", _("Read the twelve months of the channel"), permission="report.channel",
        asks=ChannelQuery, gives=ChannelTold, help=_("For an account manager, of the own partners."),
    )  # fmt: skip
    def get(self, call: Call) -> dict[str, Any]:
        window, axis = _window(call), call.query.get("by", "partner")
        kept = figures(["review", "funnel", axis], member=call.member, window=window, at=call.at)
        told: dict[str, Any] = {"as_of": window.as_of, "is_ready": False, "made_at": None}
        if any(each.value is None for each in kept.values()):
            return {**told, "review": None, "funnel": None, "distribution": None}
        teller = _teller(call.member)
        instants: list[datetime] = [each.made_at for each in kept.values() if each.made_at]
        return {
            **told, "is_ready": True, "made_at": min(instants, default=None), "funnel": kept["funnel"].value,
            "review": teller.review(kept["review"].value, None),
            "distribution": [teller.share(expanded(row)) for row in kept[axis].value.of],
        }  # fmt: skip

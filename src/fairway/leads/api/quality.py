"""Answers, ratings, the rules of silence and targets, and what leads cost."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework import serializers

from fairway.core.http.api.bulk import Lines, LinesTold, lines_of
from fairway.core.http.api.fields import Amount, Choice, Day, Flag, Input, Instant, Money, Output, Slug, Text, Whole
from fairway.core.http.api.operations import Call, PageQuery, Resource, operation
from fairway.core.money import to_major
from fairway.leads.actions.answers import save_answers
from fairway.leads.actions.ratings import rate_lead
from fairway.leads.actions.sources import CostRow, import_costs
from fairway.leads.actions.tracking import save_tracking_rules, with_numbers
from fairway.leads.api.leads import READ, found
from fairway.leads.models import AnswerList, LeadRating, SourceCost
from fairway.leads.queries.answers import AnswerLists
from fairway.leads.queries.sources import costs
from fairway.leads.queries.tracking import NUMBERS, policy_of, tracking_rules
from fairway.leads.rules.answers import DELIVERED, ENTRIES_MOST, TEXT_MOST, USES, Answers, entries_of
from fairway.leads.rules.tracking import DAYS_MOST, HOURS_MOST, bands_of, kept_bands

_ALL_USES = sorted({use for uses in USES.values() for use in uses})


class EntryGiven(Input):
    """One answer. Without words those delivered are said, in every language."""

    code = Slug(max_length=40)
    words = serializers.DictField(
        child=Text(max_length=TEXT_MOST), required=False, help_text="Language → text, such as {\"en\": \"Good fit\"}."
    )  # fmt: skip
    grade = serializers.ChoiceField(
        choices=[(-1, "bad"), (0, "neither"), (1, "good")], required=False, help_text="−1 bad, 0 neither, 1 good."
    )
    uses = serializers.ListField(
        child=serializers.ChoiceField(choices=[(use, use) for use in _ALL_USES]), required=False, max_length=3,
        help_text="Of a quality: `decline`, `contact`. Of a result: `reached`.",
    )  # fmt: skip
    retired = Flag(required=False)


class AnswerListGiven(Input):
    list = Choice(choices=[(name, name) for name in DELIVERED])
    entries = serializers.ListField(
        child=EntryGiven(), min_length=1, max_length=ENTRIES_MOST,
        help_text="All answers in their order. None may be left out; what is no longer asked is retired.",
    )  # fmt: skip


class EntryTold(serializers.Serializer):
    code = serializers.CharField()
    text = serializers.CharField(help_text="In the language of the request.")
    words = serializers.DictField(child=serializers.CharField())
    grade = serializers.IntegerField()
    uses = serializers.ListField(child=serializers.CharField())
    retired = serializers.BooleanField()


class OneListTold(serializers.Serializer):
    name = serializers.CharField()
    version = serializers.IntegerField(help_text="0 while all is as delivered.")
    entries = EntryTold(many=True)


class AnswerListTold(OneListTold, Output):
    """One list, as it is now."""


class AnswerListsTold(Output):
    lists = OneListTold(many=True)


def _told(lists: AnswerLists, name: str, version: int) -> dict[str, Any]:
    entries = [{**entry.kept, "text": lists.say(name, entry.code)} for entry in lists[name].entries]
    return {"name": name, "version": version, "entries": entries}


def _versions() -> dict[str, int]:
    return dict(AnswerList.objects.order_by("name").values_list("name", "version"))


class AnswerListsOf(Resource):
    tag = "leads"

    @operation(
        "read_answer_lists", gettext_lazy("Read the lists of answers"), permission="offer.read", gives=AnswerListsTold,
        help=gettext_lazy("What may be said on declining, after the first contact, and of a contact."),
    )  # fmt: skip
    def get(self, call: Call) -> dict[str, Any]:
        lists, versions = AnswerLists(), _versions()
        return {"lists": [_told(lists, name, versions.get(name, 0)) for name in DELIVERED]}

    @operation(
        "change_answer_list", gettext_lazy("Change a list of answers"), permission="answers.edit",
        takes=AnswerListGiven, gives=AnswerListTold, has_version=True,
    )  # fmt: skip
    def patch(self, call: Call) -> dict[str, Any]:
        name = call.data["list"]
        version = _versions().get(name, 0)
        call.expect(version)
        new: Answers = entries_of(name, call.data["entries"])
        save_answers(name=name, entries=new.entries, version=version, actor=call.member, at=call.at)
        return _told(AnswerLists(), name, version + 1)


class RatingGiven(Input):
    quality = serializers.ListField(
        child=Slug(max_length=40), min_length=1, max_length=ENTRIES_MOST,
        help_text="What is true of it: codes of the list `quality` that are asked after the first contact.",
    )  # fmt: skip
    note = Text(max_length=1000, required=False, allow_blank=True)


class RatingTold(Output):
    uid = serializers.UUIDField()
    partner = serializers.UUIDField(source="partner.uid")
    phase = serializers.CharField(help_text="`decline` or `contact`")
    quality = serializers.ListField(child=serializers.CharField(), source="codes")
    grade = serializers.IntegerField(help_text="−1 bad, 0 neither, 1 good, as it was when it was said.")
    note = serializers.CharField()
    rated_at = Instant()


class LeadRatings(Resource):
    tag = "leads"

    @operation(
        "list_lead_ratings", gettext_lazy("List what partners said of a lead"), permission=READ, asks=PageQuery,
        gives=RatingTold, is_list=True, order="rated_at",
    )  # fmt: skip
    def get(self, call: Call, uid: UUID) -> QuerySet[LeadRating]:
        return LeadRating.objects.filter(lead=found(uid)).select_related("partner")

    @operation(
        "rate_lead", gettext_lazy("Say how good a lead is"), permission="lead.work", takes=RatingGiven,
        gives=RatingTold, statuses=(201,), can_refuse=True,
        help=gettext_lazy("After the first contact. Said again, the latest holds."),
    )  # fmt: skip
    def post(self, call: Call, uid: UUID) -> tuple[int, LeadRating]:
        made = rate_lead(
            lead=found(uid), quality=call.data["quality"], note=call.data.get("note", ""), actor=call.member, at=call.at
        )  # fmt: skip
        return 201, LeadRating.objects.select_related("partner").get(pk=made.pk)


class SilentBandGiven(Input):
    band = Text(max_length=30)
    nudge_days = Whole(min_value=1, max_value=DAYS_MOST)
    executive_days = Whole(min_value=1, max_value=DAYS_MOST)
    recall_days = Whole(max_value=DAYS_MOST)


class TrackingGiven(Input):
    silence_is_on = Flag(required=False)
    nudge_days = Whole(min_value=1, max_value=DAYS_MOST, required=False)
    executive_days = Whole(min_value=1, max_value=DAYS_MOST, required=False)
    recall_days = Whole(max_value=DAYS_MOST, required=False, help_text="0: never.")
    bands = serializers.ListField(child=SilentBandGiven(), required=False, max_length=20)
    touch_hours = Whole(min_value=1, max_value=HOURS_MOST, required=False)
    answer_percent = Whole(max_value=100, required=False)
    touch_percent = Whole(max_value=100, required=False)
    feedback_percent = Whole(max_value=100, required=False)


class SilentBandTold(serializers.Serializer):
    band = serializers.CharField()
    nudge_days = serializers.IntegerField()
    executive_days = serializers.IntegerField()
    recall_days = serializers.IntegerField()


class TrackingTold(Output):
    """Days are business days, hours business hours, at the partner's place."""

    version = serializers.IntegerField(help_text="0 while all is as delivered.")
    silence_is_on = serializers.BooleanField()
    nudge_days = serializers.IntegerField(help_text="After these the seller is told.")
    executive_days = serializers.IntegerField(help_text="After these the partner's executive is told too.")
    recall_days = serializers.IntegerField(help_text="After these the lead is taken back; 0: never.")
    bands = SilentBandTold(many=True)
    touch_hours = serializers.IntegerField(help_text="The first contact is expected within these.")
    answer_percent = serializers.IntegerField()
    touch_percent = serializers.IntegerField()
    feedback_percent = serializers.IntegerField()


def _rules_told() -> dict[str, Any]:
    row = tracking_rules()
    policy = policy_of(row)
    numbers = {name: getattr(policy, name) for name in (*NUMBERS, "silence_is_on")}
    return {**numbers, "bands": kept_bands(policy.bands), "version": row.version if row else 0}


class Tracking(Resource):
    tag = "leads"

    @operation(
        "read_tracking_rules", gettext_lazy("Read the rules of silence and the targets"), permission="offer.read",
        gives=TrackingTold, has_version=True,
    )  # fmt: skip
    def get(self, call: Call) -> dict[str, Any]:
        return _rules_told()

    @operation(
        "change_tracking_rules", gettext_lazy("Change the rules of silence and the targets"),
        permission="tracking.edit", takes=TrackingGiven, gives=TrackingTold, has_version=True,
    )  # fmt: skip
    def patch(self, call: Call) -> dict[str, Any]:
        row, given = tracking_rules(), dict(call.data)
        version = row.version if row else 0
        call.expect(version)
        if "bands" in given:
            given["bands"] = bands_of(given["bands"])
        save_tracking_rules(policy=with_numbers(policy_of(row), given), version=version, actor=call.member, at=call.at)
        return _rules_told()


class CostQuery(PageQuery):
    source = Text(max_length=60, required=False)  # type: ignore[assignment]


class CostGiven(Input):
    """What a source, or one of its campaigns, cost in a month."""

    source = Text(max_length=60)  # type: ignore[assignment]
    campaign = Text(max_length=200, required=False, allow_blank=True)
    month_on = Day(help_text="Any day of the month.")
    cost = Money()


class CostLinesGiven(Input):
    lines = lines_of(CostGiven, most=1000)


class CostTold(Output):
    uid = serializers.UUIDField()
    source = serializers.CharField()  # type: ignore[assignment]
    campaign = serializers.CharField()
    month_on = serializers.DateField()
    cost = Amount()


class Costs(Resource):
    tag = "leads"

    @operation(
        "list_lead_costs", gettext_lazy("List what leads cost"), permission="leadcost.edit", asks=CostQuery,
        gives=CostTold, is_list=True, order="month_on",
    )  # fmt: skip
    def get(self, call: Call) -> QuerySet[SourceCost]:
        return costs(call.query)


class CostBulk(Resource):
    tag = "leads"

    @operation(
        "set_lead_costs", gettext_lazy("Set what leads cost"), permission="leadcost.edit", takes=CostLinesGiven,
        gives=LinesTold, help=gettext_lazy("A month that is known takes the new amount."),
    )  # fmt: skip
    def post(self, call: Call) -> Lines:
        lines = Lines(call.data["lines"], CostGiven, key=())
        rows = [_cost_row(number, values) for number, values in lines.values.items()]
        outcome = import_costs(rows, actor=call.member, at=call.at)
        for issue in outcome.refused:
            lines.refuse(issue.line, {issue.field: [issue.message]})
        uids = {(row.source, row.campaign, row.month_on): row.uid for row in costs({})}
        for row in rows:
            if what := outcome.results.get(row.line):
                lines.tell(row.line, what, uids[row.source, row.campaign, row.month_on.replace(day=1)])
            elif row.line in lines.values:
                lines.refuse(row.line, {"month_on": [_("A later line says the same month.")]})
        return lines


def _cost_row(number: int, values: dict[str, Any]) -> CostRow:
    cost = values["cost"]
    amount = to_major(cost["amount_minor"], cost["currency"])
    return CostRow(
        number, values["source"].strip(), values.get("campaign", "").strip(), values["month_on"], amount,
        cost["currency"],
    )  # fmt: skip

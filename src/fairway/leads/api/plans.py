"""Batch assignment for programs: begin a plan, read what it is worth and its leads, carry it out."""

from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from fairway.core.http.api.fields import Amount, Choice, Input, Instant, MoneyTold, Output, Text, Whole
from fairway.core.http.api.operations import Call, PageQuery, Resource, operation
from fairway.core.http.api.problems import Unprocessable
from fairway.leads.actions.plans import LEADS_MOST, begin_plan, carry_out_plan
from fairway.leads.models import AssignmentLine, AssignmentPlan
from fairway.leads.plan_tables import why_line
from fairway.leads.queries.plans import figures_of, free_leads, lines_of, short_named
from fairway.leads.rules.states import ASSIGNMENT

ASSIGN = "lead.assign"
_STATES = [(str(state), str(word)) for state, word in ASSIGNMENT.labels.items()]
_LINE_STATES = [("planned", "Planned"), ("left", "Left"), ("offered", "Offered"), ("skipped", "Skipped")]


class ChosenLeads(Input):
    """Filters over the leads that nobody has; without any all of them."""

    state = Choice(choices=[("captured", "Captured"), ("waiting", "Waiting")], required=False)
    line = serializers.UUIDField(required=False, help_text="A product line.")
    band = Text(max_length=30, required=False)
    source = Text(max_length=60, required=False)  # type: ignore[assignment]


class PlanGiven(Input):
    """Which leads, and what fairness asks. Name leads or filters, not both."""

    leads = serializers.ListField(child=serializers.UUIDField(), min_length=1, max_length=LEADS_MOST, required=False)
    where = ChosenLeads(required=False)
    most_percent = Whole(
        min_value=1, max_value=100, required=False, help_text="The greatest share of any one partner; 100 by default."
    )
    least_percent = Whole(
        min_value=0, max_value=100, required=False, help_text="The least share of small partners; 0 by default."
    )
    small_employees = Whole(
        min_value=1, max_value=1_000_000, required=False, help_text="Small are partners of at most so many employees."
    )
    small_tiers = serializers.ListField(
        child=Text(max_length=60), min_length=1, max_length=50, required=False,
        help_text="Small are partners of these tiers, by code.",
    )  # fmt: skip


class PlanShareTold(serializers.Serializer):
    partners = serializers.IntegerField(help_text="Small partners with room.")
    asked = serializers.IntegerField()
    possible = serializers.IntegerField()
    got = serializers.IntegerField()
    missing = serializers.IntegerField(help_text="How many are missing of what was asked.")
    without_any = serializers.IntegerField(help_text="Leads that no small partner with room is eligible for.")
    without_room = serializers.IntegerField(help_text="Leads whose eligible small partners are full of such leads.")
    places = serializers.IntegerField(help_text="The places of these partners.")
    full = serializers.ListField(child=serializers.CharField(), help_text="The first of these partners, by name.")


class FiguresTold(serializers.Serializer):
    leads = serializers.IntegerField()
    assigned = serializers.IntegerField()
    partners = serializers.IntegerField(help_text="How many get leads.")
    worth = MoneyTold()
    one_by_one = MoneyTold(help_text="What one lead after the other would be worth.")
    bound = MoneyTold(help_text="What no assignment can exceed.")
    small = PlanShareTold()
    left = serializers.DictField(child=serializers.IntegerField(), help_text="Why leads stay, and how many.")


class PlanTold(Output):
    uid = serializers.UUIDField()
    state = serializers.ChoiceField(choices=_STATES)
    progress = serializers.IntegerField(help_text="Percent, while it is computed or carried out.")
    error = serializers.CharField()
    leads = serializers.IntegerField(source="lead_count")
    most_percent = serializers.IntegerField()
    least_percent = serializers.IntegerField()
    created_at = Instant()
    computed_at = Instant(allow_null=True)
    carried_at = Instant(allow_null=True)
    figures = serializers.SerializerMethodField()

    @extend_schema_field(FiguresTold(allow_null=True))
    def get_figures(self, plan: AssignmentPlan) -> Any:
        found = figures_of(plan)
        if found is None:
            return None
        money = {
            name: {"amount_minor": minor, "currency": plan.currency}
            for name, minor in (("worth", found.value), ("one_by_one", found.one_by_one), ("bound", found.bound))
        }
        small = {
            "partners": found.favoured_partners, "asked": found.favoured_asked, "possible": found.favoured_possible,
            "got": found.favoured_got, "missing": found.short, "without_any": found.short_alone,
            "without_room": found.short_blocked, "places": found.short_places,
            "full": short_named(found)[0] if found.short_partners else [],
        }  # fmt: skip
        return {
            "leads": found.leads, "assigned": found.assigned, "partners": found.partners_used, **money, "small": small,
            "left": found.left,
        }  # fmt: skip


class LineQuery(PageQuery):
    state = Choice(choices=_LINE_STATES, required=False)


class PlanLineTold(Output):
    uid = serializers.UUIDField()
    lead = serializers.UUIDField(source="lead.uid")
    state = serializers.ChoiceField(choices=_LINE_STATES)
    partner = serializers.UUIDField(source="partner.uid", allow_null=True, default=None)
    worth = Amount("value_minor")
    best_partner = serializers.UUIDField(
        source="best.uid", allow_null=True, default=None, help_text="Who would be worth most without any limit."
    )
    best_worth = Amount("best_value_minor")
    eligible = serializers.IntegerField(help_text="How many partners the rules allow.")
    because = serializers.SerializerMethodField()

    @extend_schema_field(serializers.CharField())
    def get_because(self, line: AssignmentLine) -> str:
        return why_line(line)


class Plans(Resource):
    tag = "leads"

    @operation(
        "list_assignment_plans", gettext_lazy("List batch assignments"), permission=ASSIGN, asks=PageQuery,
        gives=PlanTold, is_list=True, order="created_at",
    )  # fmt: skip
    def get(self, call: Call) -> QuerySet[AssignmentPlan]:
        return AssignmentPlan.objects.defer("lead_ids", "partners")

    @operation(
        "begin_assignment_plan", gettext_lazy("Have a batch of leads assigned best overall"), permission=ASSIGN,
        takes=PlanGiven, gives=PlanTold, statuses=(202,), can_refuse=True,
        help=gettext_lazy("A job computes the preview: read it again until its state is ready or failed."),
    )  # fmt: skip
    def post(self, call: Call) -> tuple[int, AssignmentPlan]:
        given = call.data
        if "leads" in given and "where" in given:
            raise Unprocessable({"where": [_("Name leads or filters, not both.")]})
        where = {name: str(value) for name, value in given.get("where", {}).items()}
        plan = begin_plan(
            lead_ids=free_leads(where, given.get("leads", ()), most=LEADS_MOST), actor=call.member, at=call.at,
            most_percent=given.get("most_percent", 100), least_percent=given.get("least_percent", 0),
            favoured=_favoured(given),
        )  # fmt: skip
        return HTTPStatus.ACCEPTED, plan


def _favoured(given: dict[str, Any]) -> dict[str, Any]:
    if "small_employees" in given and "small_tiers" in given:
        raise Unprocessable({"small_tiers": [_("Small is said by employees or by tiers, not by both.")]})
    if "small_tiers" in given:
        return {"field": "partner.tier", "op": "in", "value": given["small_tiers"]}
    if "small_employees" in given:
        return {"field": "partner.employees", "op": "at_most", "value": given["small_employees"]}
    return {}


def _found(uid: UUID) -> AssignmentPlan:
    return get_object_or_404(AssignmentPlan.objects.defer("lead_ids"), uid=uid)


class PlanDetail(Resource):
    tag = "leads"

    @operation(
        "read_assignment_plan", gettext_lazy("Read a batch assignment"), permission=ASSIGN, gives=PlanTold,
    )  # fmt: skip
    def get(self, call: Call, uid: UUID) -> AssignmentPlan:
        return _found(uid)


class PlanLines(Resource):
    tag = "leads"

    @operation(
        "list_assignment_lines", gettext_lazy("List the leads of a batch assignment"), permission=ASSIGN,
        asks=LineQuery, gives=PlanLineTold, is_list=True, order="place",
    )  # fmt: skip
    def get(self, call: Call, uid: UUID) -> QuerySet[AssignmentLine]:
        return lines_of(_found(uid), call.query.get("state", "")).select_related("lead", "partner", "best", "plan")


class PlanCarrying(Resource):
    tag = "leads"

    @operation(
        "carry_out_assignment_plan", gettext_lazy("Make the offers of a batch assignment"), permission=ASSIGN,
        gives=PlanTold, statuses=(202,), can_refuse=True,
        help=gettext_lazy("Once. Leads that changed since the preview are skipped, and say why."),
    )  # fmt: skip
    def post(self, call: Call, uid: UUID) -> tuple[int, AssignmentPlan]:
        return HTTPStatus.ACCEPTED, carry_out_plan(plan=_found(uid), actor=call.member, at=call.at)

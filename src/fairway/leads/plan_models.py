"""Plans of batch assignment: which lead would go to whom, what the whole is worth, and what became of it."""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from fairway.core.moves import state_choices
from fairway.core.tenancy.models import Partner, Seat
from fairway.core.tenancy.scope import InternalModel, SharedModel, TenantForeignKey
from fairway.leads.models import Lead, RoutingPolicy, RoutingRun
from fairway.leads.rules.states import ASSIGNMENT, PlanState


class AssignmentPlan(InternalModel):
    """A batch of leads assigned best overall. Money in minor units of `currency`.

    `favoured` is a condition over partners, `figures` what the plan is worth beside its bound and beside one lead
    after the other (`leads.queries.plans.Figures`), `partners` the first of them as
    [id, leads, worth, room, price of a place or null]. `run` keeps what was known of all partners, `objective` the
    prices of their places (`leads.queries.plans.packed_objective`): with them the plan can be computed again.
    """

    not_personal = ("favoured", "figures", "partners", "error", "objective")

    state = models.CharField(max_length=12, choices=state_choices(ASSIGNMENT), default=PlanState.WAITING)
    seat = TenantForeignKey(Seat, null=True, related_name="+", db_index=False)
    created_at = models.DateTimeField()
    computed_at = models.DateTimeField(null=True)
    carried_by = TenantForeignKey(Seat, null=True, related_name="+", db_index=False)
    carried_at = models.DateTimeField(null=True)
    policy = TenantForeignKey(RoutingPolicy, null=True, related_name="+", db_index=False)
    currency = models.CharField(max_length=3)
    lead_ids = ArrayField(models.BigIntegerField(), default=list)
    lead_count = models.PositiveIntegerField(default=0)
    most_percent = models.PositiveSmallIntegerField(default=100)
    least_percent = models.PositiveSmallIntegerField(default=0)
    favoured = models.JSONField(default=dict)
    progress = models.PositiveSmallIntegerField(default=0)
    figures = models.JSONField(default=dict)
    partners = models.JSONField(default=list)
    error = models.CharField(max_length=300, blank=True)
    run = TenantForeignKey(RoutingRun, null=True, related_name="+", db_index=False)
    objective = models.BinaryField(null=True)

    class Meta(InternalModel.Meta):
        abstract = False
        indexes = [models.Index(fields=["vendor", "-created_at"], name="assignmentplan_by_time")]


class AssignmentLine(InternalModel):
    """One lead of a plan: who gets it and what it is worth there, and who would be worth most without any limit.

    `print` tells whether the lead changed since; `state` is "planned", "left", "offered" or "skipped". `worth` is
    chance × amount, `facts` what was known of the lead, `candidates` the five that would be worth most, `excluded` how
    many others were not eligible by reason: all as of a `RoutingDecision`.
    """

    not_personal = ("print", "state", "because", "because_words", "facts", "candidates", "excluded")

    plan = TenantForeignKey(AssignmentPlan, related_name="lines", db_index=False)
    lead = TenantForeignKey(Lead, related_name="+", db_index=False)
    place = models.PositiveIntegerField()
    print = models.CharField(max_length=16)
    rule_number = models.PositiveIntegerField(null=True)
    partner = TenantForeignKey(Partner, null=True, related_name="+", db_index=False)
    value_minor = models.BigIntegerField(default=0)
    best = TenantForeignKey(Partner, null=True, related_name="+", db_index=False)
    best_value_minor = models.BigIntegerField(default=0)
    price_minor = models.BigIntegerField(null=True)
    eligible = models.PositiveIntegerField(default=0)
    state = models.CharField(max_length=10)
    because = models.CharField(max_length=500, blank=True)
    because_words = models.JSONField(null=True)
    worth = models.FloatField(null=True)
    facts = models.JSONField(null=True)
    candidates = models.JSONField(default=list, db_default=[])
    excluded = models.JSONField(default=dict, db_default={})

    class Meta(InternalModel.Meta):
        abstract = False
        constraints = [
            *InternalModel.Meta.constraints,
            models.UniqueConstraint(fields=["vendor", "plan", "place"], name="assignmentline_place"),
        ]
        indexes = [
            models.Index(fields=["vendor", "plan", "state", "place"], name="assignmentline_by_state"),
            models.Index(fields=["vendor", "lead"], name="assignmentline_by_lead"),
        ]


class LeadShare(SharedModel):
    """What one partner got of the leads of the past quarter, what it could have got, and what stood in the way.

    Counted anew by a job. `reasons` is code (`leads.rules.shares.REASONS`) → leads, of `leads_looked_at`.
    """

    not_personal = ("reasons", "tier", "size")

    partner = TenantForeignKey(Partner, related_name="+", db_index=False)
    since_at = models.DateTimeField()
    until_at = models.DateTimeField()
    leads_looked_at = models.PositiveIntegerField()
    tier = models.CharField(max_length=100, blank=True)
    size = models.CharField(max_length=10, blank=True)
    eligible = models.PositiveIntegerField(default=0)
    offered = models.PositiveIntegerField(default=0)
    accepted = models.PositiveIntegerField(default=0)
    value_minor = models.BigIntegerField(default=0)
    currency = models.CharField(max_length=3)
    is_open = models.BooleanField(default=False)
    is_starved = models.BooleanField(default=False)
    reasons = models.JSONField(default=dict)

    class Meta(SharedModel.Meta):
        abstract = False
        constraints = [
            *SharedModel.Meta.constraints,
            models.UniqueConstraint(fields=["vendor", "partner"], name="leadshare_once"),
        ]
        indexes = [models.Index(fields=["vendor", "-eligible", "-offered", "id"], name="leadshare_by_eligible")]

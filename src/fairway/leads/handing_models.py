"""Handing on all that a partner has, when it leaves or is away."""

from django.db import models

from fairway.core.moves import state_choices
from fairway.core.tenancy.models import Partner, Seat
from fairway.core.tenancy.scope import InternalModel, TenantForeignKey
from fairway.leads.models import Lead, Offer
from fairway.leads.rules.states import REASSIGNMENT, ReassignmentState


class Reassignment(InternalModel):
    """The open offers and accepted leads of one partner, each with where it goes; carried out by a job, once."""

    personal = {"text": "text"}

    limited = "{area}"

    partner = TenantForeignKey(Partner, related_name="+")
    seat = TenantForeignKey(Seat, null=True, related_name="+")
    state = models.CharField(max_length=12, choices=state_choices(REASSIGNMENT), default=ReassignmentState.PREVIEW)
    code = models.CharField(max_length=40, blank=True)
    text = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField()
    carried_at = models.DateTimeField(null=True)
    carried_by = TenantForeignKey(Seat, null=True, related_name="+", db_index=False)
    undone_at = models.DateTimeField(null=True)
    version = models.PositiveIntegerField(default=1)

    class Meta(InternalModel.Meta):
        abstract = False


class ReassignmentLine(InternalModel):
    """One lead: where it goes (`choice` of rules.handing), what was, and what became of it.

    `state` is "planned", "done", "skipped" or "failed" (it broke at the last try, too); where it is taken back "giving"
    (it waits for that), "undone", "done" again with the reason why it was not, or "stuck" (taking it back broke at the
    last try, too). `tries` is how often it broke, `before` what the partner had of an accepted lead.
    """

    not_personal = ("choice", "state", "because", "because_words", "before")

    limited = "EXISTS (SELECT 1 FROM leads_lead l WHERE l.id = {lead_id})"

    reassignment = TenantForeignKey(Reassignment, related_name="lines", db_index=False)
    place = models.PositiveIntegerField()
    lead = TenantForeignKey(Lead, related_name="+", db_index=False)
    offer = TenantForeignKey(Offer, null=True, related_name="+", db_index=False)
    choice = models.CharField(max_length=10)
    partner = TenantForeignKey(Partner, null=True, related_name="+", db_index=False)
    state = models.CharField(max_length=10, default="planned")
    because = models.CharField(max_length=300, blank=True)
    because_words = models.JSONField(null=True)
    tries = models.PositiveSmallIntegerField(default=0, db_default=0)
    made_offer = TenantForeignKey(Offer, null=True, related_name="+", db_index=False)
    before = models.JSONField(default=dict, blank=True)

    class Meta(InternalModel.Meta):
        abstract = False
        constraints = [
            *InternalModel.Meta.constraints,
            models.UniqueConstraint(fields=["vendor", "reassignment", "place"], name="reassignmentline_place"),
        ]
        indexes = [
            models.Index(fields=["vendor", "reassignment", "state", "place"], name="reassignmentline_by_state"),
        ]

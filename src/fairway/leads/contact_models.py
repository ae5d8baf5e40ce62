"""Contacts with the customer of a lead, and which known customer it is of."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from fairway.core.tenancy.models import Partner, Seat
from fairway.core.tenancy.scope import InternalModel, SharedModel, TenantForeignKey
from fairway.customers.models import Customer


class MatchState(models.TextChoices):
    SURE = "sure", _("Existing customer")
    ASKED = "asked", _("Perhaps a customer")
    YES = "yes", _("Existing customer, said a person")
    NO = "no", _("Not this customer")


class CustomerMatch(InternalModel):
    """A customer that a lead is of, by its facts: surely (`sure`), perhaps (`asked`), or as a person said.

    `reasons` are codes of `rules.alike.WHY`.
    """

    not_personal = ("reasons",)

    limited = "EXISTS (SELECT 1 FROM leads_lead l WHERE l.id = {lead_id})"

    lead = TenantForeignKey("leads.Lead", related_name="customers", db_index=False)
    customer = TenantForeignKey(Customer, related_name="+")
    state = models.CharField(max_length=10, choices=MatchState, default=MatchState.ASKED)
    likeness = models.FloatField()
    reasons = models.JSONField(default=list)
    found_at = models.DateTimeField()
    decided_by = TenantForeignKey(Seat, null=True, related_name="+")
    version = models.PositiveIntegerField(default=1)

    class Meta(InternalModel.Meta):
        abstract = False
        constraints = [
            *InternalModel.Meta.constraints,
            models.UniqueConstraint(fields=["vendor", "lead"], name="customermatch_once"),
        ]


class Touch(SharedModel):
    """One contact with the customer about a lead or a deal; kind and result are codes of the vendor's lists."""

    personal = {"note": "text", "external_id": "key"}

    external_id = models.CharField(max_length=100, blank=True, db_default="")
    partner = TenantForeignKey(Partner, related_name="+")
    subject_type = models.CharField(max_length=40)
    subject_id = models.BigIntegerField()
    seat = TenantForeignKey(Seat, null=True, related_name="+")
    kind = models.CharField(max_length=40)
    outcome = models.CharField(max_length=40)
    note = models.TextField(blank=True)
    touched_at = models.DateTimeField()

    class Meta(SharedModel.Meta):
        abstract = False
        constraints = [
            *SharedModel.Meta.constraints,
            models.UniqueConstraint(
                fields=["vendor", "external_id"], condition=~models.Q(external_id=""), name="touch_external_id"
            ),
        ]
        indexes = [
            models.Index(fields=["vendor", "subject_type", "subject_id", "-touched_at"], name="touch_by_subject"),
            models.Index(fields=["vendor", "partner", "touched_at"], name="touch_by_partner"),
        ]

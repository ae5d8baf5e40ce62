"""How leads are followed up, and the chains of people that go on while nobody acts."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from fairway.core.tenancy.models import Partner, Seat
from fairway.core.tenancy.scope import InternalModel, TenantForeignKey
from fairway.leads.models import Lead, Offer
from fairway.leads.rules.following import SELLER_HOURS, WARN_PERCENT


class FollowUpRule(InternalModel):
    """Reminders, escalation and taking back for the leads of one routing rule; with an empty `rule_uid` for the rest.

    Hours are business hours of the partner's place; null: never.
    """

    not_personal = ("rule_uid", "untouched_code", "unmoved_code")

    limited = "true"

    rule_uid = models.CharField(max_length=60, blank=True)
    remind_percents = ArrayField(models.PositiveSmallIntegerField(), default=list, blank=True)
    untouched_hours = models.PositiveIntegerField(_("first contact within"), null=True, blank=True)
    untouched_code = models.CharField(max_length=40, default="untouched")
    unmoved_hours = models.PositiveIntegerField(_("progress within"), null=True, blank=True)
    unmoved_code = models.CharField(max_length=40, default="unmoved")
    warn_percent = models.PositiveSmallIntegerField(default=WARN_PERCENT)
    seller_hours = models.PositiveIntegerField(default=SELLER_HOURS)
    version = models.PositiveIntegerField(default=1)

    class Meta(InternalModel.Meta):
        abstract = False
        constraints = [
            *InternalModel.Meta.constraints,
            models.UniqueConstraint(fields=["vendor", "rule_uid"], name="followuprule_once"),
        ]


class EscalationStep(InternalModel):
    """One step of a chain: who is told when nobody acted for so many business hours since the step before.

    With `percent` already while the offer is open, when so much of the time to answer is over.
    """

    not_personal = ("to",)

    limited = "true"

    rule = TenantForeignKey(FollowUpRule, related_name="steps", db_index=False)
    place = models.PositiveSmallIntegerField()
    to = models.CharField(max_length=12)
    seat = TenantForeignKey(Seat, null=True, blank=True, related_name="+")
    after_hours = models.PositiveIntegerField()
    percent = models.PositiveSmallIntegerField(null=True, blank=True)

    class Meta(InternalModel.Meta):
        abstract = False
        constraints = [
            *InternalModel.Meta.constraints,
            models.UniqueConstraint(fields=["vendor", "rule", "place"], name="escalationstep_place"),
            models.UniqueConstraint(
                fields=["vendor", "rule", "to", "seat"], name="escalationstep_once", nulls_distinct=False
            ),
        ]


class Escalation(InternalModel):
    """A lead whose offer lapsed or is about to, while nobody acts: the chain as it stood then, and how far it has come.

    `steps` are [to, hours, seat id or null, percent or null]; `told` counts those that were told.
    """

    not_personal = ("steps", "outcome")

    limited = "EXISTS (SELECT 1 FROM leads_lead l WHERE l.id = {lead_id})"

    lead = TenantForeignKey(Lead, related_name="escalations", db_index=False)
    offer = TenantForeignKey(Offer, related_name="+", db_index=False)
    partner = TenantForeignKey(Partner, related_name="+", db_index=False)
    steps = models.JSONField(default=list)
    told = models.PositiveSmallIntegerField(default=0)
    begun_at = models.DateTimeField()
    told_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=12, blank=True)  # "taken", "moved" or "exhausted"
    ended_by = TenantForeignKey(Seat, null=True, related_name="+", db_index=False)

    class Meta(InternalModel.Meta):
        abstract = False
        constraints = [
            *InternalModel.Meta.constraints,
            models.UniqueConstraint(
                fields=["vendor", "lead"], condition=models.Q(ended_at=None), name="escalation_one_open"
            ),
            models.UniqueConstraint(fields=["vendor", "offer"], name="escalation_once_per_offer"),
        ]
        indexes = [models.Index(fields=["vendor", "lead", "-begun_at"], name="escalation_by_lead")]

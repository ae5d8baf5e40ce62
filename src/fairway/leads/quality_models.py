"""What partners say of leads, by lists that each vendor edits; the rules of working leads; what leads cost."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from fairway.core.tenancy.models import Partner, Seat
from fairway.core.tenancy.scope import InternalModel, PublishedModel, SharedModel, TenantForeignKey
from fairway.leads.rules.tracking import TrackingPolicy

DELIVERED = TrackingPolicy()


class AnswerList(PublishedModel):
    """A vendor's own edition of a list of answers; without a row the delivered list is in force.

    `entries` as `leads.rules.answers.entries_of` reads them. Retired ones stay: what was said by them keeps its words.
    """

    not_personal = ("entries", "name")

    name = models.CharField(max_length=20)
    entries = models.JSONField(default=list)
    version = models.PositiveIntegerField(default=1)
    changed_at = models.DateTimeField()

    class Meta(PublishedModel.Meta):
        abstract = False
        constraints = [
            *PublishedModel.Meta.constraints,
            models.UniqueConstraint(fields=["vendor", "name"], name="answerlist_once"),
        ]


class RatingPhase(models.TextChoices):
    DECLINE = "decline", _("On declining")
    CONTACT = "contact", _("After the first contact")


class LeadRating(SharedModel):
    """What a partner said of a lead's quality: codes of the vendor's list, and the grade they had at that moment.

    `grade` is −1 for a bad lead, 1 for a good one, 0 for neither.
    """

    personal = {"note": "text"}

    partner = TenantForeignKey(Partner, related_name="+", db_index=False)
    lead = TenantForeignKey("leads.Lead", related_name="ratings", db_index=False)
    phase = models.CharField(max_length=10, choices=RatingPhase)
    codes = ArrayField(models.CharField(max_length=40), default=list)
    grade = models.SmallIntegerField(default=0)
    note = models.TextField(blank=True)
    seat = TenantForeignKey(Seat, null=True, related_name="+", db_index=False)
    rated_at = models.DateTimeField()

    class Meta(SharedModel.Meta):
        abstract = False
        constraints = [
            *SharedModel.Meta.constraints,
            models.UniqueConstraint(fields=["vendor", "lead", "partner", "phase"], name="leadrating_once"),
        ]
        indexes = [
            models.Index(fields=["vendor", "-rated_at", "-id"], include=["grade", "lead"], name="leadrating_by_time"),
            models.Index(fields=["vendor", "partner", "-rated_at"], name="leadrating_by_partner"),
        ]


class TrackingRules(PublishedModel):
    """How long a lead may be silent, and what partners are measured by: one row, none while all is as delivered.

    Days are business days at the partner's place; zero recall days: never. `bands` gives a band its own
    {"band", "nudge_days", "executive_days", "recall_days"}. `touch_hours` are business hours.
    """

    not_personal = ("bands",)

    silence_is_on = models.BooleanField(default=DELIVERED.silence_is_on)
    nudge_days = models.PositiveIntegerField(default=DELIVERED.nudge_days)
    executive_days = models.PositiveIntegerField(default=DELIVERED.executive_days)
    recall_days = models.PositiveIntegerField(default=DELIVERED.recall_days)
    bands = models.JSONField(default=list, blank=True)
    touch_hours = models.PositiveIntegerField(default=DELIVERED.touch_hours)
    answer_percent = models.PositiveIntegerField(default=DELIVERED.answer_percent)
    touch_percent = models.PositiveIntegerField(default=DELIVERED.touch_percent)
    feedback_percent = models.PositiveIntegerField(default=DELIVERED.feedback_percent)
    version = models.PositiveIntegerField(default=1)
    changed_at = models.DateTimeField()

    class Meta(PublishedModel.Meta):
        abstract = False
        constraints = [
            *PublishedModel.Meta.constraints,
            models.UniqueConstraint(fields=["vendor"], name="trackingrules_once"),
        ]


class SourceCost(InternalModel):
    """What the leads of a source, or of one campaign of it, cost in a month. `month_on` is the month's first day."""

    not_personal = ("campaign",)

    source = models.CharField(_("source"), max_length=60)
    campaign = models.CharField(_("campaign"), max_length=200, blank=True)
    month_on = models.DateField()
    amount_minor = models.BigIntegerField(_("cost"))
    currency = models.CharField(max_length=3)
    version = models.PositiveIntegerField(default=1)

    class Meta(InternalModel.Meta):
        abstract = False
        constraints = [
            *InternalModel.Meta.constraints,
            models.UniqueConstraint(fields=["vendor", "source", "campaign", "month_on"], name="sourcecost_once"),
            models.CheckConstraint(condition=models.Q(amount_minor__gte=0), name="sourcecost_not_negative"),
        ]
        indexes = [models.Index(fields=["vendor", "-month_on", "source", "id"], name="sourcecost_by_month")]


class SourceRecord(InternalModel):
    """How good partners found the leads of a source in the past year; counted anew each night.

    `good_share` (0 to 100) is drawn towards the whole channel's where few leads were rated.
    """

    source = models.CharField(max_length=60)
    rated = models.PositiveIntegerField(default=0)
    good = models.PositiveIntegerField(default=0)
    bad = models.PositiveIntegerField(default=0)
    good_share = models.FloatField(default=0)
    counted_at = models.DateTimeField()

    class Meta(InternalModel.Meta):
        abstract = False
        constraints = [
            *InternalModel.Meta.constraints,
            models.UniqueConstraint(fields=["vendor", "source"], name="sourcerecord_once"),
        ]

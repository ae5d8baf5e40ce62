"""Reasons on a vendor's lists, and each lead that was taken back with its reason."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from fairway.core.tenancy.models import Partner, Seat
from fairway.core.tenancy.scope import InternalModel, SharedModel, TenantForeignKey
from fairway.leads.models import Lead, Offer
from fairway.leads.rules.reasons import NAME_MOST


class LeadReason(InternalModel):
    """A vendor's change to a list of `rules.reasons`: another name, a choice not offered, or one of its own."""

    not_personal = ("name",)

    limited = "true"

    kind = models.CharField(max_length=10)
    code = models.CharField(max_length=40)
    name = models.CharField(_("name"), max_length=NAME_MOST, blank=True)
    is_active = models.BooleanField(default=True)

    class Meta(InternalModel.Meta):
        abstract = False
        constraints = [
            *InternalModel.Meta.constraints,
            models.UniqueConstraint(fields=["vendor", "kind", "code"], name="leadreason_once"),
        ]


class LeadRecall(SharedModel):
    """One time that a lead, or its open offer, was taken back from a partner: why, when, and by whom or by what."""

    personal = {"text": "text"}
    not_personal = ("name",)

    partner = TenantForeignKey(Partner, related_name="+", db_index=False)
    lead = TenantForeignKey(Lead, related_name="recalls", db_index=False)
    offer = TenantForeignKey(Offer, null=True, related_name="+", db_index=False)
    code = models.CharField(max_length=40)
    name = models.CharField(max_length=NAME_MOST, help_text="of the reason, as it was on the list")
    text = models.CharField(max_length=200, blank=True)
    seat = TenantForeignKey(Seat, null=True, related_name="+", db_index=False)
    recalled_at = models.DateTimeField()

    class Meta(SharedModel.Meta):
        abstract = False
        constraints = [
            *SharedModel.Meta.constraints,
            models.CheckConstraint(condition=~models.Q(code=""), name="leadrecall_has_reason"),
        ]
        indexes = [
            models.Index(fields=["vendor", "lead", "recalled_at"], name="leadrecall_by_lead"),
            models.Index(fields=["vendor", "partner", "recalled_at"], name="leadrecall_by_partner"),
            models.Index(fields=["vendor", "recalled_at"], name="leadrecall_by_time"),
        ]

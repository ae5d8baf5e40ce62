"""Notes of staff on leads."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from fairway.core.tenancy.models import Seat
from fairway.core.tenancy.scope import InternalModel, TenantForeignKey
from fairway.leads.models import Lead


class LeadNote(InternalModel):
    """What staff write about a lead; no partner reads it."""

    personal = {"text": "text"}

    limited = "EXISTS (SELECT 1 FROM leads_lead l WHERE l.id = {lead_id})"

    lead = TenantForeignKey(Lead, related_name="notes", db_index=False)
    seat = TenantForeignKey(Seat, null=True, related_name="+")
    text = models.TextField(_("note"))
    noted_at = models.DateTimeField()

    class Meta(InternalModel.Meta):
        abstract = False
        indexes = [models.Index(fields=["vendor", "lead", "-noted_at"], name="leadnote_by_lead")]

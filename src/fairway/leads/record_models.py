"""What a partner's answers to leads amount to, and where they stand among its peers."""

from django.db import models

from fairway.core.tenancy.models import Partner
from fairway.core.tenancy.scope import SharedModel, TenantForeignKey


class LeadRank(SharedModel):
    """A partner's own figures of the three months before `month_on`, and its quarter among peers by each of them.

    Counted once a month by a job. `measures` is name → {"value", "of", "quarter", "peers"} (`leads.rules.ranks`); it
    holds no figure of another partner.
    """

    not_personal = ("measures", "alike")

    partner = TenantForeignKey(Partner, related_name="+", db_index=False)
    month_on = models.DateField()
    alike = models.JSONField(default=list, blank=True)
    measures = models.JSONField(default=dict)
    counted_at = models.DateTimeField()

    class Meta(SharedModel.Meta):
        abstract = False
        constraints = [
            *SharedModel.Meta.constraints,
            models.UniqueConstraint(fields=["vendor", "partner", "month_on"], name="leadrank_once_a_month"),
        ]

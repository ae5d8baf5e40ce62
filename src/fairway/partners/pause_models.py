"""Days on which a partner takes no leads."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from fairway.core.tenancy.models import Partner, Seat
from fairway.core.tenancy.scope import SharedModel, TenantForeignKey


class PartnerPause(SharedModel):
    """A pause of a partner from `starts_at` until `ends_until` (exclusive; null: until somebody ends it).

    `first_on` and `last_on` are whole days at the partner's place. It begins and ends by itself; `begun_at` and
    `ended_at` say when it did.
    """

    personal = {"reason": "text"}

    partner = TenantForeignKey(Partner, related_name="pauses", db_index=False)
    first_on = models.DateField()
    last_on = models.DateField(null=True, blank=True)
    starts_at = models.DateTimeField()
    ends_until = models.DateTimeField(null=True)
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    set_by = TenantForeignKey(Seat, null=True, related_name="+", db_index=False)
    created_at = models.DateTimeField()
    begun_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta(SharedModel.Meta):
        abstract = False
        constraints = [
            *SharedModel.Meta.constraints,
            models.UniqueConstraint(
                fields=["vendor", "partner"], condition=models.Q(ended_at=None), name="partnerpause_one_open"
            ),
        ]
        indexes = [models.Index(fields=["vendor", "partner", "-created_at"], name="partnerpause_by_partner")]

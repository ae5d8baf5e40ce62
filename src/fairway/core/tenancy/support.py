"""Support access: a person of the installation's support visits a vendor that lets them in, for some hours."""

from django.db import models

from fairway.core.tenancy.models import Seat
from fairway.core.tenancy.scope import InternalModel, TenantForeignKey


class SupportGrant(InternalModel):
    """Lets the seat in from `starts_at` until `ends_until` (exclusive): to look, or with `may_act` to work too."""

    personal = {"reason": "text"}

    seat = TenantForeignKey(Seat, related_name="+")
    reason = models.CharField(max_length=300)
    may_act = models.BooleanField(default=False)
    starts_at = models.DateTimeField()
    ends_until = models.DateTimeField()
    granted_by = TenantForeignKey(Seat, null=True, related_name="+", db_index=False)
    ended_at = models.DateTimeField(null=True, help_text="when somebody ended it, or its time was over")
    last_seen_at = models.DateTimeField(null=True)
    pages_opened = models.PositiveIntegerField(default=0, db_default=0)

    class Meta(InternalModel.Meta):
        abstract = False
        constraints = [
            *InternalModel.Meta.constraints,
            models.UniqueConstraint(
                fields=["vendor", "seat"], condition=models.Q(ended_at=None), name="supportgrant_one_open"
            ),
        ]

    @property
    def visitor(self) -> str:
        return str(self.seat.name)


class SupportPage(InternalModel):
    """A page that a visitor opened: where, without what was asked there, and when. The first ones of a visit
    singly; of the others the grant counts how many."""

    not_personal = ("path",)

    limited = "false"

    grant = TenantForeignKey(SupportGrant, related_name="pages", db_index=False)
    path = models.CharField(max_length=300)
    status = models.PositiveSmallIntegerField()
    opened_at = models.DateTimeField()

    class Meta(InternalModel.Meta):
        abstract = False
        indexes = [models.Index(fields=["vendor", "grant", "-opened_at", "-id"], name="supportpage_by_grant")]

"""Handover: all that one person had, given to others in one go, with what is needed to take it back."""

from django.db import models

from fairway.core.tenancy.models import Seat
from fairway.core.tenancy.scope import SharedModel, TenantForeignKey


class Handover(SharedModel):
    """`moved` is [{kind, to, ids}]: seats and rows by database id; `partner` is that of the seat, none for staff."""

    not_personal = ("moved",)

    seat = TenantForeignKey(Seat, related_name="+")
    handed_by = TenantForeignKey(Seat, null=True, related_name="+", db_index=False)
    handed_at = models.DateTimeField()
    moved = models.JSONField(default=list)
    closed_seat = models.BooleanField(default=False)
    undone_at = models.DateTimeField(null=True)

    class Meta(SharedModel.Meta):
        abstract = False
        indexes = [models.Index(fields=["vendor", "seat", "-handed_at"], name="handover_by_seat")]

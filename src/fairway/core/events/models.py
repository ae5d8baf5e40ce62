"""The event log: what was done, by whom, to what. Append-only, partitioned by month."""

from django.db import models

from fairway.core.ids import uuid7
from fairway.core.tenancy.scope import Tenancy, TenantForeignKey, TenantManager


class Event(models.Model):
    """One change. `data` holds changed fields only; persons appear by seat, never by value.

    The partner reads an event when `audience` is "partner" and `partner` names it.
    """

    personal = {"data": "log", "actor_name": "log"}

    tenancy = Tenancy.SHARED
    partner_column = "partner_id"
    narrowed = {"portal": "audience = 'partner'", "desk": "audience = 'partner'"}
    append_only = True

    pk = models.CompositePrimaryKey("id", "at")
    id = models.BigIntegerField()
    at = models.DateTimeField()
    uid = models.UUIDField(default=uuid7, editable=False)
    vendor = models.ForeignKey(
        "core.Organization", models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )
    partner = TenantForeignKey("core.Partner", null=True, related_name="+", db_index=False)
    subject_type = models.CharField(max_length=40)
    subject_id = models.BigIntegerField()
    verb = models.CharField(max_length=40)
    actor_seat = TenantForeignKey("core.Seat", null=True, related_name="+", db_index=False)
    actor_name = models.CharField(max_length=150, blank=True)
    audience = models.CharField(max_length=10, default="internal")
    data = models.JSONField(default=dict)
    request_id = models.CharField(max_length=40, blank=True)

    objects = TenantManager()

    class Meta:
        managed = False
        db_table = "core_event"
        base_manager_name = "objects"

    def __str__(self) -> str:
        return f"{self.subject_type}.{self.verb}"

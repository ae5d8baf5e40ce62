"""Files with what is known of a person, and erasures."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from fairway.core.tenancy.models import Seat
from fairway.core.tenancy.scope import InternalModel, SharedModel, TenantForeignKey

_OWN = "seat_id = current_setting('fw.seat_id')::bigint"


class WorkState(models.TextChoices):
    WAITING = "waiting", _("Waiting")
    RUNNING = "running", _("Being done")
    DONE = "done", _("Done")
    FAILED = "failed", _("Failed")


class PersonalExport(SharedModel):
    """A ZIP with what a vendor knows of a person; only the seat that asked may fetch it, until `expires_at`.

    `found` says by what the person is known (`privacy.queries.whose`).
    """

    narrowed = {"console": _OWN, "portal": _OWN, "desk": _OWN}
    personal = {"whose": "copy", "found": "copy"}
    not_personal = ("error",)

    seat = TenantForeignKey(Seat, related_name="+")
    is_own = models.BooleanField(default=False)
    whose = models.CharField(max_length=254)
    found = models.JSONField(default=dict)
    state = models.CharField(max_length=10, choices=WorkState, default=WorkState.WAITING)
    rows = models.PositiveIntegerField(default=0)
    error = models.TextField(blank=True)
    requested_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True)
    fetched_at = models.DateTimeField(null=True)
    fetches = models.PositiveIntegerField(default=0)

    class Meta(SharedModel.Meta):
        abstract = False
        indexes = [models.Index(fields=["vendor", "seat", "-requested_at"], name="personalexport_by_seat")]


class Erasure(InternalModel):
    """An erasure that an administrator asked for, with its reason. `found` is emptied when it is done; what was there
    is then counted in `counts` (table → rows), and nothing here names the person."""

    personal = {"found": "copy", "reason": "text"}
    not_personal = ("counts", "kept", "error")

    placeholder = models.CharField(max_length=40)
    reason = models.TextField()
    state = models.CharField(max_length=10, choices=WorkState, default=WorkState.WAITING)
    found = models.JSONField(default=dict)
    counts = models.JSONField(default=dict)
    kept = models.JSONField(default=dict)
    asked_by = TenantForeignKey(Seat, null=True, related_name="+")
    asked_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    error = models.TextField(blank=True)

    class Meta(InternalModel.Meta):
        abstract = False
        indexes = [models.Index(fields=["vendor", "-asked_at"], name="erasure_by_time")]

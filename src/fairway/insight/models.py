"""Exports that jobs write, and figures that took so long to work out that they are kept for a while."""

from django.db import models

from fairway.core.tenancy.models import Seat
from fairway.core.tenancy.scope import InternalModel, SharedModel, TenantForeignKey


class ExportState(models.TextChoices):
    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


class Export(SharedModel):
    """A CSV that a person asked for; only that person's seat may fetch it, until `expires_at`."""

    personal = {"title": "text", "parameters": "text"}
    not_personal = (
        "file_name",
        "error",
    )

    narrowed = {
        "console": "seat_id = current_setting('fw.seat_id')::bigint",
        "portal": "seat_id = current_setting('fw.seat_id')::bigint",
        "desk": "seat_id = current_setting('fw.seat_id')::bigint",
    }

    seat = TenantForeignKey(Seat, related_name="+")
    kind = models.CharField(max_length=60)
    title = models.CharField(max_length=200)
    parameters = models.JSONField(default=dict)
    state = models.CharField(max_length=10, choices=ExportState, default=ExportState.WAITING)
    file_name = models.CharField(max_length=200, blank=True)
    rows = models.PositiveIntegerField(default=0)
    error = models.TextField(blank=True)
    requested_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True)

    class Meta(SharedModel.Meta):
        abstract = False
        indexes = [models.Index(fields=["vendor", "seat", "-requested_at"], name="export_by_seat")]


class KeptFigures(InternalModel):
    """Figures of a report as they were at `made_at`, for the next who ask for the same: all staff who see the whole
    channel, or one account manager or one of staff of some territories (`seat_id`, else 0). Nothing is lost when a
    row is deleted."""

    personal = {"figures": "copy"}
    not_personal = ("name", "asked")

    limited = "{seat_id} = current_setting('fw.seat_id')::bigint"

    name = models.CharField(max_length=40)
    # What was asked for, where that is more than a name and a day; the name then holds its fingerprint.
    asked = models.JSONField(default=dict, db_default=models.Value({}, models.JSONField()))
    seat_id = models.BigIntegerField(default=0)
    as_of = models.DateField()
    figures = models.JSONField()
    made_at = models.DateTimeField()
    took_ms = models.PositiveIntegerField()

    class Meta(InternalModel.Meta):
        abstract = False
        constraints = [
            *InternalModel.Meta.constraints,
            models.UniqueConstraint(fields=["vendor", "name", "seat_id", "as_of"], name="keptfigures_once"),
        ]

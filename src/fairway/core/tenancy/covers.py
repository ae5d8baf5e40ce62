"""Cover: one member of staff stands in for another for some days."""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeBoundary, RangeOperators
from django.db import models
from django.db.models import F, Func

from fairway.core.tenancy.models import Seat
from fairway.core.tenancy.scope import InternalModel, TenantForeignKey


class Cover(InternalModel):
    """`deputy` decides and is told beside `seat` from `starts_at` until `ends_until` (exclusive), then it is over.

    `first_on` and `last_on` are whole days on the clocks of `time_zone`, the place of who is away.
    """

    limited = "true"

    seat = TenantForeignKey(Seat, related_name="+")
    deputy = TenantForeignKey(Seat, related_name="+")
    first_on = models.DateField()
    last_on = models.DateField()
    time_zone = models.CharField(max_length=64)
    starts_at = models.DateTimeField()
    ends_until = models.DateTimeField()
    set_by = TenantForeignKey(Seat, null=True, related_name="+", db_index=False)
    created_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, help_text="when it was taken back or ended early")

    class Meta(InternalModel.Meta):
        abstract = False
        constraints = [
            *InternalModel.Meta.constraints,
            ExclusionConstraint(
                name="cover_one_at_a_time",
                expressions=[
                    ("seat", RangeOperators.EQUAL),
                    (
                        Func(
                            F("starts_at"), F("ends_until"), RangeBoundary(),
                            function="TSTZRANGE", output_field=DateTimeRangeField(),
                        ),
                        RangeOperators.OVERLAPS,
                    ),
                ],
                condition=models.Q(ended_at=None),
            ),
        ]  # fmt: skip
        indexes = [
            models.Index(
                fields=["vendor", "deputy", "ends_until"], condition=models.Q(ended_at=None), name="cover_by_deputy"
            ),
        ]

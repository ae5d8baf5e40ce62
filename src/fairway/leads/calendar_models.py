"""Addresses by which people's own calendars read what is expected of them."""

from django.db import models

from fairway.core.tenancy.models import Seat
from fairway.core.tenancy.scope import SharedModel, TenantForeignKey


class CalendarFeed(SharedModel):
    """The secret address of one person's calendar. The address is signed, and kept nowhere; ended it opens nothing."""

    seat = TenantForeignKey(Seat, related_name="+", db_index=False)
    made_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta(SharedModel.Meta):
        abstract = False
        constraints = [
            *SharedModel.Meta.constraints,
            models.UniqueConstraint(
                fields=["vendor", "seat"], condition=models.Q(ended_at__isnull=True), name="calendarfeed_one_open"
            ),
        ]

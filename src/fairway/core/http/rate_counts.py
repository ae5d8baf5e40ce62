"""Counted uses of the doors (`limits`). Not logged for recovery: after a crash all begin at nought."""

from django.db import models

from fairway.core.tenancy.scope import Tenancy


class RateCount(models.Model):
    """How often a door was used by one who is named only by a hash, until when it is counted."""

    tenancy = Tenancy.SYSTEM

    key = models.CharField(max_length=64, primary_key=True)
    count = models.PositiveIntegerField()
    until = models.DateTimeField(db_index=True)

"""Where a person is signed in, and what a vendor asks of its staff at the door."""

from django.db import models

from fairway.core.ids import uuid7
from fairway.core.tenancy.models import User
from fairway.core.tenancy.scope import InternalModel, Tenancy


class SignIn(models.Model):
    """One session of a person in one browser, as the person is shown it. It lives as long as its session."""

    tenancy = Tenancy.SYSTEM

    id = models.BigAutoField(primary_key=True)
    uid = models.UUIDField(default=uuid7, unique=True, editable=False)
    user = models.ForeignKey(User, models.CASCADE, related_name="+")
    session_key = models.CharField(max_length=40, unique=True)
    started_at = models.DateTimeField()
    last_seen_at = models.DateTimeField()
    address = models.GenericIPAddressField(null=True)
    device = models.CharField(max_length=300, blank=True, help_text="what the browser says of itself")


class SignInPolicy(InternalModel):
    """What a vendor asks of its staff: one row a vendor, none while nothing is asked."""

    limited = "true"

    staff_second_factor_at = models.DateTimeField(null=True, help_text="from when on staff need a second factor")
    updated_at = models.DateTimeField()

    class Meta(InternalModel.Meta):
        abstract = False
        constraints = [
            *InternalModel.Meta.constraints,
            models.UniqueConstraint(fields=["vendor"], name="signinpolicy_once"),
        ]

"""Roles of a vendor's own: a built-in role, copied, with permissions switched on and off within limits."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from fairway.core.tenancy.models import Role
from fairway.core.tenancy.scope import InternalModel


class CustomRole(InternalModel):
    """A vendor's own edition of a built-in role. What the base role means (who is asked, who is told) stays."""

    not_personal = ("name",)

    limited = "true"

    name = models.CharField(_("name"), max_length=60)
    base = models.CharField(max_length=20, choices=Role)
    permissions = ArrayField(models.CharField(max_length=60), default=list)
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField()
    retired_at = models.DateTimeField(null=True)

    class Meta(InternalModel.Meta):
        abstract = False
        constraints = [
            *InternalModel.Meta.constraints,
            models.UniqueConstraint(
                fields=["vendor", "name"], condition=models.Q(retired_at=None), name="customrole_name"
            ),
        ]

    def __str__(self) -> str:
        return self.name

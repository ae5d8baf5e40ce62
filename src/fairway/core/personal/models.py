"""Who was erased, by marks that name nobody: so that a list brought in later does not bring them back."""

from django.db import models

from fairway.core.tenancy.scope import InternalModel


class ErasedPerson(InternalModel):
    """The mark of an erased person's e-mail address. The address cannot be read from it, only recognised.

    `allowed_at`: from when an administrator lets lists bring the person in again.
    """

    mark = models.CharField(max_length=64)
    placeholder = models.CharField(max_length=40)
    erased_at = models.DateTimeField()
    allowed_at = models.DateTimeField(null=True)

    class Meta(InternalModel.Meta):
        abstract = False
        constraints = [
            *InternalModel.Meta.constraints,
            models.UniqueConstraint(fields=["vendor", "mark"], name="erasedperson_once"),
        ]

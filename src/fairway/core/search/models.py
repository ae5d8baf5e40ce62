"""The vocabulary of a vendor: which words occur, so that a slip of the pen finds the word that was meant."""

from django.contrib.postgres.indexes import GinIndex
from django.db import models

from fairway.core.tenancy.scope import InternalModel


class SearchWord(InternalModel):
    """A word that occurs in something that can be found. It says nothing of where, and no page shows it."""

    personal = {"word": "word"}

    word = models.CharField(max_length=60)

    class Meta(InternalModel.Meta):
        abstract = False
        constraints = [
            *InternalModel.Meta.constraints,
            models.UniqueConstraint(fields=["vendor", "word"], name="searchword_once"),
        ]
        indexes = [GinIndex(fields=["word"], opclasses=["gin_trgm_ops"], fastupdate=False, name="searchword_alike")]

    def __str__(self) -> str:
        return self.word

"""Named accounts, whose leads go to one partner first, and the levels from which leads are worth a partner's time."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from fairway.catalog.models import ProductLine
from fairway.core.tenancy.models import Partner
from fairway.core.tenancy.scope import InternalModel, TenantForeignKey


class NamedAccount(InternalModel):
    """A company whose leads go to one partner, found by its domain or else by its name without spelling."""

    not_personal = ("name", "name_key", "domain_key")

    limited = "{area}"

    partner = TenantForeignKey(Partner, related_name="+")
    name = models.CharField(_("company"), max_length=200)
    name_key = models.CharField(max_length=200, blank=True)
    domain_key = models.CharField(max_length=200, blank=True)

    class Meta(InternalModel.Meta):
        abstract = False
        constraints = [
            *InternalModel.Meta.constraints,
            models.UniqueConstraint(
                fields=["vendor", "domain_key"], condition=~models.Q(domain_key=""), name="namedaccount_domain"
            ),
            models.UniqueConstraint(
                fields=["vendor", "name_key"], condition=models.Q(domain_key=""), name="namedaccount_name"
            ),
        ]
        indexes = [models.Index(fields=["vendor", "name_key"], name="namedaccount_by_name")]

    def __str__(self) -> str:
        return self.name


class TriggerLevel(InternalModel):
    """From how many points a lead of a product line, place and skill is passed on. What is empty takes all.

    `category` is a category of the score cards, whose points count then instead of the whole score. `credential` is the
    code of one that partners hold: for them the level stands in place of the others.
    """

    not_personal = ("category", "credential")

    limited = "true"

    product_line = TenantForeignKey(ProductLine, null=True, blank=True, related_name="+", db_index=False)
    country = models.CharField(max_length=2, blank=True)
    state_code = models.CharField(max_length=10, blank=True)
    category = models.CharField(max_length=30, blank=True)
    credential = models.CharField(max_length=60, blank=True, default="", db_default="")
    at_least = models.IntegerField()

    class Meta(InternalModel.Meta):
        abstract = False
        constraints = [
            *InternalModel.Meta.constraints,
            models.UniqueConstraint(
                fields=["vendor", "product_line", "country", "state_code", "category", "credential"],
                nulls_distinct=False, name="triggerlevel_each_once",
            ),
        ]  # fmt: skip

"""What the vendor sells: product lines, which policies name, products, which sales lines name, and who sells them."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from fairway.core.tenancy.scope import InternalModel, PublishedModel, TenantForeignKey


class BusinessUnit(InternalModel):
    """A part of the vendor that sells some of the product lines. Staff may be limited to some (`Seat.unit_ids`)."""

    not_personal = (
        "name",
        "description",
    )

    limited = "true"

    code = models.SlugField(_("code"), max_length=30)
    name = models.CharField(_("name"), max_length=100)
    description = models.CharField(_("description"), max_length=200, blank=True)
    retired_at = models.DateTimeField(null=True)
    version = models.PositiveIntegerField(default=1)

    class Meta(InternalModel.Meta):
        abstract = False
        constraints = [
            *InternalModel.Meta.constraints,
            models.UniqueConstraint(
                fields=["vendor", "code"], condition=models.Q(retired_at=None), name="businessunit_code"
            ),
            models.UniqueConstraint(
                fields=["vendor", "name"], condition=models.Q(retired_at=None), name="businessunit_name"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def line_codes(self) -> list[str]:
        return sorted(line.code for line in self.lines.all())

    @property
    def is_retired(self) -> bool:
        return self.retired_at is not None


class ProductLine(PublishedModel):
    """Without a unit it is everybody's: no limit to business units hides what is sold in it."""

    not_personal = ("name",)

    unit_column = "unit_id"

    code = models.SlugField(_("code"), max_length=50)
    name = models.CharField(_("name"), max_length=100)
    unit = TenantForeignKey(BusinessUnit, null=True, blank=True, related_name="lines", db_index=False)

    class Meta(PublishedModel.Meta):
        abstract = False
        constraints = [
            *PublishedModel.Meta.constraints,
            models.UniqueConstraint(fields=["vendor", "code"], name="productline_code"),
        ]

    def __str__(self) -> str:
        return self.name


class Product(PublishedModel):
    not_personal = ("name",)

    external_id = models.CharField(_("product id"), max_length=100)
    name = models.CharField(_("name"), max_length=200)
    line = TenantForeignKey(ProductLine, null=True, blank=True, related_name="products")
    list_price_minor = models.BigIntegerField(null=True, blank=True)
    currency = models.CharField(max_length=3, blank=True)

    class Meta(PublishedModel.Meta):
        abstract = False
        constraints = [
            *PublishedModel.Meta.constraints,
            models.UniqueConstraint(fields=["vendor", "external_id"], name="product_external_id"),
        ]

    def __str__(self) -> str:
        return self.name

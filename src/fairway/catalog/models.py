"""What the vendor sells: product lines, which policies name, and products, which sales lines name."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from fairway.core.tenancy.scope import PublishedModel, TenantForeignKey


class ProductLine(PublishedModel):
    not_personal = ("name",)

    code = models.SlugField(_("code"), max_length=50)
    name = models.CharField(_("name"), max_length=100)

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

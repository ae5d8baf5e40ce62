"""Public forms that capture leads."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from fairway.catalog.models import ProductLine
from fairway.core.tenancy.scope import PublishedModel, TenantForeignKey


class LeadForm(PublishedModel):
    """A public form on the vendor's own address; what it adds to each lead is kept here."""

    not_personal = (
        "name",
        "consent_text",
    )

    public_when = "is_active"

    slug = models.SlugField(max_length=60)
    name = models.CharField(_("name"), max_length=100)
    headline = models.CharField(max_length=200, blank=True)
    consent_text = models.TextField()
    product_line = TenantForeignKey(ProductLine, null=True, blank=True, related_name="+")
    campaign = models.CharField(max_length=200, blank=True)
    is_active = models.BooleanField(default=True)
    # Counts up whenever the text changes; a lead keeps the text and the number that its person saw.
    consent_version = models.PositiveIntegerField(db_default=1)
    # Origins of the sites that may show the form in a frame; none may unless it is listed.
    sites = ArrayField(models.CharField(max_length=200), default=list, db_default=models.Value("{}"))

    class Meta(PublishedModel.Meta):
        abstract = False
        constraints = [
            *PublishedModel.Meta.constraints,
            models.UniqueConstraint(fields=["vendor", "slug"], name="leadform_slug"),
        ]

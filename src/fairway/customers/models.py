"""Customers: the companies that buy, resolved to one row each however they are spelled."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from fairway.core.tenancy.scope import InternalModel, TenantForeignKey


class Customer(InternalModel):
    """One company. The `*_key` columns are what matching compares (customers.rules.match_keys)."""

    not_personal = (
        "name",
        "sort_name",
        "name_key",
        "city",
        "postal_code",
    )

    limited = "{referred}"

    external_id = models.CharField(_("external id"), max_length=100, blank=True, db_default="")
    name = models.CharField(_("name"), max_length=200)
    sort_name = models.CharField(max_length=200)
    name_key = models.CharField(max_length=200)
    # The name by its sound, with the country (rules.sounding). None: not made yet.
    sound_key = models.CharField(max_length=80, null=True, blank=True)
    domain = models.CharField(_("website"), max_length=200, blank=True)
    domain_key = models.CharField(max_length=200, blank=True)
    city = models.CharField(_("city"), max_length=100, blank=True)
    state_code = models.CharField(max_length=10, blank=True)
    postal_code = models.CharField(max_length=20, blank=True)
    country = models.CharField(_("country"), max_length=2, blank=True)
    created_at = models.DateTimeField()
    # Found to be the same as another: no list shows it, and its names and keys lead there.
    merged_into = TenantForeignKey("self", null=True, blank=True, related_name="+")
    version = models.PositiveIntegerField(default=1)

    class Meta(InternalModel.Meta):
        abstract = False
        constraints = [
            *InternalModel.Meta.constraints,
            models.UniqueConstraint(
                fields=["vendor", "external_id"], condition=~models.Q(external_id=""), name="customer_external_id"
            ),
        ]
        indexes = [
            models.Index(fields=["vendor", "name_key"], name="customer_by_name_key"),
            models.Index(fields=["vendor", "domain_key"], name="customer_by_domain_key"),
            models.Index(
                fields=["vendor", "sound_key"], condition=models.Q(sound_key__gt=""), name="customer_by_sound"
            ),
            models.Index(fields=["vendor", "sort_name", "id"], name="customer_by_name"),
        ]

    def __str__(self) -> str:
        return self.name


class CustomerContact(InternalModel):
    personal = {
        "name": "name",
        "title": "detail",
        "email": "email",
        "email_key": "email",
        "phone": "phone",
        "external_id": "key",
    }

    limited = "EXISTS (SELECT 1 FROM customers_customer c WHERE c.id = {customer_id})"

    customer = TenantForeignKey(Customer, related_name="contacts")
    external_id = models.CharField(max_length=100, blank=True, db_default="")
    name = models.CharField(max_length=150)
    title = models.CharField(max_length=150, blank=True)
    email = models.EmailField(blank=True)
    email_key = models.CharField(max_length=254, blank=True)
    phone = models.CharField(max_length=50, blank=True)

    class Meta(InternalModel.Meta):
        abstract = False
        constraints = [
            *InternalModel.Meta.constraints,
            models.UniqueConstraint(
                fields=["vendor", "external_id"],
                condition=~models.Q(external_id=""),
                name="customercontact_external_id",
            ),
        ]
        indexes = [models.Index(fields=["vendor", "email_key"], name="customercontact_by_email")]

"""Everything known of a partner: profile, people, programme and tier, territory, credentials."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from fairway.core.tenancy.models import Partner, Seat
from fairway.core.tenancy.scope import InternalModel, PublishedModel, SharedModel, TenantForeignKey


class PartnerKind(models.TextChoices):
    RESELLER = "reseller", _("Reseller")
    VAR = "var", _("Value added reseller")
    WAREHOUSE = "warehouse", _("Warehouse")
    SPECIALTY = "specialty", _("Specialty shop")
    MSP = "msp", _("Managed service provider")
    ISV = "isv", _("Software vendor")
    SI = "si", _("System integrator")
    DISTRIBUTOR = "distributor", _("Distributor")
    REFERRAL = "referral", _("Referral partner")
    INFLUENCER = "influencer", _("Influencer")


class Territory(InternalModel):
    """A piece of the map, by condition over a place, and the account manager who looks after it."""

    not_personal = (
        "name",
        "condition",
    )

    limited = "true"

    name = models.CharField(_("name"), max_length=100)
    order = models.PositiveIntegerField(default=0)
    condition = models.JSONField(default=dict)
    cam = TenantForeignKey(Seat, null=True, blank=True, related_name="+")

    class Meta(InternalModel.Meta):
        abstract = False
        constraints = [
            *InternalModel.Meta.constraints,
            models.UniqueConstraint(fields=["vendor", "name"], name="territory_name"),
        ]

    def __str__(self) -> str:
        return self.name


class Profile(SharedModel):
    """What is known of one partner besides the relation itself. Coordinates are degrees, of the partner's city."""

    personal = {"extra": "text"}
    not_personal = (
        "phone",
        "address",
        "city",
        "state_name",
        "postal_code",
    )

    territory_column = "territory_id"

    partner = TenantForeignKey(Partner, related_name="profiles")
    kinds = ArrayField(models.CharField(max_length=20), default=list, blank=True)
    verticals = ArrayField(models.CharField(max_length=60), default=list, blank=True)
    product_lines = ArrayField(models.CharField(max_length=60), default=list, blank=True)
    employees = models.PositiveIntegerField(_("employees"), null=True, blank=True)
    annual_sales_minor = models.BigIntegerField(null=True, blank=True)
    opened_year = models.PositiveSmallIntegerField(null=True, blank=True)
    phone = models.CharField(_("phone"), max_length=50, blank=True)
    website = models.CharField(_("website"), max_length=200, blank=True)
    address = models.CharField(_("address"), max_length=300, blank=True)
    city = models.CharField(_("city"), max_length=100, blank=True)
    state_code = models.CharField(_("state"), max_length=10, blank=True)
    state_name = models.CharField(max_length=100, blank=True)
    postal_code = models.CharField(_("postal code"), max_length=20, blank=True)
    latitude = models.FloatField(null=True, blank=True)
    longitude = models.FloatField(null=True, blank=True)
    territory = TenantForeignKey(Territory, null=True, blank=True, related_name="+")
    lead_capacity = models.PositiveIntegerField(_("open leads at most"), default=10)
    accepts_leads = models.BooleanField(_("accepts leads"), default=True)
    extra = models.JSONField(default=dict, blank=True)

    class Meta(SharedModel.Meta):
        abstract = False
        constraints = [
            *SharedModel.Meta.constraints,
            models.UniqueConstraint(fields=["vendor", "partner"], name="profile_once"),
        ]
        indexes = [models.Index(fields=["vendor", "territory"], name="profile_by_territory")]


class Contact(SharedModel):
    """A person at the partner, with or without a log-in."""

    personal = {
        "name": "name",
        "title": "detail",
        "email": "email",
        "email_key": "email",
        "phone": "phone",
        "external_id": "key",
    }

    external_id = models.CharField(max_length=100, blank=True, db_default="")
    name = models.CharField(max_length=150)
    title = models.CharField(max_length=150, blank=True)
    email = models.EmailField(blank=True)
    email_key = models.CharField(max_length=254, blank=True)
    phone = models.CharField(max_length=50, blank=True)
    seat = TenantForeignKey(Seat, null=True, blank=True, related_name="+")

    class Meta(SharedModel.Meta):
        abstract = False
        constraints = [
            *SharedModel.Meta.constraints,
            models.UniqueConstraint(
                fields=["vendor", "external_id"], condition=~models.Q(external_id=""), name="contact_external_id"
            ),
        ]


class Program(PublishedModel):
    not_personal = ("name",)

    name = models.CharField(_("name"), max_length=100)
    is_default = models.BooleanField(default=False)

    class Meta(PublishedModel.Meta):
        abstract = False

    def __str__(self) -> str:
        return self.name


class Tier(PublishedModel):
    """A level of a programme; a higher rank is better."""

    not_personal = ("name",)

    program = TenantForeignKey(Program, related_name="tiers")
    code = models.SlugField(max_length=30)
    name = models.CharField(_("name"), max_length=60)
    rank = models.PositiveSmallIntegerField(default=0)

    class Meta(PublishedModel.Meta):
        abstract = False
        constraints = [
            *PublishedModel.Meta.constraints,
            models.UniqueConstraint(fields=["vendor", "program", "code"], name="tier_code"),
        ]

    def __str__(self) -> str:
        return self.name


class Enrollment(SharedModel):
    """A partner's place in a programme over time: a new tier is a new row, so that history stays."""

    personal = {"reason": "text"}

    partner = TenantForeignKey(Partner, related_name="enrollments")
    program = TenantForeignKey(Program, related_name="+")
    tier = TenantForeignKey(Tier, related_name="+")
    since_on = models.DateField()
    until_on = models.DateField(null=True, blank=True)
    reason = models.CharField(max_length=200, blank=True)

    class Meta(SharedModel.Meta):
        abstract = False
        constraints = [
            *SharedModel.Meta.constraints,
            models.UniqueConstraint(
                fields=["vendor", "partner", "program"],
                condition=models.Q(until_on=None),
                name="enrollment_one_current",
            ),
        ]


class Credential(SharedModel):
    """Something a partner has shown it can do: a certificate or a competency, with its end."""

    not_personal = ("name",)

    partner = TenantForeignKey(Partner, related_name="credentials")
    code = models.SlugField(max_length=60, db_index=False)
    name = models.CharField(max_length=100)
    issued_on = models.DateField()
    expires_on = models.DateField(null=True, blank=True)

    class Meta(SharedModel.Meta):
        abstract = False
        constraints = [
            *SharedModel.Meta.constraints,
            models.UniqueConstraint(fields=["vendor", "partner", "code"], name="credential_once"),
        ]
        indexes = [models.Index(fields=["vendor", "code"], name="credential_by_code")]


from fairway.partners.pause_models import PartnerPause as PartnerPause  # noqa: E402

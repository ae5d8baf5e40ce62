"""Organizations, people, their seats, and the bare relation between a vendor and a partner."""

from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Coalesce, Lower
from django.utils.translation import gettext_lazy as _

from fairway.core.ids import uuid7
from fairway.core.tenancy.lookups import SeatRow, seats_of_user
from fairway.core.tenancy.scope import SharedModel, Tenancy, TenantForeignKey, TenantModel


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **extra: Any) -> "User":
        user = self.model(email=self.normalize_email(email).lower(), **extra)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email=(username or "").lower())


class User(AbstractBaseUser):
    """A person who logs in. What the person may do is in the seats."""

    tenancy = Tenancy.SYSTEM

    id = models.BigAutoField(primary_key=True)
    uid = models.UUIDField(default=uuid7, unique=True, editable=False)
    email = models.EmailField(_("e-mail"), unique=True)
    name = models.CharField(_("name"), max_length=150)
    language = models.CharField(_("language"), max_length=10, default="en")
    time_zone = models.CharField(_("time zone"), max_length=64, default="UTC")
    is_active = models.BooleanField(default=True)
    # Of the installation's support: vendors may let this person in for a time. It is no right by itself.
    is_support = models.BooleanField(default=False, db_default=False)
    joined_at = models.DateTimeField(auto_now_add=True)

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS = ["name"]
    objects = UserManager()

    # The seats read with the person of a request, at its start.
    seats_at_start: tuple[SeatRow, ...] | None = None

    @property
    def seats(self) -> tuple[SeatRow, ...]:
        """The active seats, over all vendors, by vendor name."""
        return tuple(seats_of_user(self.pk)) if self.seats_at_start is None else self.seats_at_start

    def __str__(self) -> str:
        return self.name or self.email


class Organization(models.Model):
    """Who uses the system. It may run programmes (a vendor), belong to programmes (a partner), or both."""

    tenancy = Tenancy.SYSTEM

    id = models.BigAutoField(primary_key=True)
    uid = models.UUIDField(default=uuid7, unique=True, editable=False)
    name = models.CharField(_("name"), max_length=200)
    slug = models.SlugField(
        _("short name in addresses"),
        max_length=50,
        unique=True,
        null=True,
        blank=True,
        help_text=_("Only organizations that run programmes have one."),
    )
    is_vendor = models.BooleanField(default=False)
    country = models.CharField(max_length=2, blank=True)
    time_zone = models.CharField(max_length=64, default="UTC")
    currency = models.CharField(max_length=3, default="USD")
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.name


class PartnerState(models.TextChoices):
    PROSPECT = "prospect", _("Prospect")
    ACTIVE = "active", _("Active")
    PAUSED = "paused", _("Paused")
    INACTIVE = "inactive", _("Inactive")


class Partner(TenantModel):
    """The relation of one partner organization to one vendor. All that is known about it is in `partners`."""

    not_personal = (
        "name",
        "sort_name",
    )

    tenancy = Tenancy.SHARED
    partner_column = "id"

    organization = models.ForeignKey(Organization, models.PROTECT, related_name="+")
    external_id = models.CharField(_("external id"), max_length=100, blank=True)
    parent = TenantForeignKey("self", null=True, blank=True, related_name="children")
    cam = TenantForeignKey("core.Seat", null=True, blank=True, related_name="+", verbose_name=_("account manager"))
    # Found to be the same as another: inactive, and what still comes in under its external id belongs there.
    merged_into = TenantForeignKey("self", null=True, blank=True, related_name="+")
    name = models.CharField(_("name"), max_length=200)
    sort_name = models.CharField(max_length=200)
    state = models.CharField(max_length=20, choices=PartnerState, default=PartnerState.ACTIVE)
    country = models.CharField(_("country"), max_length=2, blank=True)
    time_zone = models.CharField(_("time zone"), max_length=64, default="UTC")
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta(TenantModel.Meta):
        abstract = False
        constraints = [
            *TenantModel.Meta.constraints,
            models.UniqueConstraint(
                fields=["vendor", "external_id"],
                condition=~models.Q(external_id=""),
                name="partner_external_id",
            ),
        ]
        indexes = [
            models.Index(fields=["vendor", "sort_name", "id"], name="partner_by_name"),
            models.Index(fields=["vendor", "cam", "sort_name"], name="partner_by_cam"),
        ]

    def __str__(self) -> str:
        return self.name


class Role(models.TextChoices):
    """What a person is to the vendor (REQUIREMENTS B7). Rights by role are in `core.access`."""

    ADMIN = "admin", _("Administrator")
    CHIEF = "chief", _("Channel chief")
    CAM = "cam", _("Channel account manager")
    MARKETER = "marketer", _("Channel marketer")
    OPERATIONS = "operations", _("Channel operations")
    DEAL_DESK = "deal_desk", _("Deal desk")
    FINANCE = "finance", _("Finance")
    EXECUTIVE = "executive", _("Partner executive")
    PARTNER_MARKETER = "partner_marketer", _("Partner marketer")
    SELLER = "seller", _("Partner seller")


STAFF_ROLES = frozenset(
    {Role.ADMIN, Role.CHIEF, Role.CAM, Role.MARKETER, Role.OPERATIONS, Role.DEAL_DESK, Role.FINANCE}
)
PARTNER_ROLES = frozenset({Role.EXECUTIVE, Role.PARTNER_MARKETER, Role.SELLER})


def _holds(seen: list[int] | None, wanted: list[int] | None) -> bool:
    return seen is None or (wanted is not None and set(wanted) <= set(seen))


class Seat(SharedModel):
    """One person in one role towards one vendor: staff, or (with a partner) a person of that partner.

    A person who works with three vendors has three seats and one log-in. Tenant rows name people by seat.
    """

    personal = {"name": "name", "email": "email"}

    # Partner people see the names of the staff who deal with them: rows without a partner count as partner 0.
    staff_rows_visible = True
    partner_column = "partner_key"

    user = models.ForeignKey(User, models.PROTECT, related_name="+")
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="+")
    role = models.CharField(max_length=20, choices=Role)
    # Staff who see only the partners of these territories (ids of `partners.Territory`); null: all.
    territory_ids = ArrayField(models.BigIntegerField(), null=True, blank=True)
    # Staff who see only what these business units sell (ids of `catalog.BusinessUnit`), and what none does; null: all.
    unit_ids = ArrayField(models.BigIntegerField(), null=True, blank=True)
    custom_role = TenantForeignKey("core.CustomRole", null=True, blank=True, related_name="+", db_index=False)
    # Whom a member of staff reports to: where work goes on that nobody does.
    manager = TenantForeignKey("self", null=True, blank=True, related_name="+", db_index=False)
    name = models.CharField(max_length=150)
    email = models.EmailField()
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)
    partner_key = models.GeneratedField(
        expression=Coalesce("partner_id", 0),
        output_field=models.BigIntegerField(),
        db_persist=True,
    )
    # People are found by the beginning of their name, in either case.
    name_key = models.GeneratedField(
        expression=Lower("name"), output_field=models.CharField(max_length=150), db_persist=True
    )

    class Meta(SharedModel.Meta):
        abstract = False
        constraints = [
            *TenantModel.Meta.constraints,
            models.UniqueConstraint(fields=["vendor", "user", "partner_key", "role"], name="seat_once"),
        ]
        indexes = [
            models.Index(fields=["vendor", "partner_key", "role"], name="seat_by_partner"),
            models.Index(fields=["vendor", "name_key", "id"], name="seat_by_name"),
            models.Index(fields=["vendor", "email"], name="seat_by_email"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_limited(self) -> bool:
        """Staff who see a part of the channel only."""
        return self.territory_ids is not None or self.unit_ids is not None

    def sees_all_of(self, other: "Seat") -> bool:
        """Whether what this seat is limited to holds all that the other one sees."""
        return _holds(self.territory_ids, other.territory_ids) and _holds(self.unit_ids, other.unit_ids)

    @property
    def is_staff_seat(self) -> bool:
        return self.partner_id is None


class Invitation(SharedModel):
    """A seat offered by mail. The token is kept only as a hash; it works once and until `expires_at`.

    Without a partner it is for the vendor's staff, and seen by staff alone.
    """

    personal = {"name": "name", "email": "email", "mail_error": "text"}

    email = models.EmailField()
    name = models.CharField(max_length=150)
    role = models.CharField(max_length=20, choices=Role)
    token_hash = models.CharField(max_length=64, unique=True)
    invited_by = TenantForeignKey(Seat, null=True, related_name="+")
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)
    mailed_at = models.DateTimeField(null=True)
    mail_error = models.TextField(blank=True)

    class Meta(SharedModel.Meta):
        abstract = False
        indexes = [
            models.Index(fields=["vendor", "-created_at"], name="invitation_by_time"),
            models.Index(fields=["vendor", "email"], name="invitation_by_email"),
        ]

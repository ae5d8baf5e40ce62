"""Registrations, the protection they earn, and deals."""

from django.db import models
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from fairway.catalog.models import ProductLine
from fairway.core.moves import state_choices
from fairway.core.tenancy.models import Partner, Seat
from fairway.core.tenancy.scope import InternalModel, SharedModel, TenantForeignKey
from fairway.customers.models import Customer
from fairway.deals.rules.states import (
    DEAL,
    PROTECTION,
    REGISTRATION,
    DealState,
    ProtectionState,
    RegistrationState,
)
from fairway.leads.models import Lead


class Scope(models.TextChoices):
    CUSTOMER = "customer", _("Whole customer")
    PROJECT = "project", _("One project or site")


class Registration(SharedModel):
    """A partner's claim to an own deal. What the partner typed stays; `customer` is whom the vendor resolved it to
    (staff only, and never filled in for the partner to read)."""

    personal = {
        "contact_name": "text",
        "note": "text",
        "decision_note": "text",
        "question": "text",
        "answer": "text",
        "receipt": "text",
        "scope_name": "text",
    }
    not_personal = (
        "customer_name",
        "name_key",
        "city",
        "postal_code",
    )

    partner = TenantForeignKey(Partner, related_name="registrations", db_index=False)
    state = models.CharField(max_length=12, choices=state_choices(REGISTRATION), default=RegistrationState.DRAFT)
    customer = TenantForeignKey(Customer, null=True, blank=True, related_name="+")
    customer_name = models.CharField(_("customer"), max_length=200, blank=True)
    customer_domain = models.CharField(_("website"), max_length=200, blank=True)
    name_key = models.CharField(max_length=200, blank=True)
    domain_key = models.CharField(max_length=200, blank=True)
    city = models.CharField(_("city"), max_length=100, blank=True)
    postal_code = models.CharField(_("postal code"), max_length=20, blank=True)
    country = models.CharField(_("country"), max_length=2, blank=True)
    product_line = TenantForeignKey(ProductLine, null=True, blank=True, related_name="+")
    scope = models.CharField(_("what does it cover"), max_length=10, choices=Scope, default=Scope.CUSTOMER)
    scope_name = models.CharField(_("project or site"), max_length=150, blank=True)
    amount_minor = models.BigIntegerField(_("expected value"), null=True, blank=True)
    currency = models.CharField(max_length=3, blank=True)
    closes_on = models.DateField(_("closes on"), null=True, blank=True)
    contact_name = models.CharField(max_length=150, blank=True)
    note = models.TextField(_("note"), blank=True)
    created_at = models.DateTimeField()
    created_by = TenantForeignKey(Seat, null=True, related_name="+")
    submitted_at = models.DateTimeField(null=True)
    due_at = models.DateTimeField(null=True)
    decided_at = models.DateTimeField(null=True)
    decision_reason = models.CharField(max_length=40, blank=True)  # deals.rules.words.REJECT_REASONS or REVOKE
    decision_note = models.TextField(blank=True, help_text="what the partner is told")
    is_automatic = models.BooleanField(default=False, help_text="decided by rule, not by a person")
    receipt = models.TextField(blank=True)
    answered_at = models.DateTimeField(null=True)
    question = models.TextField(blank=True)
    answer = models.TextField(blank=True)
    version = models.PositiveIntegerField(default=1)

    class Meta(SharedModel.Meta):
        abstract = False
        indexes = [
            models.Index(fields=["vendor", "state", "submitted_at"], name="registration_by_state"),
            models.Index(
                fields=["vendor", "-submitted_at", "id"],
                condition=~models.Q(state="draft"),
                name="registration_by_time",
            ),
            models.Index(fields=["vendor", "partner", "-created_at"], name="registration_by_partner"),
            models.Index(fields=["vendor", "name_key"], name="registration_by_name_key"),
            models.Index(
                fields=["vendor", "customer"],
                condition=models.Q(state__in=["submitted", "returned"]),
                name="registration_waiting",
            ),
        ]

    def __str__(self) -> str:
        return self.customer_name


class DealRules(InternalModel):
    """How the vendor decides about registrations, and how long it protects: one row, none while all is as delivered.

    `steps` are decisions after the deal desk's: [{role, from_minor, limit_hours, seat_id}], `seat_id` only
    of a person who is named. Amounts: the vendor's currency.
    """

    not_personal = ("steps",)

    limited = "true"

    registration_days = models.PositiveIntegerField(default=120)
    lead_days = models.PositiveIntegerField(default=90)
    extension_days = models.PositiveIntegerField(default=60)
    extensions_most_days = models.PositiveIntegerField(default=365)
    limit_hours = models.PositiveIntegerField(default=16)
    automatic_below_minor = models.BigIntegerField(default=5_000_000)
    steps = models.JSONField(default=list)
    version = models.PositiveIntegerField(default=1)
    changed_at = models.DateTimeField()

    class Meta(InternalModel.Meta):
        abstract = False
        constraints = [
            *InternalModel.Meta.constraints,
            models.UniqueConstraint(fields=["vendor"], name="dealrules_once"),
        ]


class Conflict(InternalModel):
    """What the check found against a registration: what it is, how alike and why, how it weighs. Staff only."""

    personal = {"text": "text", "text_words": "text", "why": "text", "why_words": "text"}

    limited = "EXISTS (SELECT 1 FROM deals_registration r WHERE r.id = {registration_id})"

    registration = TenantForeignKey(Registration, related_name="conflicts")
    kind = models.CharField(max_length=20)  # "protection", "registration" or "deal"
    other_id = models.BigIntegerField()
    other_uid = models.UUIDField()
    other_partner = TenantForeignKey(Partner, null=True, related_name="+")
    text = models.CharField(max_length=300)
    text_words = models.JSONField(null=True)
    why = models.CharField(max_length=200, blank=True)
    why_words = models.JSONField(null=True)
    similarity = models.FloatField()
    blocking = models.BooleanField(default=False)
    found_at = models.DateTimeField()

    class Meta(InternalModel.Meta):
        abstract = False


class Protection(SharedModel):
    """The right of one partner to one customer for one product line and scope, until `protected_until`.

    The database refuses a second live one of the same key (a product line of 0 is none in particular).
    """

    personal = {"scope_name": "text"}
    not_personal = ("customer_name", "end_reason_words")

    partner = TenantForeignKey(Partner, related_name="protections", db_index=False)
    customer = TenantForeignKey(Customer, related_name="+")
    product_line = TenantForeignKey(ProductLine, null=True, related_name="+")
    product_line_key = models.GeneratedField(
        expression=Coalesce("product_line_id", 0),
        output_field=models.BigIntegerField(),
        db_persist=True,
    )
    scope_key = models.CharField(max_length=150, blank=True)  # "" is the whole customer
    scope_name = models.CharField(max_length=150, blank=True)
    customer_name = models.CharField(max_length=200, blank=True, help_text="as the partner knows it")
    state = models.CharField(max_length=10, choices=state_choices(PROTECTION), default=ProtectionState.LIVE)
    registration = TenantForeignKey(Registration, null=True, related_name="protections")
    lead = TenantForeignKey(Lead, null=True, related_name="+")
    starts_at = models.DateTimeField()
    protected_until = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    end_reason = models.CharField(max_length=200, blank=True)
    end_reason_words = models.JSONField(null=True)  # by core.told, but for what a person typed
    version = models.PositiveIntegerField(default=1)

    class Meta(SharedModel.Meta):
        abstract = False
        constraints = [
            *SharedModel.Meta.constraints,
            models.UniqueConstraint(
                fields=["vendor", "customer", "product_line_key", "scope_key"],
                condition=models.Q(state__in=["live", "extended"]),
                name="protection_one_live",
            ),
        ]
        indexes = [
            models.Index(fields=["vendor", "partner", "protected_until"], name="protection_by_partner"),
            models.Index(fields=["vendor", "customer"], name="protection_by_customer"),
            models.Index(fields=["vendor", "protected_until"], name="protection_by_end"),
            models.Index(
                fields=["vendor", "protected_until", "id"],
                condition=models.Q(state__in=["live", "extended"]),
                name="protection_live_by_end",
            ),
        ]

    def __str__(self) -> str:
        return self.customer_name


class Deal(SharedModel):
    """An opportunity a partner works: from an accepted lead (origin vendor) or a registration (origin partner)."""

    personal = {"title": "text", "next_step": "text", "close_note": "text"}
    not_personal = (
        "customer_name",
        "city",
    )

    partner = TenantForeignKey(Partner, related_name="deals", db_index=False)
    external_id = models.CharField(max_length=100, blank=True, db_default="")
    customer = TenantForeignKey(Customer, null=True, related_name="+")
    customer_name = models.CharField(_("customer"), max_length=200)
    city = models.CharField(max_length=100, blank=True)
    title = models.CharField(_("title"), max_length=200)
    origin = models.CharField(max_length=10, choices=[("vendor", _("Vendor lead")), ("partner", _("Registration"))])
    lead = TenantForeignKey(Lead, null=True, related_name="+")
    registration = TenantForeignKey(Registration, null=True, related_name="+")
    protection = TenantForeignKey(Protection, null=True, related_name="+")
    product_line = TenantForeignKey(ProductLine, null=True, blank=True, related_name="+")
    state = models.CharField(max_length=12, choices=state_choices(DEAL), default=DealState.QUALIFIED)
    amount_minor = models.BigIntegerField(_("value"), null=True, blank=True)
    currency = models.CharField(max_length=3, blank=True)
    closes_on = models.DateField(_("closes on"), null=True, blank=True)
    next_step = models.CharField(_("next step"), max_length=200, blank=True)
    next_step_on = models.DateField(_("due"), null=True, blank=True)
    seller = TenantForeignKey(Seat, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField()
    stage_since = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    close_reason = models.CharField(max_length=40, blank=True)
    close_note = models.TextField(blank=True)
    version = models.PositiveIntegerField(default=1)

    class Meta(SharedModel.Meta):
        abstract = False
        constraints = [
            *SharedModel.Meta.constraints,
            models.UniqueConstraint(
                fields=["vendor", "lead"], condition=~models.Q(lead=None), name="deal_once_per_lead"
            ),
            models.UniqueConstraint(
                fields=["vendor", "external_id"], condition=~models.Q(external_id=""), name="deal_external_id"
            ),
            models.UniqueConstraint(
                fields=["vendor", "registration"],
                condition=~models.Q(registration=None),
                name="deal_once_per_registration",
            ),
        ]
        indexes = [
            models.Index(fields=["vendor", "state", "closes_on"], name="deal_by_state"),
            models.Index(fields=["vendor", "partner", "state", "closes_on"], name="deal_by_partner"),
            models.Index(fields=["vendor", "closed_at"], name="deal_by_close"),
            models.Index(fields=["vendor", "state", "next_step_on", "id"], name="deal_by_state_and_step"),
            models.Index(fields=["vendor", "customer"], name="deal_by_customer"),
            models.Index(
                fields=["vendor", "next_step_on", "id"],
                condition=models.Q(state__in=["qualified", "proposal", "negotiation"]),
                name="deal_by_step",
            ),
        ]

    def __str__(self) -> str:
        return self.title

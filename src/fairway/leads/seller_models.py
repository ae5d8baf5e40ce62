"""How a partner hands the leads it accepted to its sellers, and each time one was handed to somebody."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from fairway.core.moves import state_choices
from fairway.core.tenancy.models import Partner, Seat
from fairway.core.tenancy.scope import SharedModel, TenantForeignKey
from fairway.leads.models import Lead
from fairway.leads.rules.sellers import ACCEPTER
from fairway.leads.rules.states import SELLER_ASSIGNMENT, SellerState


class SellerRule(SharedModel):
    """A partner's own rule: who of its people gets a lead that it accepted. Without a row, who accepted it.

    `way` of `rules.sellers.WAYS` is for leads that no line is for. `answer_hours` are business hours of the partner's
    place, null: as the vendor says, which is the longest anyway. `open_most` is for each seller, null: no limit.
    """

    not_personal = ("way",)

    partner = TenantForeignKey(Partner, related_name="+", db_index=False)
    way = models.CharField(max_length=10, default=ACCEPTER)
    answer_hours = models.PositiveIntegerField(_("to take within"), null=True, blank=True)
    open_most = models.PositiveIntegerField(_("open leads of one seller, at most"), null=True, blank=True)
    version = models.PositiveIntegerField(default=1)
    changed_at = models.DateTimeField()

    class Meta(SharedModel.Meta):
        abstract = False
        constraints = [
            *SharedModel.Meta.constraints,
            models.UniqueConstraint(fields=["vendor", "partner"], name="sellerrule_once"),
        ]


class SellerLine(SharedModel):
    """One line of that rule: leads for which `when` holds go to these people. The first line that fits decides.

    `seats` are ids of the partner's seats; of several one is chosen by `way`.
    """

    not_personal = ("name", "when", "way")

    partner = TenantForeignKey(Partner, related_name="+", db_index=False)
    rule = TenantForeignKey(SellerRule, related_name="lines", db_index=False)
    place = models.PositiveSmallIntegerField()
    name = models.CharField(_("name"), max_length=100)
    when = models.JSONField(default=dict)
    seats = ArrayField(models.BigIntegerField(), default=list)
    way = models.CharField(max_length=10)

    class Meta(SharedModel.Meta):
        abstract = False
        constraints = [
            *SharedModel.Meta.constraints,
            models.UniqueConstraint(
                fields=["vendor", "rule", "place"], name="sellerline_place", deferrable=models.Deferrable.DEFERRED
            ),
        ]

    def __str__(self) -> str:
        return self.name


class SellerAbsence(SharedModel):
    """Whole days at the partner's place on which one of its people gets no leads."""

    partner = TenantForeignKey(Partner, related_name="+", db_index=False)
    seat = TenantForeignKey(Seat, related_name="+", db_index=False)
    first_on = models.DateField()
    last_on = models.DateField()
    set_by = TenantForeignKey(Seat, null=True, related_name="+", db_index=False)
    created_at = models.DateTimeField()

    class Meta(SharedModel.Meta):
        abstract = False
        constraints = [
            *SharedModel.Meta.constraints,
            models.CheckConstraint(condition=models.Q(last_on__gte=models.F("first_on")), name="sellerabsence_days"),
        ]
        indexes = [models.Index(fields=["vendor", "partner", "last_on"], name="sellerabsence_by_end")]


class SellerAssignment(SharedModel):
    """A lead with one of a partner's people, or waiting for one: at most one without an end for each lead.

    `how` says who chose: "rule", "person", "undo". `because` and `passed` say why it waits (`rules.sellers`), `code`
    and `text` why it ended or, of a person's choice against the rule, why so.
    """

    personal = {"text": "text"}
    not_personal = ("how", "because", "passed", "code", "line_name")

    partner = TenantForeignKey(Partner, related_name="+", db_index=False)
    lead = TenantForeignKey(Lead, related_name="assignments", db_index=False)
    seat = TenantForeignKey(Seat, null=True, related_name="+", db_index=False)
    state = models.CharField(max_length=10, choices=state_choices(SELLER_ASSIGNMENT), default=SellerState.WAITING)
    how = models.CharField(max_length=10, blank=True)
    line_name = models.CharField(max_length=100, blank=True)
    because = models.CharField(max_length=20, blank=True)
    passed = models.JSONField(default=dict, blank=True)
    code = models.CharField(max_length=40, blank=True)
    text = models.CharField(max_length=200, blank=True)
    assigned_by = TenantForeignKey(Seat, null=True, related_name="+", db_index=False)
    assigned_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True)
    reminded_at = models.DateTimeField(null=True)
    taken_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    version = models.PositiveIntegerField(default=1)

    class Meta(SharedModel.Meta):
        abstract = False
        constraints = [
            *SharedModel.Meta.constraints,
            models.UniqueConstraint(
                fields=["vendor", "lead"], condition=models.Q(ended_at=None), name="sellerassignment_one_live"
            ),
            models.CheckConstraint(
                condition=~models.Q(state__in=["open", "taken"], seat=None), name="sellerassignment_has_seller"
            ),
        ]
        indexes = [
            models.Index(fields=["vendor", "lead", "-assigned_at"], name="sellerassignment_by_lead"),
            models.Index(fields=["vendor", "partner", "seat", "-assigned_at"], name="sellerassignment_by_seat"),
            models.Index(
                fields=["vendor", "partner", "state", "due_at"],
                condition=models.Q(ended_at=None),
                name="sellerassignment_live",
            ),
        ]

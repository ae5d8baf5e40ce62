"""Pools: leads that partners take by themselves, and who sees which of them."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from fairway.catalog.models import ProductLine
from fairway.core.moves import state_choices
from fairway.core.tenancy.models import Partner
from fairway.core.tenancy.scope import InternalModel, PublishedModel, SharedModel, TenantForeignKey
from fairway.leads.rules.states import POOL_ENTRY, EntryState


class LeadPool(InternalModel):
    """Where rules put leads for partners to take: who sees them, how many one may hold, and what time changes.

    `who` and `wider` are conditions over partners, before and after `widen_after_hours`. Hours are business hours of
    the vendor's place; empty is never, an empty limit is none.
    """

    not_personal = ("name", "who", "wider")

    limited = "true"

    name = models.CharField(_("name"), max_length=100)
    who = models.JSONField(default=dict, blank=True)
    wider = models.JSONField(default=dict, blank=True)
    keeps_match = models.BooleanField(_("what lead and partner share still counts after widening"), default=False)
    widen_after_hours = models.FloatField(null=True, blank=True)
    gives_up_after_hours = models.FloatField(null=True, blank=True)
    open_most = models.PositiveIntegerField(null=True, blank=True)
    day_most = models.PositiveIntegerField(null=True, blank=True)
    is_open = models.BooleanField(default=True)
    version = models.PositiveIntegerField(default=1)

    class Meta(InternalModel.Meta):
        abstract = False
        constraints = [
            *InternalModel.Meta.constraints,
            models.UniqueConstraint(fields=["vendor", "name"], name="leadpool_name"),
        ]

    def __str__(self) -> str:
        return self.name


class PoolAudience(InternalModel):
    """A set of partners who see the same leads of a pool: all of one ring that share the same facts with the lead.

    Many entries name one audience. Its members are kept current while one of them is open (`refreshed_at` says since
    when); an audience that nothing open names has none.
    """

    not_personal = ("key", "shared")

    pool = TenantForeignKey(LeadPool, related_name="audiences", db_index=False)
    key = models.CharField(max_length=64)
    ring = models.PositiveSmallIntegerField()
    shared = models.JSONField(default=dict)
    refreshed_at = models.DateTimeField(null=True)

    class Meta(InternalModel.Meta):
        abstract = False
        constraints = [
            *InternalModel.Meta.constraints,
            models.UniqueConstraint(fields=["vendor", "key"], name="poolaudience_once"),
        ]


class PoolMember(SharedModel):
    """A partner of an audience. Row security reads it to decide which entries a partner sees."""

    partner = TenantForeignKey(Partner, related_name="+", db_index=False)
    audience = TenantForeignKey(PoolAudience, related_name="members", db_index=False)

    class Meta(SharedModel.Meta):
        abstract = False
        constraints = [
            *SharedModel.Meta.constraints,
            models.UniqueConstraint(fields=["vendor", "audience", "partner"], name="poolmember_once"),
        ]
        indexes = [models.Index(fields=["vendor", "partner", "audience"], name="poolmember_by_partner")]


_SEEN = (
    "audience_id IN (SELECT m.audience_id FROM leads_poolmember m"
    " WHERE m.partner_id = ANY (current_setting('fw.partner_ids')::bigint[]))"
    " AND NOT (hidden_from @> current_setting('fw.partner_ids')::bigint[])"
    " AND (closed_at IS NULL OR closed_at > now() - interval '1 day')"
)


class PoolEntry(PublishedModel):
    """A lead in a pool: its brief, read by the partners of its audience. No name, no address of a person.

    One that is over stays readable for a day, so that who comes too late is told. Who took it is not said here.
    """

    personal = {"title": "text", "brief": "text"}

    narrowed = {"portal": _SEEN, "desk": _SEEN}
    limited = "false"

    lead = TenantForeignKey("leads.Lead", related_name="pool_entries", db_index=False)
    pool = TenantForeignKey(LeadPool, related_name="entries", db_index=False)
    audience = TenantForeignKey(PoolAudience, related_name="+", db_index=False)
    wider = TenantForeignKey(PoolAudience, null=True, related_name="+", db_index=False)
    state = models.CharField(max_length=12, choices=state_choices(POOL_ENTRY), default=EntryState.OPEN)
    title = models.CharField(max_length=200)
    brief = models.JSONField(default=dict)
    place = models.CharField(max_length=150, blank=True)
    country = models.CharField(max_length=2, blank=True)
    state_code = models.CharField(max_length=10, blank=True)
    product_line = TenantForeignKey(ProductLine, null=True, related_name="+", db_index=False)
    amount_minor = models.BigIntegerField(null=True)
    currency = models.CharField(max_length=3, blank=True)
    # Of the pool, which partners do not read.
    open_most = models.PositiveIntegerField(null=True)
    day_most = models.PositiveIntegerField(null=True)
    # Partners who had the lead before: no rule brings it back to them.
    hidden_from = ArrayField(models.BigIntegerField(), default=list)
    pooled_at = models.DateTimeField()
    told_at = models.DateTimeField(null=True)
    widened_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    version = models.PositiveIntegerField(default=1)

    class Meta(PublishedModel.Meta):
        abstract = False
        constraints = [
            *PublishedModel.Meta.constraints,
            models.UniqueConstraint(
                fields=["vendor", "lead"], condition=models.Q(closed_at__isnull=True), name="poolentry_one_per_lead"
            ),
        ]
        indexes = [
            models.Index(
                fields=["vendor", "-pooled_at", "-id"],
                condition=models.Q(closed_at__isnull=True),
                name="poolentry_open",
            ),
            models.Index(fields=["vendor", "pool", "-pooled_at", "-id"], name="poolentry_by_pool"),
            models.Index(fields=["vendor", "lead", "-pooled_at"], name="poolentry_by_lead"),
        ]

    def __str__(self) -> str:
        return self.title

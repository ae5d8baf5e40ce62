"""Pools and the leads in them: partners read and take, staff make pools and take leads out."""

from typing import Any
from uuid import UUID

from django.db.models import F, OuterRef, QuerySet, Subquery, UUIDField, Value
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from fairway.core.http.api.conditions import PlainObject
from fairway.core.http.api.fields import Amount, Choice, Country, Flag, Input, Instant, Number, Output, Text, Whole
from fairway.core.http.api.operations import Call, PageQuery, Resource, operation
from fairway.core.http.api.shapes import changing, listing, making, reading
from fairway.leads.actions.claims import claim_lead
from fairway.leads.actions.pooling import take_out
from fairway.leads.actions.pools import FIELDS, save_pool
from fairway.leads.models import Lead, LeadPool, PoolEntry
from fairway.leads.rules.pools import HOURS_MOST, LIMIT_MOST
from fairway.leads.rules.states import FREE, POOL_ENTRY

_READ, _EDIT = "lead.read", "routing.edit"
_STATES = [(str(state), str(word)) for state, word in POOL_ENTRY.labels.items()]


class PoolChangeGiven(Input):
    name = Text(max_length=100, required=False)
    who = PlainObject(required=False, help_text="About the partner: who sees its leads; {} is every partner.")
    wider = PlainObject(required=False, help_text="The same after widening.")
    keeps_match = Flag(required=False, help_text="Whether what lead and partner share still counts after widening.")
    widen_after_hours = Number(min_value=0.25, max_value=HOURS_MOST, required=False, allow_null=True)
    gives_up_after_hours = Number(
        min_value=0.25, max_value=HOURS_MOST, required=False, allow_null=True, help_text="Then a person decides."
    )
    open_most = Whole(
        min_value=1, max_value=LIMIT_MOST, required=False, allow_null=True, help_text="Open leads of one partner."
    )
    day_most = Whole(
        min_value=1, max_value=LIMIT_MOST, required=False, allow_null=True, help_text="Taken by one partner a day."
    )
    is_open = Flag(required=False, help_text="A shut pool takes no new leads.")


class PoolGiven(PoolChangeGiven):
    """Hours are business hours of the vendor's place; null is never, a limit of null is none."""

    name = Text(max_length=100)


class PoolTold(Output):
    uid = serializers.UUIDField()
    version = serializers.IntegerField()
    name = serializers.CharField()
    who = serializers.DictField()
    wider = serializers.DictField()
    keeps_match = serializers.BooleanField()
    widen_after_hours = serializers.FloatField(allow_null=True)
    gives_up_after_hours = serializers.FloatField(allow_null=True)
    open_most = serializers.IntegerField(allow_null=True)
    day_most = serializers.IntegerField(allow_null=True)
    is_open = serializers.BooleanField()


def _pools(call: Call) -> QuerySet[LeadPool]:
    return LeadPool.objects.all()


def _pool(call: Call, uid: UUID) -> LeadPool:
    return get_object_or_404(LeadPool, uid=uid)


_NEW: dict[str, Any] = {
    "who": {}, "wider": {}, "keeps_match": False, "widen_after_hours": None, "gives_up_after_hours": None,
    "open_most": None, "day_most": None, "is_open": True,
}  # fmt: skip


def _saved(call: Call, pool: LeadPool | None = None) -> LeadPool:
    values = {name: getattr(pool, name) for name in FIELDS} if pool else _NEW
    return save_pool(pool=pool, **{**values, **call.data}, actor=call.member, at=call.at)


class Pools(Resource):
    tag = "pools"
    get = listing("list_pools", _("List pools"), permission=_READ, rows=_pools, gives=PoolTold)
    post = making(
        "add_pool", _("Add a pool"), permission=_EDIT, by=_saved, found=_pool, takes=PoolGiven, gives=PoolTold,
        help=_("A routing rule with the action `pool` puts leads into it."),
    )  # fmt: skip


class PoolDetail(Resource):
    tag = "pools"
    get = reading("read_pool", _("Read a pool"), permission=_READ, found=_pool, gives=PoolTold)
    patch = changing(
        "change_pool", _("Change a pool"), permission=_EDIT, found=_pool, by=_saved, takes=PoolChangeGiven,
        gives=PoolTold,
    )  # fmt: skip


class PoolLeadQuery(PageQuery):
    state = Choice(choices=_STATES, required=False, help_text="By default those that are free.")
    pool = serializers.UUIDField(required=False, help_text="For staff.")
    line = Text(max_length=50, required=False, help_text="A product line's code.")
    country = Country(required=False)
    amount_at_least = Whole(required=False, help_text="In minor units of its currency.")


class PoolLeadTold(Output):
    """A lead in a pool: its brief. The person is told in the lead, once it was taken."""

    uid = serializers.UUIDField()
    version = serializers.IntegerField()
    state = serializers.ChoiceField(choices=_STATES)
    title = serializers.CharField()
    place = serializers.CharField()
    brief = serializers.DictField()
    product_line = serializers.CharField(source="product_line.code", allow_null=True, default=None)
    amount = Amount()
    pooled_at = Instant()
    widened_at = Instant(allow_null=True)
    closed_at = Instant(allow_null=True)
    pool = serializers.UUIDField(source="pool_uid", allow_null=True, default=None, help_text="For staff.")
    lead = serializers.UUIDField(
        source="lead_uid", allow_null=True, default=None, help_text="For a partner: once it has taken it."
    )


def _rows(member: Any) -> QuerySet[PoolEntry]:
    lead = Subquery(Lead.objects.filter(pk=OuterRef("lead_id")).values("uid"))
    rows = PoolEntry.objects.select_related("product_line").annotate(lead_uid=lead)
    # A partner does not read pools: a join would hide the entry with it.
    return rows.annotate(pool_uid=F("pool__uid") if member.is_staff else Value(None, UUIDField()))


def _listed(call: Call) -> QuerySet[PoolEntry]:
    rows, asked = _rows(call.member), call.query
    rows = rows.filter(state=asked["state"]) if asked.get("state") else rows.filter(state__in=FREE)
    if line := asked.get("line"):
        rows = rows.filter(product_line__code=line)
    if country := asked.get("country"):
        rows = rows.filter(country=country)
    if (least := asked.get("amount_at_least")) is not None:
        rows = rows.filter(amount_minor__gte=least)
    if asked.get("pool"):
        rows = rows.filter(pool__uid=asked["pool"]) if call.member.is_staff else rows.none()
    return rows


def _found(call: Call, uid: UUID) -> PoolEntry:
    return get_object_or_404(_rows(call.member), uid=uid)


class PoolLeads(Resource):
    tag = "pools"
    get = listing(
        "list_pool_leads", _("List leads in pools"), permission="offer.read", rows=_listed, gives=PoolLeadTold,
        asks=PoolLeadQuery, order="pooled_at",
        help=_("The newest first. A partner's token reads those it may take."),
    )  # fmt: skip


class PoolLeadDetail(Resource):
    tag = "pools"
    get = reading(
        "read_pool_lead", _("Read a lead in a pool"), permission="offer.read", found=_found, gives=PoolLeadTold
    )


class PoolLeadClaim(Resource):
    tag = "pools"

    @operation(
        "claim_pool_lead", _("Take a lead from a pool"), permission="offer.answer", gives=PoolLeadTold,
        has_version=True, help=_("Of all who try, one gets it; the others are answered 409: already taken."),
    )  # fmt: skip
    def post(self, call: Call, uid: UUID) -> PoolEntry:
        claim_lead(entry=_found(call, uid), actor=call.member, at=call.at)
        return _found(call, uid)


class LeaveGiven(Input):
    reason = Text(max_length=200, help_text="Colleagues read it.")


class PoolLeadRemoval(Resource):
    tag = "pools"

    @operation(
        "take_out_pool_lead", _("Take a lead out of its pool"), permission="lead.route", takes=LeaveGiven,
        gives=PoolLeadTold, has_version=True, help=_("It waits for a person to decide."),
    )  # fmt: skip
    def post(self, call: Call, uid: UUID) -> PoolEntry:
        entry = _found(call, uid)
        lead = get_object_or_404(Lead, pk=entry.lead_id)
        take_out(lead=lead, actor=call.member, at=call.at, reason=call.data["reason"])
        return _found(call, uid)

"""Protections: read them; for staff, let them last longer or end them."""

from uuid import UUID

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from fairway.core.http.api.fields import Choice, Input, Instant, KeptSentence, Output, Text, Whole
from fairway.core.http.api.operations import Call, PageQuery, Resource, operation
from fairway.deals.actions.protections import extend_protection, release_protection
from fairway.deals.models import Protection
from fairway.deals.rules.states import PROTECTION

_STATES = [(str(key), str(word)) for key, word in PROTECTION.labels.items()]


class ProtectionQuery(PageQuery):
    state = Choice(choices=_STATES, required=False)
    partner = serializers.UUIDField(required=False)
    ends_before = Instant(required=False)


class ProtectionTold(Output):
    """The right of one partner to one customer for a product line, and a project or site, until an instant."""

    uid = serializers.UUIDField()
    version = serializers.IntegerField()
    state = serializers.ChoiceField(choices=_STATES)
    partner = serializers.UUIDField(source="partner.uid")
    customer_name = serializers.CharField(help_text="As the partner knows it.")
    product_line = serializers.CharField(source="product_line.code", allow_null=True)
    scope_name = serializers.CharField(help_text="The project or site; empty for the whole customer.")
    starts_at = Instant()
    protected_until = Instant()
    ended_at = Instant(allow_null=True)
    end_reason = KeptSentence()


class ExtensionGiven(Input):
    days = Whole(min_value=1, max_value=3650)
    reason = Text(max_length=200, required=False, allow_blank=True, help_text="The partner reads it.")


class ReleaseGiven(Input):
    reason = Text(max_length=200, help_text="The partner reads it.")


class Protections(Resource):
    tag = "protections"

    @operation(
        "list_protections", _("List protections"), permission="deal.read", asks=ProtectionQuery, gives=ProtectionTold,
        is_list=True, help=_("In the order in which they were given, the latest first."),
    )  # fmt: skip
    def get(self, call: Call) -> QuerySet[Protection]:
        names = {"state": "state", "partner": "partner__uid", "ends_before": "protected_until__lt"}
        return _rows().filter(**{names[name]: value for name, value in call.query.items() if name in names})


class ProtectionDetail(Resource):
    tag = "protections"

    @operation(
        "read_protection", _("Read a protection"), permission="deal.read", gives=ProtectionTold, has_version=True
    )
    def get(self, call: Call, uid: UUID) -> Protection:
        return found(uid)


class ProtectionExtension(Resource):
    tag = "protections"

    @operation(
        "extend_protection", _("Let a protection last longer"), permission="protection.release", takes=ExtensionGiven,
        gives=ProtectionTold, has_version=True,
    )  # fmt: skip
    def post(self, call: Call, uid: UUID) -> Protection:
        days, reason = call.data["days"], call.data.get("reason", "")
        extend_protection(protection=found(uid), days=days, reason=reason, actor=call.member, at=call.at)
        return found(uid)


class ProtectionRelease(Resource):
    tag = "protections"

    @operation(
        "release_protection", _("End a protection"), permission="protection.release", takes=ReleaseGiven,
        gives=ProtectionTold, has_version=True, help=_("Others may register the customer from now on."),
    )  # fmt: skip
    def post(self, call: Call, uid: UUID) -> Protection:
        release_protection(protection=found(uid), reason=call.data["reason"], actor=call.member, at=call.at)
        return found(uid)


def _rows() -> QuerySet[Protection]:
    return Protection.objects.select_related("partner", "product_line")


def found(uid: UUID) -> Protection:
    return get_object_or_404(_rows(), uid=uid)

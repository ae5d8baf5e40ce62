"""Who a token speaks for."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from fairway.core.access import PERMISSIONS, Member
from fairway.core.http.api.fields import Output
from fairway.core.http.api.operations import Call, Resource, operation


class VendorTold(serializers.Serializer):
    name = serializers.CharField(source="vendor_name")
    slug = serializers.CharField(source="vendor_slug", help_text="Its short name in addresses.")
    currency = serializers.CharField(source="vendor_currency")
    time_zone = serializers.CharField(source="vendor_time_zone")


class OwnPartnerTold(serializers.Serializer):
    uid = serializers.UUIDField(source="partner_uid")
    name = serializers.CharField(source="partner_name")
    time_zone = serializers.CharField(source="partner_time_zone")


class SeatTold(serializers.Serializer):
    uid = serializers.UUIDField(source="seat_uid")
    name = serializers.CharField()
    email = serializers.EmailField()


class MeTold(Output):
    vendor = VendorTold(source="seat")
    partner = serializers.SerializerMethodField(help_text="Null for the vendor's own staff.")
    seat = SeatTold()
    role = serializers.CharField()
    scopes = serializers.SerializerMethodField(help_text="What role and token both allow.")

    @extend_schema_field(OwnPartnerTold(allow_null=True))
    def get_partner(self, member: Member) -> Any:
        return OwnPartnerTold(member.seat).data if member.partner_id else None

    def get_scopes(self, member: Member) -> list[str]:
        return sorted(name for name in PERMISSIONS if member.can(name))


class Me(Resource):
    tag = "me"

    @operation("read_me", _("Who this token speaks for"), permission="", gives=MeTold)
    def get(self, call: Call) -> Member:
        return call.member

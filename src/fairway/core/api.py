"""Who a token speaks for."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from fairway.core.access import PERMISSIONS, Member
from fairway.core.http.api.fields import Choice, Input, Output, QueryWhole, Text
from fairway.core.http.api.operations import Call, Resource, operation
from fairway.core.search.find import TEXT_MOST, Found, find


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


MAY_FIND = ("partner.read", "lead.read", "offer.read", "deal.read", "customer.read", "people.read")


class SearchQuery(Input):
    q = Text(
        max_length=TEXT_MOST,
        required=False,
        help_text="Words, a number, an e-mail address, a website or a telephone number. Without it nothing is found.",
    )
    kind = Choice(
        choices=["partners", "leads", "deals", "customers", "registrations", "people"],
        required=False,
        help_text="Look for this kind alone.",
    )
    limit = QueryWhole(min_value=1, max_value=50, required=False, help_text="Hits of each kind; 5 by default.")


class HitTold(serializers.Serializer):
    kind = serializers.CharField()
    uid = serializers.UUIDField()
    title = serializers.CharField()
    second = serializers.CharField(allow_blank=True)
    path = serializers.CharField(allow_blank=True, help_text="The page for people, below the address of this server.")


class FoundTold(Output):
    items = serializers.SerializerMethodField()
    is_forgiving = serializers.BooleanField(help_text="Whether words that are spelled nearly so count too.")

    @extend_schema_field(HitTold(many=True))
    def get_items(self, found: Found) -> list[dict[str, Any]]:
        return [
            {"kind": group.kind.name, "uid": str(hit.uid), "title": hit.title, "second": hit.second, "path": hit.url}
            for group in found.groups
            for hit in group.hits
        ]


class Search(Resource):
    tag = "search"

    @operation(
        "search", _("Search"), permission=MAY_FIND, asks=SearchQuery, gives=FoundTold,
        help=_("Looks through all kinds that the token may read, the best hits of each kind first."),
    )  # fmt: skip
    def get(self, call: Call) -> Found:
        query = call.query
        return find(query.get("q", ""), call.member, kind=query.get("kind", ""), most=query.get("limit", 0))

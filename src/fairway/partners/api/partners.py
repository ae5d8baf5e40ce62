"""Partners: read them, and send them in."""

from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from fairway.core.http.api.bulk import Lines, LinesTold, lines_of
from fairway.core.http.api.fields import (
    Amount,
    Choice,
    Country,
    Email,
    Flag,
    Input,
    Instant,
    Money,
    Output,
    Text,
    Whole,
    decimals_of,
)
from fairway.core.http.api.operations import Call, PageQuery, Resource, operation
from fairway.core.http.api.problems import Unprocessable
from fairway.core.http.api.timelines import timeline
from fairway.core.tenancy.models import Partner, PartnerState
from fairway.partners.actions.importing import import_partners
from fairway.partners.actions.partners import CAPACITY_MAX, change_state, edit_partner
from fairway.partners.models import PartnerKind, Profile
from fairway.partners.queries.partners import account_manager_seats
from fairway.partners.queries.records import partner_records
from fairway.partners.rules.rows import PartnerRow
from fairway.partners.rules.states import PARTNER

_STATES = [(str(value), str(label)) for value, label in PartnerState.choices]
_KINDS = [(str(value), str(label)) for value, label in PartnerKind.choices]
_VERBS = [(verb, str(PARTNER.labels[verb])) for verb in dict.fromkeys(verb for _from, verb in PARTNER.transitions)]
_TUPLES = ("kinds", "verticals", "product_lines")


def _texts(most: int = 60) -> serializers.ListField:
    return serializers.ListField(child=Text(max_length=60), max_length=most, required=False)


class PartnerFacts(Input):
    """What may be said of a partner, when it is added and when it changes."""

    country = Country(required=False)
    state_code = Text(max_length=10, required=False, allow_blank=True)
    state_name = Text(max_length=100, required=False, allow_blank=True)
    city = Text(max_length=100, required=False, allow_blank=True)
    postal_code = Text(max_length=20, required=False, allow_blank=True)
    address = Text(max_length=300, required=False, allow_blank=True)
    phone = Text(max_length=50, required=False, allow_blank=True)
    website = Text(max_length=200, required=False, allow_blank=True)
    kinds = serializers.ListField(child=Choice(choices=_KINDS), max_length=len(_KINDS), required=False)
    verticals = _texts()
    product_lines = _texts()
    employees = Whole(max_value=2**31 - 1, required=False, allow_null=True)
    annual_sales = Money(required=False, allow_null=True, help_text="In the vendor's currency.")
    opened_year = Whole(min_value=1500, max_value=2100, required=False, allow_null=True)


class PartnerGiven(PartnerFacts):
    """A partner. The same external id is the same partner: what is given and differs is updated."""

    external_id = Text(max_length=100)
    name = Text(max_length=200)
    tier = Text(max_length=60, required=False, allow_blank=True, help_text="A tier's code or name.")
    cam_email = Email(required=False, allow_blank=True, help_text="The account manager's e-mail.")


class PartnerChangeGiven(PartnerFacts):
    """What changes of a partner."""

    external_id = Text(max_length=100, required=False, allow_blank=True)
    name = Text(max_length=200, required=False)
    lead_capacity = Whole(max_value=CAPACITY_MAX, required=False, help_text="Open leads it takes at once.")
    accepts_leads = Flag(required=False)
    cam_email = Email(required=False, allow_blank=True, help_text="The account manager's e-mail; empty for nobody.")


class PartnerStateGiven(Input):
    verb = Choice(choices=_VERBS)
    reason = Text(max_length=200, required=False, allow_blank=True, help_text="The partner reads it.")


class PartnerLinesGiven(Input):
    lines = lines_of(PartnerGiven)


class PartnerQuery(PageQuery):
    state = Choice(choices=_STATES, required=False)
    external_id = Text(max_length=100, required=False)
    country = Country(required=False)
    territory = serializers.UUIDField(required=False)
    tier = serializers.UUIDField(required=False, help_text="A tier that it is in now.")
    cam_email = Email(required=False, help_text="The account manager's e-mail.")


class ProfileTold(Output):
    kinds = serializers.ListField(child=serializers.CharField())
    verticals = serializers.ListField(child=serializers.CharField())
    product_lines = serializers.ListField(child=serializers.CharField())
    city = serializers.CharField()
    state_code = serializers.CharField()
    postal_code = serializers.CharField()
    address = serializers.CharField()
    phone = serializers.CharField()
    website = serializers.CharField()
    employees = serializers.IntegerField(allow_null=True)
    annual_sales = Amount("annual_sales_minor")
    opened_year = serializers.IntegerField(allow_null=True)
    territory = serializers.CharField(source="territory.name", allow_null=True)
    lead_capacity = serializers.IntegerField()
    accepts_leads = serializers.BooleanField()


class PartnerTold(Output):
    uid = serializers.UUIDField()
    version = serializers.IntegerField()
    external_id = serializers.CharField()
    name = serializers.CharField()
    state = serializers.ChoiceField(choices=_STATES)
    country = serializers.CharField()
    time_zone = serializers.CharField()
    parent = serializers.UUIDField(  # type: ignore[assignment]
        source="parent.uid", allow_null=True, help_text="Its distributor."
    )
    account_manager = serializers.CharField(source="cam.name", allow_null=True)
    tier = serializers.SerializerMethodField(help_text="Of the default programme; empty without one.")
    created_at = Instant()
    profile = serializers.SerializerMethodField()

    def get_tier(self, partner: Any) -> str:
        tiers = partner.present_tiers
        return tiers[-1].tier.name if tiers else ""

    @extend_schema_field(ProfileTold)
    def get_profile(self, partner: Any) -> Any:
        rows = partner.profile_rows or [Profile(partner=partner)]
        return ProfileTold(rows[0], context=self.context).data


class Partners(Resource):
    tag = "partners"

    @operation(
        "list_partners", gettext_lazy("List partners"), permission="partner.read", asks=PartnerQuery,
        gives=PartnerTold, is_list=True, help=gettext_lazy("In the order in which they came in, the latest first."),
    )  # fmt: skip
    def get(self, call: Call) -> QuerySet[Partner]:
        return partner_records(call.query)


class PartnerDetail(Resource):
    tag = "partners"

    @operation(
        "read_partner", gettext_lazy("Read a partner"), permission="partner.read", gives=PartnerTold, has_version=True
    )
    def get(self, call: Call, uid: UUID) -> Partner:
        return get_object_or_404(partner_records({}), uid=uid)

    @operation(
        "edit_partner", gettext_lazy("Change a partner"), permission="partner.edit", takes=PartnerChangeGiven,
        gives=PartnerTold, has_version=True, help=gettext_lazy("Only what is given is changed."),
    )  # fmt: skip
    def patch(self, call: Call, uid: UUID) -> Partner:
        partner = get_object_or_404(partner_records({}), uid=uid)
        call.expect(partner.version)
        edit_partner(
            partner=partner, version=partner.version, values=_columns(call), actor=call.member, at=call.at
        )  # fmt: skip
        return get_object_or_404(partner_records({}), uid=uid)


class PartnerStates(Resource):
    tag = "partners"

    @operation(
        "change_partner_state", gettext_lazy("Pause, resume or end a partnership"), permission="partner.edit",
        takes=PartnerStateGiven, gives=PartnerTold, has_version=True,
    )  # fmt: skip
    def post(self, call: Call, uid: UUID) -> Partner:
        partner = get_object_or_404(partner_records({}), uid=uid)
        verb, reason = call.data["verb"], call.data.get("reason", "")
        change_state(partner=partner, verb=verb, reason=reason, actor=call.member, at=call.at)
        return get_object_or_404(partner_records({}), uid=uid)


class PartnerEvents(Resource):
    tag = "partners"
    get = timeline(
        "list_partner_events",
        gettext_lazy("List what happened to a partner"),
        permission="partner.read",
        found=lambda call, uid: get_object_or_404(Partner, uid=uid),
    )


def _columns(call: Call) -> dict[str, Any]:
    """The columns that a change names. Raises Unprocessable for another currency than the vendor's."""
    values = dict(call.data)
    if "annual_sales" in values:
        amount = values.pop("annual_sales")
        currency = call.member.seat.vendor_currency if call.member.seat else ""
        if amount and amount["currency"] != currency:
            text = _("Write it in %(currency)s, the vendor's currency.") % {"currency": currency}
            raise Unprocessable({"annual_sales": {"currency": [text]}})
        values["annual_sales_minor"] = amount["amount_minor"] if amount else None
    if "cam_email" in values:
        values["cam_id"] = cam_by_email(values.pop("cam_email"))
    return values


def cam_by_email(email: str) -> int | None:
    """The seat of an account manager; None for no e-mail. Raises Unprocessable for another person's."""
    if not email:
        return None
    found = account_manager_seats().filter(email=email).values_list("pk", flat=True).first()
    if found is None:
        raise Unprocessable({"cam_email": [_("No account manager has this e-mail.")]})
    return found


class PartnerBulk(Resource):
    tag = "partners"

    @operation(
        "send_partners", gettext_lazy("Send in partners"), permission="partner.import", takes=PartnerLinesGiven,
        gives=LinesTold, help=gettext_lazy("Up to 5,000 lines. Good lines are taken, bad ones say what is wrong."),
    )  # fmt: skip
    def post(self, call: Call) -> Lines:
        lines, rows = Lines(call.data["lines"], PartnerGiven, key=()), []
        currency = call.member.seat.vendor_currency if call.member.seat else ""
        for number, values in list(lines.values.items()):
            amount = values.pop("annual_sales", None)
            if amount and amount["currency"] != currency:
                text = _("Write it in %(currency)s, the vendor's currency.") % {"currency": currency}
                lines.refuse(number, {"annual_sales": {"currency": [text]}})
                continue
            rows.append(_row(number, values, amount))
        outcome = import_partners(rows, actor=call.member, at=call.at)
        named = Partner.objects.filter(external_id__in=[row.external_id for row in rows])
        uids = dict(named.values_list("external_id", "uid"))
        lines.tell_outcome(outcome, {row.line: uids[row.external_id] for row in rows if row.external_id in uids})
        return lines


def _row(number: int, given: dict[str, Any], amount: dict[str, Any] | None) -> PartnerRow:
    values: dict[str, Any] = {name: tuple(value) if name in _TUPLES else value for name, value in given.items()}
    sales = Decimal(amount["amount_minor"]).scaleb(-decimals_of(amount["currency"])) if amount else None
    return PartnerRow(line=number, annual_sales=sales, **values)

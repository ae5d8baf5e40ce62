"""What programs send and read of registrations and deals."""

from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from fairway.core.http.api.fields import Amount, Choice, Country, Day, Flag, Input, Instant, Money, Output, Text, Whole
from fairway.core.http.api.operations import PageQuery
from fairway.deals.models import Registration, Scope
from fairway.deals.rules.states import DEAL, OPEN_STAGES, REGISTRATION
from fairway.deals.rules.words import LOST_REASONS, REJECT_REASONS

_SCOPES = [(str(value), str(label)) for value, label in Scope.choices]
_ORIGINS = [("vendor", "A lead of the vendor"), ("partner", "A registration")]


def _words(table: Any) -> list[tuple[str, str]]:
    return [(str(key), str(word)) for key, word in table.items()]


_REGISTRATION_STATES = _words(REGISTRATION.labels)
_DEAL_STATES = _words(DEAL.labels)


class DraftGiven(Input):
    """What is known so far. Nothing has to be complete before it is submitted."""

    customer_name = Text(max_length=200, required=False, allow_blank=True)
    website = Text(max_length=200, required=False, allow_blank=True)
    city = Text(max_length=100, required=False, allow_blank=True)
    postal_code = Text(max_length=20, required=False, allow_blank=True)
    country = Country(required=False)
    product_line = Text(max_length=50, required=False, allow_null=True, help_text="A product line's code.")
    scope = Choice(choices=_SCOPES, required=False)
    scope_name = Text(max_length=150, required=False, allow_blank=True, help_text="The project or site.")
    amount = Money(required=False, allow_null=True, help_text="The expected value.")
    closes_on = Day(required=False, allow_null=True)
    contact_name = Text(max_length=150, required=False, allow_blank=True)
    note = Text(max_length=4000, required=False, allow_blank=True)


class RegistrationGiven(DraftGiven):
    """A new registration: a draft, or with `submit` sent at once."""

    submit = Flag(required=False)


class SubmissionGiven(Input):
    """A draft is sent with an empty object, a returned registration with the answer to the vendor's question."""

    answer = Text(max_length=4000, required=False, allow_blank=True)


class ApprovalGiven(Input):
    customer = Text(
        max_length=36, required=False, help_text="The uid of the customer it means, or `new`; needed where unclear."
    )
    days = Whole(min_value=1, max_value=365, required=False, help_text="How long it is protected.")
    note = Text(max_length=2000, required=False, allow_blank=True, help_text="The partner reads it.")


class ReturnGiven(Input):
    question = Text(max_length=4000, help_text="The partner reads it.")


class RejectionGiven(Input):
    reason = Choice(choices=_words(REJECT_REASONS))
    note = Text(max_length=2000, required=False, allow_blank=True, help_text="The partner reads it.")


class RevocationGiven(Input):
    reason = Text(max_length=2000, help_text="The partner reads it.")


class RegistrationQuery(PageQuery):
    state = Choice(choices=_REGISTRATION_STATES, required=False)
    partner = serializers.UUIDField(required=False)
    submitted_since = Instant(required=False)


class ConflictTold(serializers.Serializer):
    """Something that stands against a registration."""

    kind = serializers.CharField()
    uid = serializers.UUIDField(source="other_uid")
    text = serializers.CharField()
    why = serializers.CharField()
    similarity = serializers.FloatField()
    is_blocking = serializers.BooleanField(source="blocking")


class CustomerTold(serializers.Serializer):
    uid = serializers.UUIDField()
    name = serializers.CharField()


class RegistrationTold(Output):
    """A registration. Whom it was resolved to and what stands against it is told to the vendor's staff only."""

    staff_only = frozenset({"customer", "conflicts"})

    uid = serializers.UUIDField()
    version = serializers.IntegerField()
    state = serializers.ChoiceField(choices=_REGISTRATION_STATES)
    partner = serializers.UUIDField(source="partner.uid")
    customer_name = serializers.CharField()
    website = serializers.CharField(source="customer_domain")
    city = serializers.CharField()
    postal_code = serializers.CharField()
    country = serializers.CharField()
    product_line = serializers.CharField(source="product_line.code", allow_null=True)
    scope = serializers.ChoiceField(choices=_SCOPES)
    scope_name = serializers.CharField()
    amount = Amount()
    closes_on = serializers.DateField(allow_null=True)
    contact_name = serializers.CharField()
    note = serializers.CharField()
    created_at = Instant()
    submitted_at = Instant(allow_null=True)
    due_at = Instant(allow_null=True, help_text="When it is decided at the latest.")
    decided_at = Instant(allow_null=True)
    decision_reason = serializers.CharField()
    decision_note = serializers.CharField()
    question = serializers.CharField()
    answer = serializers.CharField()
    receipt = serializers.CharField()
    protected_until = Instant(allow_null=True)
    deal = serializers.UUIDField(source="deal_uid", allow_null=True)
    customer = CustomerTold(allow_null=True)
    conflicts = serializers.SerializerMethodField()

    @extend_schema_field(ConflictTold(many=True))
    def get_conflicts(self, registration: Registration) -> Any:
        return ConflictTold(registration.found, many=True).data  # type: ignore[attr-defined]


class DealGiven(Input):
    """What changes of an open deal."""

    title = Text(max_length=200, required=False)
    amount = Money(required=False)
    closes_on = Day(required=False, allow_null=True)
    next_step = Text(max_length=200, required=False, allow_blank=True)
    next_step_on = Day(required=False, allow_null=True)

    def validate(self, given: dict[str, Any]) -> dict[str, Any]:
        if "next_step_on" in given and "next_step" not in given:
            raise serializers.ValidationError({"next_step": [_("Say what happens on this day.")]})
        return given


class DealQuery(PageQuery):
    state = Choice(choices=_DEAL_STATES, required=False)
    partner = serializers.UUIDField(required=False)
    origin = Choice(choices=_ORIGINS, required=False)
    closed_since = Instant(required=False)


class StageGiven(Input):
    stage = Choice(choices=[(str(stage), DEAL.label(stage)) for stage in OPEN_STAGES])


class WinGiven(Input):
    amount = Money(help_text="What it was won for, in the deal's currency.")


class LossGiven(Input):
    reason = Choice(choices=_words(LOST_REASONS))
    note = Text(max_length=2000, required=False, allow_blank=True)

    def validate(self, given: dict[str, Any]) -> dict[str, Any]:
        if given["reason"] == "other" and not given.get("note"):
            raise serializers.ValidationError({"note": [_("Write the reason into the note.")]})
        return given


class DealTold(Output):
    """An opportunity that a partner works."""

    uid = serializers.UUIDField()
    version = serializers.IntegerField()
    state = serializers.ChoiceField(choices=_DEAL_STATES)
    title = serializers.CharField()
    partner = serializers.UUIDField(source="partner.uid")
    customer_name = serializers.CharField()
    city = serializers.CharField()
    origin = serializers.ChoiceField(choices=_ORIGINS)
    lead = serializers.UUIDField(source="lead_uid", allow_null=True)
    registration = serializers.UUIDField(source="registration_uid", allow_null=True)
    product_line = serializers.CharField(source="product_line.code", allow_null=True)
    amount = Amount()
    closes_on = serializers.DateField(allow_null=True)
    next_step = serializers.CharField()
    next_step_on = serializers.DateField(allow_null=True)
    seller = serializers.CharField(source="seller.name", allow_null=True)
    protected_until = Instant(allow_null=True)
    created_at = Instant()
    stage_since = Instant()
    closed_at = Instant(allow_null=True)
    close_reason = serializers.CharField()
    close_note = serializers.CharField()

"""What programs send and read of leads and offers."""

from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from fairway.core.http.api.bulk import Lines, LinesTold, LineTold, lines_of
from fairway.core.http.api.fields import (
    Amount,
    Choice,
    Country,
    Day,
    Email,
    Flag,
    Input,
    Instant,
    KeptSentence,
    Money,
    Output,
    Slug,
    Text,
    Whole,
)
from fairway.core.http.api.operations import PageQuery
from fairway.leads.models import MatchState, Offer
from fairway.leads.rules.answers import ENTRIES_MOST, STAGES
from fairway.leads.rules.states import LEAD, OFFER

_SMALL = 2**31 - 1
_LEAD_STATES = list(LEAD.labels.items())
_OFFER_STATES = list(OFFER.labels.items())


def _words(table: Any) -> list[tuple[str, str]]:
    return [(str(key), str(word)) for key, word in table.items()]


class PersonGiven(Input):
    first_name = Text(max_length=100, required=False, allow_blank=True)
    last_name = Text(max_length=100, required=False, allow_blank=True)
    job_title = Text(max_length=150, required=False, allow_blank=True)
    email = Email(max_length=254, required=False, allow_blank=True)
    phone = Text(max_length=50, required=False, allow_blank=True)
    street = Text(max_length=200, required=False, allow_blank=True)


class LeadGiven(Input):
    """One lead. The same `external_id` of the same `source` is the same lead: what differs is updated."""

    source = Text(  # type: ignore[assignment]
        max_length=60, required=False, help_text="The system it comes from; `api` by default."
    )
    external_id = Text(max_length=100, required=False, allow_blank=True)
    need = Text(max_length=200, required=False, allow_blank=True, help_text="What is wanted, in a line.")
    description = Text(max_length=10_000, required=False, allow_blank=True)
    company = Text(max_length=200, required=False, allow_blank=True)
    website = Text(max_length=200, required=False, allow_blank=True)
    industry = Text(max_length=100, required=False, allow_blank=True)
    employees = Whole(max_value=_SMALL, required=False, allow_null=True)
    country = Country(required=False)
    state_code = Text(max_length=10, required=False, allow_blank=True)
    city = Text(max_length=100, required=False, allow_blank=True)
    postal_code = Text(max_length=20, required=False, allow_blank=True)
    product_line = Text(max_length=50, required=False, help_text="A product line's code.")
    amount = Money(required=False, allow_null=True, help_text="The budget.")
    timeframe_days = Whole(max_value=_SMALL, required=False, allow_null=True, help_text="Decides within so many days.")
    source_detail = Text(max_length=200, required=False, allow_blank=True)
    campaign = Text(max_length=200, required=False, allow_blank=True)
    agreed = Flag(required=False, help_text="The person agreed to be contacted.")
    consent_text = Text(max_length=4000, required=False, allow_blank=True, help_text="What the person agreed to.")
    person = PersonGiven(required=False)

    def validate(self, given: dict[str, Any]) -> dict[str, Any]:
        person = given.get("person") or {}
        if not any([given.get("need"), given.get("company"), *person.values()]):
            raise serializers.ValidationError({"need": [_("Say what is wanted, or who it is: a company or a person.")]})
        return given


LOOK_NOW = "now"


class LeadLinesGiven(Input):
    lines = lines_of(LeadGiven)


class CaptureQuery(Input):
    look_for_duplicates = Choice(
        choices=[(LOOK_NOW, "now"), ("later", "later")], required=False,
        help_text="`now`: the answer tells earlier leads and the customer that a lead is like. Otherwise a job finds "
        "them, before it scores the lead, which takes a request half the time; `lead.found_alike` tells of them.",
    )  # fmt: skip


class KnownCustomerTold(serializers.Serializer):
    uid = serializers.UUIDField()
    state = serializers.ChoiceField(
        choices=list(MatchState.choices), help_text="`asked`: perhaps; a person has to say. `no`: a person said no."
    )
    likeness = serializers.FloatField(help_text="0 to 1")


class LeadLineTold(LineTold):
    possible_duplicate_of = serializers.UUIDField(required=False, help_text="An earlier lead that it looks like.")
    customer = KnownCustomerTold(required=False)


class LeadLinesTold(LinesTold):
    @extend_schema_field(LeadLineTold(many=True))
    def get_lines(self, made: Lines) -> list[dict[str, Any]]:
        return made.lines


class LeadChangeGiven(Input):
    """What its partner says of a lead it works. Only what is given is changed; an empty next step clears it."""

    stage = Choice(choices=_words(STAGES), required=False)
    next_step = Text(max_length=200, required=False, allow_blank=True)
    next_step_on = Day(required=False, allow_null=True)

    def validate(self, given: dict[str, Any]) -> dict[str, Any]:
        if "next_step_on" in given and "next_step" not in given:
            raise serializers.ValidationError({"next_step": [_("Say what happens on this day.")]})
        if given.get("next_step") and not given.get("next_step_on"):
            raise serializers.ValidationError({"next_step_on": [_("Say by when.")]})
        return given


class LeadQuery(PageQuery):
    state = Choice(choices=_LEAD_STATES, required=False)
    source = Text(max_length=60, required=False)  # type: ignore[assignment]
    external_id = Text(max_length=100, required=False)
    captured_since = Instant(required=False)
    captured_before = Instant(required=False)
    partner = serializers.UUIDField(required=False)


class PersonTold(serializers.Serializer):
    first_name = serializers.CharField()
    last_name = serializers.CharField()
    job_title = serializers.CharField()
    email = serializers.CharField()
    phone = serializers.CharField()
    street = serializers.CharField()


class ScoreTold(serializers.Serializer):
    points = serializers.IntegerField()
    band = serializers.CharField()


class LeadTold(Output):
    """A lead. Where it came from, its score and why it waits are told to the vendor's staff only."""

    staff_only = frozenset(
        {
            "external_id",
            "source",
            "source_detail",
            "campaign",
            "waiting_because",
            "score",
            "possible_duplicate_of",
            "customer",
        }
    )

    uid = serializers.UUIDField()
    version = serializers.IntegerField()
    state = serializers.ChoiceField(choices=_LEAD_STATES)
    external_id = serializers.CharField()
    source = serializers.CharField()  # type: ignore[assignment]
    source_detail = serializers.CharField()
    campaign = serializers.CharField()
    need = serializers.CharField(source="title")
    description = serializers.CharField()
    company = serializers.CharField()
    domain = serializers.CharField(source="domain_key")
    industry = serializers.CharField()
    employees = serializers.IntegerField(allow_null=True)
    country = serializers.CharField()
    state_code = serializers.CharField()
    city = serializers.CharField()
    postal_code = serializers.CharField()
    product_line = serializers.CharField(source="product_line_code", allow_null=True)
    amount = Amount()
    timeframe_days = serializers.IntegerField(allow_null=True)
    captured_at = Instant()
    consented_at = Instant(allow_null=True)
    waiting_because = KeptSentence()
    score = serializers.SerializerMethodField()
    possible_duplicate_of = serializers.SerializerMethodField()
    customer = serializers.SerializerMethodField(help_text="The existing customer that it is of, or perhaps of.")
    partner = serializers.UUIDField(source="partner_uid", allow_null=True, help_text="Who has it.")
    seller = serializers.CharField(source="seller_name", allow_null=True)
    stage = serializers.CharField()
    next_step = serializers.CharField()
    next_step_on = serializers.DateField(allow_null=True)
    accepted_at = Instant(allow_null=True)
    touches = serializers.IntegerField()
    first_touch_at = Instant(allow_null=True)
    last_touch_at = Instant(allow_null=True)
    touch_due_at = Instant(allow_null=True, help_text="By when the first contact is expected.")
    rated_at = Instant(allow_null=True, help_text="When its partner said how good it is.")
    silent_since = Instant(allow_null=True, help_text="Without a contact for longer than the rules allow.")
    silence_due_at = Instant(allow_null=True, help_text="When the next thing happens to a lead without a contact.")
    closed_at = Instant(allow_null=True)
    close_reason = serializers.CharField()
    person = serializers.SerializerMethodField()

    @extend_schema_field(ScoreTold(allow_null=True))
    def get_score(self, lead: dict[str, Any]) -> Any:
        return lead["score"]

    @extend_schema_field(serializers.UUIDField(allow_null=True))
    def get_possible_duplicate_of(self, lead: dict[str, Any]) -> Any:
        return lead["extra"].get("possible_duplicate_of")

    @extend_schema_field(KnownCustomerTold(allow_null=True))
    def get_customer(self, lead: dict[str, Any]) -> Any:
        return lead["customer"]

    @extend_schema_field(PersonTold(allow_null=True))
    def get_person(self, lead: dict[str, Any]) -> Any:
        return lead["person"]


class OfferQuery(PageQuery):
    state = Choice(choices=_OFFER_STATES, required=False)
    partner = serializers.UUIDField(required=False)
    offered_since = Instant(required=False)


class DeclineGiven(Input):
    quality = serializers.ListField(
        child=Slug(max_length=40),
        min_length=1,
        max_length=ENTRIES_MOST,
        help_text="What is true of it: codes of the list `quality` that are asked on declining.",
    )
    note = Text(max_length=1000, required=False, allow_blank=True)


class RecallGiven(Input):
    code = Text(max_length=40, required=False, help_text="Of the list of reasons; other by default.")
    reason = Text(max_length=200, required=False, allow_blank=True, help_text="The partner reads it. Needed for other.")
    then_route = Flag(required=False, help_text="Whether the rules find the next partner; true by default.")


class OfferTold(Output):
    """A lead offered to a partner: its brief, until `lapses_at`. The person is told after acceptance, in the lead."""

    uid = serializers.UUIDField()
    version = serializers.IntegerField()
    state = serializers.ChoiceField(choices=_OFFER_STATES)
    partner = serializers.UUIDField(source="partner.uid")
    lead = serializers.SerializerMethodField(help_text="For the partner: once it has accepted.")
    title = serializers.CharField()
    place = serializers.CharField()
    brief = serializers.DictField()
    amount = Amount()
    offered_at = Instant()
    lapses_at = Instant()
    answered_at = Instant(allow_null=True)
    answered_by = serializers.CharField(source="answered_by.name", allow_null=True)
    quality = serializers.ListField(child=serializers.CharField())
    answer_note = serializers.CharField()
    recall_reason = KeptSentence()

    @extend_schema_field(serializers.UUIDField(allow_null=True))
    def get_lead(self, offer: Offer) -> Any:
        return getattr(offer, "lead_uid", None)

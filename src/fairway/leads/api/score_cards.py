"""Score cards as documents: their versions, a draft that is replaced, published now or from a day, discarded.

A card has one family through all its versions. A change goes to the draft, which begins as what is published.
"""

from typing import Any, cast
from uuid import UUID

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework import serializers

from fairway.core.http.api.bulk import lines_of
from fairway.core.http.api.conditions import PlainObject
from fairway.core.http.api.fields import Choice, Input, Instant, Output, Text, Whole
from fairway.core.http.api.operations import Call, PageQuery, Resource, operation
from fairway.core.http.api.problems import Conflict, Unprocessable
from fairway.core.http.api.shapes import listing, making, reading
from fairway.core.refusals import Refused
from fairway.leads.actions.score_cards import (
    CONTENT,
    add_card,
    content_of,
    discard_card,
    edit_card,
    publish_score_card,
    retire_card,
)
from fairway.leads.api.policies import STATES, rules_read, version_of
from fairway.leads.conditions import subjects_of_vendor
from fairway.leads.models import PolicyState, ScoreCard
from fairway.leads.rules.editing import with_uids
from fairway.leads.rules.scoring import (
    CATEGORIES_MOST,
    HALF_LIFE_MOST,
    POINTS_MOST,
    RULES_MOST,
    TOTAL_MOST,
    PolicyError,
    parse_card,
)

_READ, _EDIT = "lead.read", "scoring.edit"
_BANDS_MOST, _PLACE_MOST = 20, 1_000_000
_SCOPE = ("name", "place", "applies_to")


class ScoreRuleGiven(Input):
    uid = Text(max_length=60, required=False, help_text="The same uid is the same rule in all versions.")
    name = Text(max_length=200)
    when = PlainObject(help_text="About the lead, of what is known when it comes in.")
    points = Whole(min_value=-POINTS_MOST, max_value=POINTS_MOST)
    category = Text(max_length=30, required=False, allow_blank=True)


class BandGiven(Input):
    name = Text(max_length=30)
    at_least = Whole(min_value=-TOTAL_MOST, max_value=TOTAL_MOST)


class CategoryGiven(Input):
    """Rules of one kind together."""

    name = Text(max_length=30)
    cap = Whole(min_value=1, max_value=TOTAL_MOST, required=False, allow_null=True)
    half_life_days = Whole(min_value=1, max_value=HALF_LIFE_MOST, required=False, allow_null=True)


class CardGiven(Input):
    name = Text(max_length=60)
    applies_to = PlainObject(help_text="For which leads the card is.")


class CardChangeGiven(Input):
    """What is given is replaced as a whole. Name, place and leads of the default card stay as they are."""

    name = Text(max_length=60, required=False)
    place = Whole(max_value=_PLACE_MOST, required=False, help_text="Cards are asked in this order.")
    applies_to = PlainObject(required=False)
    rules = lines_of(ScoreRuleGiven, RULES_MOST, required=False)
    bands = serializers.ListField(child=BandGiven(), min_length=1, max_length=_BANDS_MOST, required=False)
    categories = serializers.ListField(child=CategoryGiven(), max_length=CATEGORIES_MOST, required=False)
    most = Whole(min_value=1, max_value=TOTAL_MOST, required=False, allow_null=True, help_text="The card's cap.")


class CardPublicationGiven(Input):
    effective_at = Instant(required=False, help_text="From when leads go by it; from now on, when it is left out.")


class CardQuery(PageQuery):
    state = Choice(choices=STATES, required=False)
    family = Text(max_length=20, required=False)


class CardTold(Output):
    """A version of a score card; `default` is the family for all leads that no other card is for."""

    uid = serializers.UUIDField()
    version = serializers.SerializerMethodField(help_text="Changes with what the card says.")
    family = serializers.CharField()
    number = serializers.IntegerField()
    state = serializers.ChoiceField(choices=STATES)
    name = serializers.CharField()
    place = serializers.IntegerField()
    applies_to = serializers.DictField()
    rules = serializers.ListField(child=serializers.DictField())
    bands = serializers.ListField(child=serializers.DictField())
    categories = serializers.ListField(child=serializers.DictField())
    most = serializers.IntegerField(allow_null=True)
    effective_at = Instant(allow_null=True)
    published_at = Instant(allow_null=True)
    published_by = serializers.CharField(source="published_by.name", allow_null=True)

    def get_version(self, card: ScoreCard) -> int:
        return cast(int, _versioned(card).version)  # type: ignore[attr-defined]


def _versioned(card: ScoreCard) -> ScoreCard:
    card.version = version_of({**content_of(card), "rules": with_uids(card.rules)})  # type: ignore[attr-defined]
    return card


def _rows(call: Call) -> QuerySet[ScoreCard]:
    asked = {name: call.query[name] for name in ("state", "family") if name in call.query}
    return ScoreCard.objects.filter(**asked).select_related("published_by")


def found(call: Call, uid: UUID) -> ScoreCard:
    return _versioned(get_object_or_404(ScoreCard.objects.select_related("published_by"), uid=uid))


def _guarded(call: Call, uid: UUID) -> ScoreCard:
    card = found(call, uid)
    call.expect(card.version)  # type: ignore[attr-defined]
    return card


def _added(call: Call) -> ScoreCard:
    try:
        return add_card(**call.data, actor=call.member, at=call.at)
    except PolicyError as error:
        raise Unprocessable({"applies_to": [error.problem]}) from None


def _read(call: Call, before: dict[str, Any]) -> dict[str, Any]:
    """What is given, read against what the card says else. Raises Unprocessable, for rules one by one."""
    given = dict(call.data)
    whole = {**before, **given}
    subject = subjects_of_vendor(call.member.seat.vendor_currency if call.member.seat else "USD").lead

    def parse(rules: Any) -> Any:
        more = {"categories": whole.get("categories", ()), "most": whole.get("most")}
        return parse_card(rules, whole["bands"], subject, **more)

    try:
        parse([])
    except PolicyError as error:
        raise Unprocessable({"categories" if "categories" in given else "bands": [str(error)]}) from None
    if "rules" in given:
        given["rules"] = rules_read(given["rules"], ScoreRuleGiven, parse)
    return given


def _changed(call: Call, card: ScoreCard) -> ScoreCard:
    if card.family == ScoreCard.DEFAULT and any(name in call.data for name in _SCOPE):
        raise Refused(_("This card is for every lead that no other card is for."))

    def change(before: dict[str, Any]) -> dict[str, Any]:
        # Here the card is locked, so that of two who change it one is told.
        call.expect(version_of({**{name: getattr(card, name) for name in CONTENT}, **before}))
        return _read(call, before)

    try:
        return edit_card(actor=call.member, at=call.at, family=card.family, change=change)
    except PolicyError as error:
        raise Unprocessable({"applies_to" if "applies_to" in call.data else "rules": [str(error)]}) from None


class ScoreCards(Resource):
    tag = "scoring"
    get = listing(
        "list_score_cards", gettext_lazy("List score cards"), permission=_READ, rows=_rows, asks=CardQuery,
        gives=CardTold, help=gettext_lazy("All versions, the latest first. What was published stays for ever."),
    )  # fmt: skip
    post = making(
        "add_score_card", gettext_lazy("Add a score card"), permission=_EDIT, by=_added, found=found, takes=CardGiven,
        gives=CardTold, help=gettext_lazy("As a draft that begins as the default card."),
    )  # fmt: skip


class ScoreCardDetail(Resource):
    tag = "scoring"
    get = reading("read_score_card", gettext_lazy("Read a score card"), permission=_READ, found=found, gives=CardTold)

    @operation(
        "change_score_card", gettext_lazy("Change the draft of a score card"), permission=_EDIT,
        takes=CardChangeGiven, gives=CardTold, has_version=True,
        help=gettext_lazy("Answers with the draft. What is wrong is said rule by rule, and then nothing is changed."),
    )  # fmt: skip
    def patch(self, call: Call, uid: UUID) -> ScoreCard:
        card = found(call, uid)
        if card.state == PolicyState.RETIRED:
            raise Conflict(_("This version is retired. Change the one that is published."))
        drafts = ScoreCard.objects.filter(family=card.family, state=PolicyState.DRAFT)
        if card.state != PolicyState.DRAFT and drafts.exists():
            raise Conflict(_("This card has a draft. Change the draft."))
        return found(call, _changed(call, card).uid)


class ScoreCardPublication(Resource):
    tag = "scoring"

    @operation(
        "publish_score_card", gettext_lazy("Publish the draft of a score card"), permission=_EDIT,
        takes=CardPublicationGiven, gives=CardTold, has_version=True, is_guarded=True,
        help=gettext_lazy("Now, or from a later instant on."),
    )  # fmt: skip
    def post(self, call: Call, uid: UUID) -> ScoreCard:
        card = _guarded(call, uid)
        publish_score_card(card=card, **call.data, actor=call.member, at=call.at)
        return found(call, uid)


class ScoreCardDiscarding(Resource):
    tag = "scoring"

    @operation(
        "discard_score_card", gettext_lazy("Discard the draft of a score card"), permission=_EDIT, gives=CardTold,
        has_version=True, is_guarded=True, help=gettext_lazy("Or call off a version that is to come into force."),
    )  # fmt: skip
    def post(self, call: Call, uid: UUID) -> ScoreCard:
        card = _guarded(call, uid)
        discard_card(card=card, actor=call.member, at=call.at)
        return card


class ScoreCardRetirement(Resource):
    tag = "scoring"

    @operation(
        "retire_score_card", gettext_lazy("Take a score card out of use"), permission=_EDIT, gives=CardTold,
        has_version=True, help=gettext_lazy("Its leads go by the next card that fits; scores that it gave stay."),
    )  # fmt: skip
    def post(self, call: Call, uid: UUID) -> ScoreCard:
        card = found(call, uid)
        retire_card(family=card.family, actor=call.member, at=call.at)
        return card

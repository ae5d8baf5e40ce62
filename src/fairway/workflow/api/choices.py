"""One's own notification settings, for programs."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from fairway.core.http.api.fields import Choice, Input, Output, Whole
from fairway.core.http.api.operations import Call, Resource, operation
from fairway.core.http.api.problems import Unprocessable
from fairway.core.refusals import Refused
from fairway.workflow.actions.choices import choose
from fairway.workflow.queries.choices import Chosen, chosen_by, kinds_for
from fairway.workflow.rules.digests import DAYS
from fairway.workflow.rules.notices import WAYS

_WAYS = [(way, way) for way in WAYS]
_DAYS = [(days, days) for days in DAYS]


class KindTold(serializers.Serializer):
    kind = serializers.CharField()
    noun = serializers.CharField(help_text="What it is about.")
    title = serializers.CharField()
    way = serializers.ChoiceField(choices=_WAYS)
    is_always = serializers.BooleanField(help_text="It comes by mail, and cannot be switched off.")


class ChosenTold(Output):
    kinds = serializers.SerializerMethodField()
    digest_days = serializers.ChoiceField(choices=_DAYS)
    digest_minute = serializers.IntegerField(help_text="Minutes after midnight, in the person's time zone.")

    @extend_schema_field(KindTold(many=True))
    def get_kinds(self, chosen: Chosen) -> list[dict[str, Any]]:
        member = self.context["member"]
        return [
            {
                "kind": kind.name, "noun": kind.noun, "title": str(kind.label), "way": chosen.ways[kind.name],
                "is_always": kind.is_always,
            }
            for kind in kinds_for(member.role)
        ]  # fmt: skip


class _Ways(serializers.DictField):
    """Kind → way."""

    child = Choice(choices=_WAYS)


class ChosenGiven(Input):
    ways = _Ways(required=False, help_text="Kind → way; a kind that is not named stays as it is.")
    digest_days = Choice(choices=_DAYS, required=False)
    digest_minute = Whole(required=False, max_value=24 * 60 - 1, help_text="Minutes after midnight.")


class OwnNotices(Resource):
    tag = "me"

    @operation("read_own_notices", _("Own notification settings"), permission="view.save", gives=ChosenTold)
    def get(self, call: Call) -> Chosen:
        return chosen_by(call.member)

    @operation(
        "change_own_notices", _("Change own notification settings"), permission="view.save", takes=ChosenGiven,
        gives=ChosenTold, can_refuse=True, help=_("Ways are `mail`, `digest`, `bell` and `off`."),
    )  # fmt: skip
    def patch(self, call: Call) -> Chosen:
        given = {"ways": {}, **call.data}
        try:
            return choose(**given, actor=call.member, at=call.at)
        except Refused as refused:
            raise Unprocessable({refused.field or "ways": [str(refused)]}) from None

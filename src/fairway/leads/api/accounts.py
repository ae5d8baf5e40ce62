"""Named accounts and trigger levels for programs."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from fairway.catalog.api.products import line_named
from fairway.core.http.api.fields import Country, Input, Output, Text, Whole
from fairway.core.http.api.operations import Call, Resource, operation
from fairway.core.http.api.problems import Unprocessable
from fairway.core.http.api.shapes import deed, listing, making
from fairway.leads.actions.accounts import (
    LINES_MOST,
    AccountLine,
    partner_named,
    remove_account,
    remove_level,
    save_account,
    save_level,
    send_accounts,
)
from fairway.leads.models import NamedAccount, TriggerLevel
from fairway.leads.rules.levels import POINTS_MOST

_READ, _EDIT = "lead.read", "routing.edit"


class AccountGiven(Input):
    """The same company again changes whose it is."""

    name = Text(max_length=200)
    domain = Text(max_length=200, required=False, allow_blank=True)
    partner = Text(max_length=200, help_text="Name or external id.")


class AccountTold(Output):
    uid = serializers.UUIDField()
    name = serializers.CharField()
    domain = serializers.CharField(source="domain_key")
    partner = serializers.UUIDField(source="partner.uid")


def _accounts(call: Call) -> QuerySet[NamedAccount]:
    return NamedAccount.objects.select_related("partner")


def _account(call: Call, uid: UUID) -> NamedAccount:
    return get_object_or_404(_accounts(call), uid=uid)


def _save_account(call: Call) -> NamedAccount:
    partner = partner_named(call.data["partner"])
    if partner is None:
        raise Unprocessable({"partner": [gettext("No single partner is called so.")]})
    return save_account(
        account=None, name=call.data["name"], domain=call.data.get("domain", ""), partner=partner,
        actor=call.member, at=call.at,
    )  # fmt: skip


class Accounts(Resource):
    tag = "routing"
    get = listing("list_named_accounts", _("List named accounts"), permission=_READ, rows=_accounts, gives=AccountTold)
    post = making(
        "keep_named_account", _("Keep a named account"), permission=_EDIT, by=_save_account, found=_account,
        takes=AccountGiven, gives=AccountTold,
    )  # fmt: skip


class AccountRemoval(Resource):
    tag = "routing"
    post = deed(
        "remove_named_account", _("Remove a named account"), permission=_EDIT, found=_account, by=remove_account,
        gives=AccountTold, row="account", is_last=True,
    )  # fmt: skip


class AccountLineGiven(Input):
    name = Text(max_length=200)
    domain = Text(max_length=200, required=False, allow_blank=True)
    partner = Text(max_length=200, help_text="Name or external id.")


class AccountLinesGiven(Input):
    lines = serializers.ListField(child=AccountLineGiven(), min_length=1, max_length=LINES_MOST)


class AccountProblemTold(serializers.Serializer):
    line = serializers.IntegerField(help_text="From 1.")
    problem = serializers.CharField()


class AccountLinesTold(Output):
    kept = serializers.IntegerField()
    problems = AccountProblemTold(many=True)


class AccountLines(Resource):
    tag = "routing"

    @operation(
        "send_named_accounts", _("Keep many named accounts"), permission=_EDIT, takes=AccountLinesGiven,
        gives=AccountLinesTold, help=_("The good lines are kept; of the others it is said what is wrong."),
    )  # fmt: skip
    def post(self, call: Call) -> dict[str, Any]:
        lines = [AccountLine(each["name"], each.get("domain", ""), each["partner"]) for each in call.data["lines"]]
        kept, problems = send_accounts(lines=lines, actor=call.member, at=call.at)
        return {"kept": kept, "problems": [{"line": line, "problem": problem} for line, problem in problems]}


class LevelGiven(Input):
    """What is not given takes all. The same line, place and category again changes the points."""

    product_line = Text(max_length=50, required=False, allow_null=True, help_text="A product line's code.")
    country = Country(required=False)
    state_code = Text(max_length=10, required=False, allow_blank=True)
    category = Text(max_length=30, required=False, allow_blank=True, help_text="Of the score cards: the skill asked.")
    credential = Text(max_length=60, required=False, allow_blank=True, help_text="The code of one that partners hold.")
    at_least = Whole(min_value=-POINTS_MOST, max_value=POINTS_MOST)


class LevelTold(Output):
    uid = serializers.UUIDField()
    product_line = serializers.CharField(source="product_line.code", allow_null=True, default=None)
    country = serializers.CharField()
    state_code = serializers.CharField()
    category = serializers.CharField()
    credential = serializers.CharField()
    at_least = serializers.IntegerField()


def _levels(call: Call) -> QuerySet[TriggerLevel]:
    return TriggerLevel.objects.select_related("product_line")


def _level(call: Call, uid: UUID) -> TriggerLevel:
    return get_object_or_404(_levels(call), uid=uid)


def _save_level(call: Call) -> TriggerLevel:
    given = dict(call.data)
    given["product_line"] = line_named(given["product_line"]) if given.get("product_line") else None
    return save_level(level=None, actor=call.member, at=call.at, **given)


class Levels(Resource):
    tag = "routing"
    get = listing("list_trigger_levels", _("List trigger levels"), permission=_READ, rows=_levels, gives=LevelTold)
    post = making(
        "keep_trigger_level", _("Keep a trigger level"), permission=_EDIT, by=_save_level, found=_level,
        takes=LevelGiven, gives=LevelTold,
    )  # fmt: skip


class LevelRemoval(Resource):
    tag = "routing"
    post = deed(
        "remove_trigger_level", _("Remove a trigger level"), permission=_EDIT, found=_level, by=remove_level,
        gives=LevelTold, row="level", is_last=True,
    )  # fmt: skip

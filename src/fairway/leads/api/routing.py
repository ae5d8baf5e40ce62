"""The routing rules as one document: read what is live and the draft, replace the draft, publish it, discard it."""

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework import serializers

from fairway.core.http.api.bulk import lines_of
from fairway.core.http.api.conditions import PlainObject
from fairway.core.http.api.fields import Choice, Input, Number, Output, Text, Whole
from fairway.core.http.api.operations import Call, Resource, operation
from fairway.core.http.api.problems import Unprocessable
from fairway.core.http.api.shapes import listing
from fairway.core.tenancy.models import Partner
from fairway.leads.actions.policies import discard_draft, edit_routing_draft, publish_routing_policy
from fairway.leads.api.policies import PolicyVersion, RulesVersionTold, draft_of, rules_read, version_of
from fairway.leads.conditions import VendorSubjects, subjects_of_vendor
from fairway.leads.models import RoutingPolicy
from fairway.leads.queries.policies import Versions, versions_of
from fairway.leads.queries.pools import pool_names
from fairway.leads.rules.routing import (
    ACTIONS,
    HOURS_MOST,
    KM_MOST,
    MATCHES,
    PARTNERS_MOST,
    PARTS,
    RULES_MOST,
    STRATEGIES,
    parse_rules,
)

_READ, _EDIT = "lead.read", "routing.edit"
_KINDS = [(kind, str(word)) for kind, word in ACTIONS.items()]
_MATCHES = [(name, str(word)) for name, word in MATCHES.items()]


class _Weights(serializers.DictField):
    """Part → weight from 0 to 100."""

    child = Number(min_value=0, max_value=100)

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, dict) and set(data) - set(PARTS):
            known = {"known": ", ".join(PARTS)}
            raise serializers.ValidationError(_("Weights are of: %(known)s.") % known)
        return super().to_internal_value(data)


class RoutingActionGiven(Input):
    """Who gets the lead: the best of those who fit, a partner that is named, the one who knows it, or a person."""

    kind = Choice(choices=_KINDS)
    strategy = Choice(
        choices=[(name, name) for name in STRATEGIES], required=False, help_text="For `best`: how it is found."
    )
    weights = _Weights(required=False, help_text="For `best`: how much each part counts.")
    max_km = Number(min_value=1, max_value=KM_MOST, required=False, allow_null=True, help_text="For `best`.")
    partner = serializers.UUIDField(required=False, help_text="For `named`.")
    pool = serializers.UUIDField(required=False, help_text="For `pool`; its rule says nothing in `who`.")


class RoutingRuleGiven(Input):
    """The first rule whose `when` holds decides."""

    uid = Text(max_length=60, required=False, help_text="The same uid is the same rule in all versions.")
    name = Text(max_length=200, allow_blank=True)
    when = PlainObject(help_text="About the lead; {} is every lead.")
    who = PlainObject(required=False, help_text="About the partner; {} is every partner.")
    match = serializers.ListField(
        child=Choice(choices=_MATCHES), required=False, max_length=len(_MATCHES), help_text="What both must share."
    )
    action = RoutingActionGiven()
    limit_hours = Number(min_value=0.25, max_value=HOURS_MOST, help_text="Business hours to answer in.")
    partners_at_most = Whole(min_value=1, max_value=PARTNERS_MOST, help_text="Asked one after the other.")


class RoutingRulesGiven(Input):
    rules = lines_of(RoutingRuleGiven, RULES_MOST)


class RoutingTold(Output):
    version = serializers.IntegerField(help_text="Changes with every change of the draft, and when it is published.")
    live = PolicyVersion(allow_null=True)
    draft = PolicyVersion(allow_null=True)


def _subjects(call: Call) -> VendorSubjects:
    return subjects_of_vendor(call.member.seat.vendor_currency if call.member.seat else "USD")


def _versions() -> Versions[RoutingPolicy]:
    return versions_of(RoutingPolicy)


def _now(versions: Versions[RoutingPolicy]) -> dict[str, Any]:
    return {"version": _version(versions), "live": versions.live, "draft": versions.draft}


def _version(versions: Versions[RoutingPolicy]) -> int:
    live, draft = versions.live, versions.draft
    return version_of(live.number if live else 0, draft.number if draft else 0, versions.rules)


def _named_are_there(rules: list[dict[str, Any]]) -> None:
    """Raise Unprocessable for rules that name a partner or a pool that is not there."""
    named = {n: rule["action"].get("partner", "") for n, rule in enumerate(rules) if rule["action"]["kind"] == "named"}
    there = Partner.objects.filter(uid__in=[uid for uid in named.values() if uid]).values_list("uid", flat=True)
    known = {str(uid) for uid in there}
    missing = {f"{n}.action.partner": [_("There is no such partner.")] for n, uid in named.items() if uid not in known}
    pools = pool_names()
    into = {n: rule["action"].get("pool", "") for n, rule in enumerate(rules) if rule["action"]["kind"] == "pool"}
    missing |= {f"{n}.action.pool": [_("There is no such pool.")] for n, uid in into.items() if uid not in pools}
    if missing:
        raise Unprocessable({"rules": missing})


class Routing(Resource):
    tag = "routing"

    @operation(
        "read_routing", gettext_lazy("Read the routing rules"), permission=_READ, gives=RoutingTold, has_version=True,
        help=gettext_lazy("Those that leads go by, and the draft."),
    )  # fmt: skip
    def get(self, call: Call) -> dict[str, Any]:
        return _now(_versions())

    @operation(
        "change_routing", gettext_lazy("Replace the draft of the routing rules"), permission=_EDIT,
        takes=RoutingRulesGiven, gives=RoutingTold, has_version=True,
        help=gettext_lazy("All rules in their order. What is wrong is said rule by rule, and then nothing is changed."),
    )  # fmt: skip
    def patch(self, call: Call) -> dict[str, Any]:
        subjects = _subjects(call)

        def parse(rules: Any) -> Any:
            return parse_rules(rules, subjects.lead, subjects.partner)

        rules = rules_read(call.data["rules"], RoutingRuleGiven, parse)
        _named_are_there(rules)

        def replaced(_before: Any) -> list[dict[str, Any]]:
            # Here the rules are locked, so that of two who replace them one is told.
            call.expect(_version(_versions()))
            return rules

        edit_routing_draft(actor=call.member, at=call.at, edit=replaced)
        return _now(_versions())


class RoutingPublication(Resource):
    tag = "routing"

    @operation(
        "publish_routing", gettext_lazy("Publish the draft of the routing rules"), permission=_EDIT, gives=RoutingTold,
        has_version=True, is_guarded=True, help=gettext_lazy("New leads go by them from now on."),
    )  # fmt: skip
    def post(self, call: Call) -> dict[str, Any]:
        versions = _versions()
        call.expect(_version(versions))
        publish_routing_policy(policy=draft_of(versions), actor=call.member, at=call.at)
        return _now(_versions())


class RoutingDiscarding(Resource):
    tag = "routing"

    @operation(
        "discard_routing", gettext_lazy("Discard the draft of the routing rules"), permission=_EDIT, gives=RoutingTold,
        has_version=True, is_guarded=True,
    )  # fmt: skip
    def post(self, call: Call) -> dict[str, Any]:
        versions = _versions()
        call.expect(_version(versions))
        discard_draft(draft=draft_of(versions), actor=call.member, at=call.at)
        return _now(_versions())


def _all(call: Call) -> QuerySet[RoutingPolicy]:
    return RoutingPolicy.objects.select_related("published_by")


class RoutingVersions(Resource):
    tag = "routing"
    get = listing(
        "list_routing_versions", gettext_lazy("List the versions of the routing rules"), permission=_READ, rows=_all,
        gives=RulesVersionTold, help=gettext_lazy("The latest first. What was published stays for ever."),
    )  # fmt: skip

"""Score card and routing rules as their pages show them: live, draft, and what differs."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Generic, TypeVar

from django.db.models import Count
from django.utils.translation import gettext as _

from fairway.core.conditions import Condition, parse, sentence
from fairway.core.conditions.parse import ConditionError
from fairway.core.tenancy.models import Partner
from fairway.leads.conditions import VendorSubjects
from fairway.leads.models import Lead, LeadScore, PolicyState, RoutingDecision, RoutingPolicy, ScoreCard
from fairway.leads.queries.pools import pool_names
from fairway.leads.rules.editing import differences, with_uids
from fairway.leads.rules.routing import Part, Rule, parse_rules, sentence_of

COUNTED_DAYS = 30
BANDS_OF = 1000
Policy = TypeVar("Policy", RoutingPolicy, ScoreCard)


@dataclass(frozen=True, slots=True)
class Versions(Generic[Policy]):
    """What is published and what is being edited; `rules` are the draft's, else the live ones, with uids."""

    live: Policy | None
    draft: Policy | None
    rules: list[dict[str, Any]]
    live_rules: list[dict[str, Any]]

    @property
    def changes(self) -> int:
        return differences(self.rules, self.live_rules) if self.draft else 0


def versions_of(model: type[Policy]) -> Versions[Policy]:
    """One query."""
    rows = {
        row.state: row
        for row in model.objects.filter(state__in=[PolicyState.DRAFT, PolicyState.PUBLISHED])
        .select_related("published_by")
        .order_by("pk")
    }
    live, draft = rows.get(PolicyState.PUBLISHED), rows.get(PolicyState.DRAFT)
    live_rules = with_uids(live.rules) if live else []
    return Versions(live, draft, with_uids(draft.rules) if draft else live_rules, live_rules)


@dataclass(frozen=True, slots=True)
class RuleLine:
    """One rule of a page. `parts` are (text, is value, is changed); `count` is how many leads it took."""

    number: int
    uid: str
    name: str
    parts: list[tuple[str, bool, bool]]
    count: int
    is_changed: bool
    points: int = 0
    category: str = ""


def routing_lines(versions: Versions[RoutingPolicy], subjects: VendorSubjects, at: datetime) -> list[RuleLine]:
    names = partner_names(versions.rules) | pool_names()
    live = _sentences(versions.live_rules, subjects, names)
    before = {rule["uid"]: rule for rule in versions.live_rules}
    counts = routed_counts(at)
    said = _sentences(versions.rules, subjects, names)
    return [
        RuleLine(
            number=number,
            uid=rule["uid"],
            name=rule.get("name", ""),
            parts=_marked(said[rule["uid"]], live.get(rule["uid"]), versions.draft is not None),
            count=counts[rule["uid"]],
            is_changed=versions.draft is not None and before.get(rule["uid"]) != rule,
        )
        for number, rule in enumerate(versions.rules, start=1)
    ]


def rules_of(rules: list[dict[str, Any]], subjects: VendorSubjects) -> tuple[Rule, ...]:
    return parse_rules(rules, subjects.lead, subjects.partner, strict=False)


def _sentences(rules: list[dict[str, Any]], subjects: VendorSubjects, names: dict[str, str]) -> dict[str, list[Part]]:
    return {
        rule.uid: sentence_of(rule, names.get(rule.action.partner or rule.action.pool, ""))
        for rule in rules_of(rules, subjects)
    }


def _marked(parts: list[Part], live: list[Part] | None, is_draft: bool) -> list[tuple[str, bool, bool]]:
    """A value is changed when the live sentence does not have it; in a new rule all are."""
    known = {text for text, is_value in live or [] if is_value}
    return [(text, is_value, is_draft and is_value and text not in known) for text, is_value in parts]


def partner_names(rules: list[dict[str, Any]]) -> dict[str, str]:
    """Uid → name of the partners that rules name."""
    uids = {rule["action"]["partner"] for rule in rules if rule.get("action", {}).get("kind") == "named"}
    if not uids:
        return {}
    return {str(uid): name for uid, name in Partner.objects.filter(uid__in=uids).values_list("uid", "name")}


def routed_counts(at: datetime) -> Counter[str]:
    """Uid of a rule → leads it decided in the last thirty days, over all versions of the policy."""
    since = at - timedelta(days=COUNTED_DAYS)
    recent = RoutingDecision.objects.filter(decided_at__gt=since, decided_at__lte=at, policy__isnull=False)
    counted = recent.values_list("policy_id", "rule_number").annotate(n=Count("lead", distinct=True)).order_by()
    rows = list(counted)
    policies = dict(RoutingPolicy.objects.filter(pk__in={row[0] for row in rows}).values_list("pk", "rules"))
    counts: Counter[str] = Counter()
    for policy_id, number, count in rows:
        rules = with_uids(policies[policy_id])
        if number and number <= len(rules):
            counts[rules[number - 1]["uid"]] += count
    return counts


def score_lines(versions: Versions[ScoreCard], subjects: VendorSubjects) -> list[RuleLine]:
    before = {rule["uid"]: rule for rule in versions.live_rules}
    lines = []
    for number, rule in enumerate(versions.rules, start=1):
        live = before.get(rule["uid"])
        said = _condition_parts(rule, subjects)
        known = _condition_parts(live, subjects) if live else None
        lines.append(
            RuleLine(
                number=number,
                uid=rule["uid"],
                name=rule.get("name", ""),
                parts=_marked(said, known, versions.draft is not None),
                count=0,
                is_changed=versions.draft is not None and live != rule,
                points=rule.get("points", 0),
                category=rule.get("category", ""),
            )
        )
    return lines


def _condition_parts(rule: dict[str, Any], subjects: VendorSubjects) -> list[Part]:
    condition = condition_of(rule.get("when"), subjects)
    return sentence(condition) if condition else []


def condition_of(data: Any, subjects: VendorSubjects) -> Condition | None:
    """A stored condition on a lead, or None when it can no longer be read."""
    try:
        return parse(subjects.lead, data, check_choices=False)
    except ConditionError:
        return None


def band_counts() -> Counter[str]:
    """How many of the latest leads are in which band."""
    latest = Lead.objects.order_by("-captured_at", "-id").values_list("pk", flat=True)[:BANDS_OF]
    scores = LeadScore.objects.filter(lead_id__in=latest).order_by()
    return Counter(dict(scores.values_list("band").annotate(n=Count("pk"))))


def routing_rule_names() -> dict[str, str]:
    """Uid → “1: Named accounts” of the published routing rules, in order."""
    rules = RoutingPolicy.objects.filter(state=PolicyState.PUBLISHED).values_list("rules", flat=True).first() or []
    return {
        str(rule.get("uid") or number): _("Rule %(n)d") % {"n": number}
        + (f": {rule['name']}" if rule.get("name") else "")
        for number, rule in enumerate(rules, start=1)
    }

"""Why this partner, and why not that one: a routing decision made readable."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from fairway.core.http.format import money
from fairway.core.tenancy.models import Partner, PartnerState
from fairway.core.told import tell, told_of
from fairway.leads.conditions import subjects_of_vendor
from fairway.leads.models import Lead, RoutingDecision
from fairway.leads.queries.pools import pool_names
from fairway.leads.rules.candidates import DAY, HALF_FIT_KM, TURN_DAYS, UNKNOWN_FIT
from fairway.leads.rules.candidates import DECIDED as CODES
from fairway.leads.rules.routing import Part, Rule, excluded_text, parse_rules, sentence_of
from fairway.leads.rules.scoring import PolicyError

DECIDED: dict[str, Any] = {
    "offered": gettext_lazy("Offered"),
    "no_room": gettext_lazy("No room left"),
    "had_before": gettext_lazy("Had it before"),
    "less_distance": gettext_lazy("Further away"),
    "less_record": gettext_lazy("Accepts fewer offers"),
    "less_room": gettext_lazy("Less room"),
    "less_turn": gettext_lazy("Had a lead more recently"),
    "less_wins": gettext_lazy("Wins fewer deals"),
    "later_turn": gettext_lazy("Fits as well, had its turn"),
    "less_worth": gettext_lazy("Worth less there"),
    "dearer": gettext_lazy("Its last place is worth more to others"),
    "for_share": gettext_lazy("The least share comes first"),
}
_MARKED = {"no_room": "open", "less_distance": "km", "less_record": "record", "less_room": "open"}


@dataclass(frozen=True, slots=True)
class CandidateRow:
    """One partner that was weighed. `marked` names the number that decided against it: "km", "open", "record" or "".

    `fit` is 0 to 100, `record` the share of answered offers it accepted in percent, shrunk towards the mean;
    `parts` are 0 to 100 by name.
    """

    partner_uid: str
    name: str
    city: str
    fit: float
    km: float | None
    open: int
    capacity: int
    record: int
    last_offered: datetime | None
    decided: str
    decided_text: str
    marked: str
    is_chosen: bool
    worth: str = ""
    price: str = ""
    parts: dict[str, int] = field(default_factory=dict)
    is_paused: bool = False


@dataclass(frozen=True, slots=True)
class WhyView:
    """The latest decision of a lead.

    `outcome` is "offered", "waiting", "person" or "pool"; `by_hand` names who chose the partner, "" when a rule did.
    `sentence` is the rule as (text, is value) parts, empty when no rule decided; `reasons` are what it found.
    `is_batch`: it was decided with others at once, by worth and prices. `excluded_text` tells of the partners beyond
    `rows` that were not eligible, `excluded_count` how many they are, `fits_less_count` how many more fit less. `then`
    is who would be next. `remark` says in words why a better fit did not get it.
    """

    outcome: str
    partner_name: str
    rule_number: int | None
    rule_name: str
    sentence: list[Part]
    published_at: datetime | None
    considered: int
    rows: list[CandidateRow]
    excluded_text: str
    excluded_count: int
    fits_less_count: int
    then: str
    remark: str
    note: str
    by_hand: str
    decided_at: datetime
    reasons: list[str]
    can_replay: bool = False
    is_batch: bool = False
    override: str = ""
    against: list[str] = field(default_factory=list)


def why(lead: Lead, currency: str) -> WhyView | None:
    """The latest decision on a lead in words; None before the first. For staff only.

    `currency` is the vendor's, in which rules speak of budgets (`member.seat.vendor_currency`).
    """
    decision = (
        RoutingDecision.objects.filter(lead=lead)
        .select_related("policy", "partner", "decided_by")
        .order_by("-decided_at", "-pk")
        .first()
    )
    return view_of(decision, currency) if decision else None


def view_of(decision: RoutingDecision, currency: str) -> WhyView:
    rule = _rule_of(decision, currency)
    rows = [_row(candidate, currency) for candidate in _at_length(decision, rule)]
    partner_name = decision.partner.name if decision.partner else ""
    is_batch = any(row.worth for row in rows)
    beyond = _beyond(decision.excluded, rows)
    excluded_count = sum(beyond.values())
    return WhyView(
        outcome=decision.outcome,
        partner_name=partner_name,
        rule_number=decision.rule_number,
        rule_name=decision.rule_name,
        sentence=sentence_of(rule, partner_name or _pool_name(rule)) if rule else [],
        published_at=decision.policy.published_at if decision.policy else None,
        considered=decision.considered,
        rows=rows,
        excluded_text=str(excluded_text(beyond, rule)),
        excluded_count=excluded_count,
        fits_less_count=max(0, decision.considered - len(rows) - excluded_count) if rows else 0,
        then=next((row.name for row in rows if not row.is_chosen and row.decided not in {"no_room", "had_before"}), ""),
        remark="" if is_batch else _remark(rows),
        is_batch=is_batch,
        note=told_of(decision, "note"),
        by_hand=decision.decided_by.name if decision.decided_by else "",
        decided_at=decision.decided_at,
        reasons=[tell(reason) for reason in decision.reasons],
        can_replay=decision.run_id is not None,
        override=tell((decision.override or {}).get("name")),
        against=[tell(each) for each in (decision.override or {}).get("against", [])],
    )


def _pool_name(rule: Rule) -> str:
    return pool_names().get(rule.action.pool, "") if rule.action.pool else ""


def _rule_of(decision: RoutingDecision, currency: str) -> Rule | None:
    if decision.policy is None or not decision.rule_number:
        return None
    subjects = subjects_of_vendor(currency)
    try:
        rules = parse_rules(decision.policy.rules, subjects.lead, subjects.partner, strict=False)
    except PolicyError:
        return None  # A rule of an older release that can no longer be read: its name is still shown.
    return rules[decision.rule_number - 1]


def _at_length(decision: RoutingDecision, rule: Rule | None) -> list[dict[str, Any]]:
    """The candidates with names and parts; older decisions hold them so already."""
    short = decision.candidates
    if not short or isinstance(short[0], dict):
        return list(short)
    found = Partner.objects.filter(pk__in=[one[0] for one in short])
    rows = list(found.values_list(*_NAMED))
    names = {key: (uid, name, city or "") for key, uid, name, city, _state in rows}
    paused = {key for key, *_rest, state in rows if state == PartnerState.PAUSED}
    told = [at_length(one, names.get(one[0], ("", "", "")), decision.decided_at, rule) for one in short]
    return [{**each, "is_paused": one[0] in paused} for one, each in zip(short, told, strict=True)]


_NAMED = ("pk", "uid", "name", "profiles__city", "state")


def at_length(short: list[Any], named: tuple[Any, str, str], decided_at: datetime, rule: Rule | None) -> dict[str, Any]:
    """One candidate of `rules.candidates` as an object. Parts are 0 to 100, of those that the rule weighs."""
    _partner_id, code, fit, km, open_leads, capacity, record, last = short[:8]
    worth, price = short[8:10] if len(short) > 8 else (None, None)
    days = TURN_DAYS if last is None else (decided_at.timestamp() - last) / DAY
    parts = {
        "distance": 100 * (UNKNOWN_FIT if km is None else 1 / (1 + km / HALF_FIT_KM)),
        "record": record,
        "room": 100 * max(0, capacity - open_leads) / max(capacity, 1),
        "turn": 100 * min(1.0, max(0.0, days / TURN_DAYS)),
    }
    weighed = rule.action.shares if rule else {}
    return {
        "partner": str(named[0]), "name": named[1], "city": named[2], "fit": fit, "km": km, "open": open_leads,
        "capacity": capacity, "record": record, "last_offered": last, "decided": CODES[code],
        "parts": {part: round(share) for part, share in parts.items() if part in weighed and worth is None},
        "worth": worth, "price": price,
    }  # fmt: skip


def _row(candidate: dict[str, Any], currency: str) -> CandidateRow:
    worth, price = candidate.get("worth"), candidate.get("price")
    decided, last = candidate["decided"], candidate["last_offered"]
    return CandidateRow(
        partner_uid=candidate["partner"],
        name=candidate["name"],
        city=candidate["city"],
        fit=candidate["fit"],
        km=candidate["km"],
        open=candidate["open"],
        capacity=candidate["capacity"],
        record=candidate["record"],
        last_offered=None if last is None else datetime.fromtimestamp(last, UTC),
        decided=decided,
        decided_text=str(DECIDED.get(decided, decided)),
        marked=_MARKED.get(decided, ""),
        is_chosen=decided == "offered",
        worth="" if worth is None else money(worth, currency, cents=False),
        price="" if price is None else money(price, currency, cents=False),
        parts=candidate["parts"],
        is_paused=candidate.get("is_paused", False),
    )


def _beyond(excluded: dict[str, int], rows: list[CandidateRow]) -> dict[str, int]:
    """What was excluded besides the rows that are shown with their reason."""
    counts = dict(excluded)
    for row in rows:
        if counts.get(row.decided):
            counts[row.decided] -= 1
    return {code: count for code, count in counts.items() if count}


def _remark(rows: list[CandidateRow]) -> str:
    chosen = next((row for row in rows if row.is_chosen), None)
    if chosen is None:
        return ""
    better = next((row for row in rows if not row.is_chosen and row.fit > chosen.fit), None)
    if better is None:
        return ""
    if better.decided == "had_before":
        return _("%(name)s fits better, but had this lead before.") % {"name": better.name}
    return _("%(name)s fits better, but has no room left.") % {"name": better.name}

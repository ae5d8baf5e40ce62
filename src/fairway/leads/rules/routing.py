"""Routing rules: which leads, which partners, and what happens. Pure.

A stored rule is {"uid", "name", "when": condition over the lead, "who": condition over the partner,
"match": facts that lead and partner must share, "action", "limit_hours", "partners_at_most"}. `action` is
{"kind": "best", "strategy", "weights": {part: weight}, "max_km": number or null}, {"kind": "named", "partner": uid},
{"kind": "known"} (the partner who has a lead of the same company already), {"kind": "account"} (the partner whose
named account the company is), {"kind": "pool", "pool": uid} or {"kind": "person"}. The first rule whose `when` holds
decides. Who sees a pool is said by the pool, and by `match`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from fairway.core.conditions import Condition, ConditionError, InWords, Subject, parse, sentence
from fairway.core.conditions.tree import Group
from fairway.core.words import Row, Words
from fairway.core.words import said as _
from fairway.leads.rules.scoring import PolicyError

RULES_MOST = 500
KM_MOST = 20_040  # half the way around the earth: no two places are further apart
HOURS_MOST = 24 * 60
PARTNERS_MOST = 20

PARTS: dict[str, Words] = {
    "distance": _("distance"),
    "record": _("record"),
    "room": _("room"),
    "turn": _("turn"),
    "wins": _("wins"),
}

# How the best of the eligible is found; all but the first weigh one part alone.
STRATEGIES: dict[str, Words] = {
    "weighted": _("Weighted fit"),
    "nearest": _("Nearest"),
    "turn": _("Fair turn"),
    "load": _("Least loaded"),
    "value": _("Best expected value"),
}
_ALONE = {"nearest": "distance", "turn": "turn", "load": "room", "value": "wins"}
RANKED = frozenset({"best", "named", "known", "account"})

MATCHES: dict[str, Words] = {
    "country": _("country"),
    "state": _("state"),
    "territory": _("territory"),
    "product_line": _("product line"),
    "vertical": _("industry"),
}

ACTIONS: dict[str, Words] = {
    "best": _("Best fit"),
    "named": _("Named partner"),
    "known": _("Customer’s partner"),
    "account": _("Named account’s partner"),
    "pool": _("Lead pool"),
    "person": _("Account manager"),
}

# Why a partner does not get a lead, in the order in which it is looked at; "who" stands for the rule's own condition.
EXCLUDED: dict[str, Words] = {
    "paused": _("%(n)d paused"),
    "not_accepting": _("%(n)d not accepting leads"),
    "who": _("%(n)d without: %(what)s"),
    "pool": _("%(n)d not among those of the pool"),
    "other_country": _("%(n)d in another country"),
    "other_state": _("%(n)d in another state"),
    "outside_territory": _("%(n)d outside the territory"),
    "lacks_line": _("%(n)d not selling the product line"),
    "lacks_vertical": _("%(n)d not of the industry"),
    "below_level": _("%(n)d for whom it has too few points"),
    "too_far": _("%(n)d too far"),
    "place_unknown": _("%(n)d with an unknown place"),
    "had_before": _("%(n)d had this lead before"),
    "no_room": _("%(n)d with no room left"),
}


@dataclass(frozen=True, slots=True)
class Action:
    """`shares` are the points of 100 that each part counts for, of those that count at all."""

    kind: str
    partner: str = ""
    pool: str = ""
    weights: Mapping[str, float] = field(default_factory=dict)
    max_km: float | None = None
    strategy: str = "weighted"
    is_ranked: bool = field(init=False, default=False)
    shares: Mapping[str, float] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        weights = {part: weight for part, weight in self.weights.items() if weight} or {"distance": 1.0}
        total = sum(weights.values())
        object.__setattr__(self, "is_ranked", self.kind in RANKED)
        object.__setattr__(self, "shares", {part: 100.0 * weight / total for part, weight in weights.items()})


@dataclass(frozen=True, slots=True)
class Rule:
    """`who_parts` are the pieces of `who` that a partner can fail, each as it is said."""

    uid: str
    name: str
    when: Condition
    who: Condition
    who_parts: tuple[tuple[Condition, InWords], ...]
    match: tuple[str, ...]
    action: Action
    limit_minutes: int
    partners_at_most: int


def parse_rules(
    rules: Sequence[Mapping[str, Any]], lead: Subject, partner: Subject, *, strict: bool = True
) -> tuple[Rule, ...]:
    """Read stored rules. Raises PolicyError; with `strict=False` choices retired since are let through."""
    if len(rules) > RULES_MOST:
        raise PolicyError(_("Rules"), _("there are more than %(n)d. Use fewer.", n=RULES_MOST))
    read = tuple(_rule(rule, number, lead, partner, strict) for number, rule in enumerate(rules, start=1))
    if len({rule.uid for rule in read}) < len(read):
        raise PolicyError(_("Rules"), _("two rules have one id."))
    return read


def asks_for_wins(rules: Sequence[Rule]) -> bool:
    """Whether some rule weighs or asks how many leads of a partner became deals, which costs a count of leads."""
    return any("wins" in rule.action.shares or "partner.wins" in rule.who.field_names for rule in rules)


def _rule(rule: Mapping[str, Any], number: int, lead: Subject, partner: Subject, strict: bool) -> Rule:
    place = _("Rule %(n)d", n=number)
    try:
        when = parse(lead, rule.get("when"), check_choices=strict)
        who = parse(partner, rule.get("who"), check_choices=strict)
    except ConditionError as problem:
        raise PolicyError(place, problem) from None
    match = rule.get("match") or []
    if not isinstance(match, list) or set(match) - set(MATCHES):
        raise PolicyError(place, _("lead and partner can share: %(list)s.", list=", ".join(MATCHES)))
    action = _action(rule.get("action"), place)
    if action.kind == "pool" and not who.is_always:
        raise PolicyError(place, _("who sees a lead is said by its pool. Leave the partners empty here."))
    return Rule(
        uid=str(rule.get("uid") or number),
        name=str(rule.get("name") or "").strip()[:200],
        when=when,
        who=who,
        who_parts=_parts_of(who),
        match=tuple(name for name in MATCHES if name in match),
        action=action,
        limit_minutes=round(60 * _number(rule, "limit_hours", place, least=0.25, most=HOURS_MOST)),
        partners_at_most=int(_number(rule, "partners_at_most", place, least=1, most=PARTNERS_MOST)),
    )


def _action(action: Any, place: Words) -> Action:
    kind = action.get("kind") if isinstance(action, Mapping) else None
    if kind in {"person", "known", "account"}:
        return Action(kind)
    if kind == "named":
        if not action.get("partner"):
            raise PolicyError(place, _("it names no partner. Choose one."))
        return Action("named", partner=str(action["partner"]))
    if kind == "pool":
        if not action.get("pool"):
            raise PolicyError(place, _("it names no pool. Choose one."))
        return Action("pool", pool=str(action["pool"]))
    if kind != "best":
        raise PolicyError(place, _("it does not say who gets the lead."))
    strategy = action.get("strategy") or "weighted"
    if strategy not in STRATEGIES:
        raise PolicyError(place, _("it does not say how the best is found."))
    weights = (action.get("weights") or {}) if strategy == "weighted" else {_ALONE[strategy]: 100}
    if (
        set(weights) - set(PARTS)
        or not all(_is_weight(weight) for weight in weights.values())
        or not any(weights.values())
    ):
        raise PolicyError(place, _("weights are numbers from 0 to 100, at least one of them above 0."))
    far = action.get("max_km")
    if far is not None and not (_is_number(far) and 0 < far <= KM_MOST):
        raise PolicyError(place, _("a distance lies between 1 and %(n)d km.", n=KM_MOST))
    shares = {part: float(weights.get(part, 0)) for part in PARTS}
    return Action("best", weights=shares, max_km=far, strategy=strategy)


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _is_weight(value: Any) -> bool:
    return _is_number(value) and 0 <= value <= 100


def _number(rule: Mapping[str, Any], name: str, place: Words, *, least: float, most: float) -> float:
    value = rule.get(name)
    if not isinstance(value, (int, float)) or isinstance(value, bool) or not least <= value <= most:
        about = {"name": name.replace("_", " "), "least": least, "most": most}
        raise PolicyError(place, _("%(name)s is a number from %(least)s to %(most)s.", **about))
    return value


def _parts_of(who: Condition) -> tuple[tuple[Condition, InWords], ...]:
    """A partner fails the first part of an "all" that it does not meet; any other condition is one part."""
    root = who.root
    parts = root.parts if isinstance(root, Group) and root.match == "all" else (root,)
    conditions = [Condition(who.subject, part) for part in parts]
    return tuple((condition, InWords(condition)) for condition in conditions)


Part = tuple[str, bool]


def sentence_of(rule: Rule, named: str = "") -> list[Part]:
    """The rule as (text, is value) parts: “Leads where State is Hamburg go to the partner who fits best …”.

    `named` is what the partner or the pool is called that the rule names.
    """
    said: list[Part] = []
    if rule.when.is_always:
        said.append((str(_("All leads")), False))
    else:
        said += [(str(_("Leads where ")), False), *sentence(rule.when)]
    if rule.action.kind == "person":
        return [*said, (str(_(" go to the account manager, who names the partner.")), False)]
    if rule.action.kind == "known":
        return [*said, (str(_(" go to ")), False), (str(_("that partner")), True), (".", False)]
    if rule.action.kind == "account":
        return [*said, (str(_(" go to ")), False), (str(_("the partner of the named account")), True), (".", False)]
    if rule.action.kind == "named":
        return [*said, (str(_(" go to ")), False), (named or str(_("a partner")), True), (".", False)]
    if rule.action.kind == "pool":
        return _to_pool(said, rule, named)
    said.append((str(_(" go to the partner")), False))
    if rule.match:
        said += [(str(_(" of the same ")), False), (", ".join(str(MATCHES[name]) for name in rule.match), True)]
    if not rule.who.is_always:
        said += [(str(_(" whose ")), False), *sentence(rule.who)]
    if rule.action.strategy == "weighted":
        said += [(str(_(" who fits best by ")), False), (_weights_text(rule.action.weights), True)]
    else:
        said += [(str(_(" chosen by ")), False), (str(STRATEGIES[rule.action.strategy]), True)]
    if rule.action.max_km is not None:
        said += [(str(_(" within ")), False), (f"{rule.action.max_km:g} km", True)]
    return [*said, (".", False)]


def _to_pool(said: list[Part], rule: Rule, named: str) -> list[Part]:
    said += [(str(_(" go into the pool ")), False), (named or str(_("of another time")), True)]
    if rule.match:
        said += [(str(_(" for partners of the same ")), False)]
        said += [(", ".join(str(MATCHES[name]) for name in rule.match), True)]
    return [*said, (".", False)]


def _weights_text(weights: Mapping[str, float]) -> str:
    named = [f"{PARTS[part]} {weight:g}" for part, weight in weights.items() if weight]
    return ", ".join(named)


def excluded_text(excluded: Mapping[str, int], rule: Rule | None) -> Row:
    """“24 too far, 11 without: Certificates includes any of Wireless, 4 paused”, the greatest first."""
    said = []
    for code, count in sorted(excluded.items(), key=lambda item: -item[1]):
        name, _dot, number = code.partition(".")
        what = rule.who_parts[int(number)][1] if number and rule and int(number) < len(rule.who_parts) else ""
        template = EXCLUDED[name].template
        said.append(_(template, n=count, what=what) if name == "who" else _(template, n=count))
    return Row(tuple(said), ", ")

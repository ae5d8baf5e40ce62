"""Edits of a list of stored rules, each a new list: change, add, remove, move. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any

Json = dict[str, Any]
Rules = list[Json]


class NoSuchRule(LookupError):
    """The rule was removed meanwhile."""


def with_uids(rules: Sequence[Mapping[str, Any]]) -> Rules:
    """The rules, each with a uid; one that has none is called by its place."""
    return [{**rule, "uid": str(rule.get("uid") or f"rule-{number}")} for number, rule in enumerate(rules, start=1)]


def place_of(rules: Sequence[Mapping[str, Any]], uid: str) -> int:
    """The index of a rule. Raises NoSuchRule."""
    for index, rule in enumerate(rules):
        if rule.get("uid") == uid:
            return index
    raise NoSuchRule(uid)


def changed(rules: Rules, uid: str, values: Mapping[str, Any]) -> Rules:
    index = place_of(rules, uid)
    return [*rules[:index], {**values, "uid": uid}, *rules[index + 1 :]]


def added(rules: Rules, rule: Mapping[str, Any]) -> Rules:
    """The new rule goes before a last one that takes every lead, so that it is ever reached."""
    if rules and not rules[-1].get("when"):
        return [*rules[:-1], dict(rule), rules[-1]]
    return [*rules, dict(rule)]


def removed(rules: Rules, uid: str) -> Rules:
    index = place_of(rules, uid)
    return [*rules[:index], *rules[index + 1 :]]


def moved(rules: Rules, uid: str, by: int) -> Rules:
    """The rule `by` places further down (up when negative), stopping at the ends."""
    index = place_of(rules, uid)
    rest = removed(rules, uid)
    to = max(0, min(len(rest), index + by))
    return [*rest[:to], rules[index], *rest[to:]]


def differences(draft: Sequence[Mapping[str, Any]], live: Sequence[Mapping[str, Any]]) -> int:
    """How many rules were changed, added, removed or moved."""
    before = {rule.get("uid"): rule for rule in live}
    after = {rule.get("uid"): rule for rule in draft}
    count = len(before.keys() - after.keys()) + sum(before.get(uid) != rule for uid, rule in after.items())
    kept = [rule.get("uid") for rule in draft if rule.get("uid") in before]
    order = [rule.get("uid") for rule in live if rule.get("uid") in after]
    return count + (kept != order)

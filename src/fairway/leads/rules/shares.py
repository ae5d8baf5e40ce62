"""Who could have had which leads, and what stood in the way: counted over many leads for every partner. Pure.

A partner that the rules do not allow is counted under the first reason met, in the order of `REASONS`.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fairway.core.conditions import to_mask
from fairway.core.words import Words
from fairway.core.words import said as _
from fairway.leads.rules.candidates import LeadFacts, PartnerTable, kilometres
from fairway.leads.rules.level_sight import LevelSight, differs
from fairway.leads.rules.routing import Rule

Ints = NDArray[np.int64]

# In the words of the partner concerned.
REASONS: dict[str, Words] = {
    "paused": _("You were paused"),
    "not_accepting": _("You did not accept leads"),
    "lacks_certificate": _("A certificate was asked for that you do not hold"),
    "other_tier": _("They were for another tier"),
    "other_condition": _("The rules asked for something else, such as a branch, a type or a size"),
    "other_country": _("They lay in another country"),
    "other_state": _("They lay in another state"),
    "outside_territory": _("They lay outside your territory"),
    "lacks_line": _("They were about a product line that you do not sell"),
    "too_far": _("They lay too far away"),
    "below_level": _("They had too few points for what you hold"),
    "had_before": _("You had them before"),
    "no_room": _("You had no room left"),
    "fits_less": _("Somebody else fitted better"),
}
CODES = {name: number for number, name in enumerate(REASONS, start=1)}
# What a partner can change by itself.
IN_OWN_HANDS = ("paused", "not_accepting", "lacks_certificate", "lacks_line", "below_level", "no_room", "fits_less")

SIZES = ((10, "1–9"), (50, "10–49"), (250, "50–249"), (None, "250+"))


def size_of(employees: float | None) -> str:
    """The class of a partner's size; "" when nobody said."""
    if employees is None or np.isnan(employees):
        return ""
    return next(name for below, name in SIZES if below is None or employees < below)


@dataclass(frozen=True, slots=True)
class Counted:
    """For every partner (a column) how many leads it could have had, and how many not, by reason (a row)."""

    eligible: Ints
    by_reason: Ints
    leads: int  # those a rule gave to somebody at all

    def reasons_of(self, column: int) -> dict[str, int]:
        counts = {name: int(self.by_reason[code, column]) for name, code in CODES.items()}
        return {name: count for name, count in sorted(counts.items(), key=lambda pair: -pair[1]) if count}


def count_reasons(
    rules: Sequence[Rule], partners: PartnerTable, leads: Sequence[LeadFacts], numbers: Sequence[int]
) -> Counted:
    """`numbers` are those of the rules that decide, 0 for none. Room is what it is in the table."""
    columns = np.arange(len(partners))
    eligible = np.zeros(len(partners), dtype=np.int64)
    by_reason = np.zeros((len(CODES) + 1, len(partners)), dtype=np.int64)
    full = partners.open_leads >= partners.capacity
    bases: dict[tuple[object, ...], Ints] = {}
    looked_at = 0
    levels = LevelSight(partners)
    for lead, number in zip(leads, numbers, strict=True):
        rule = rules[number - 1] if number else None
        if rule is None or rule.action.kind in {"person", "named", "known"}:
            continue
        looked_at += 1
        key = (number, *(getattr(lead, name) for name in rule.match))
        if key not in bases:
            bases[key] = _base(rule, partners, lead)
        codes = _of_lead(rule, partners, lead, bases[key], levels)
        eligible += codes == 0
        codes = np.where((codes == 0) & full, CODES["no_room"], codes)
        by_reason[np.where(codes == 0, CODES["fits_less"], codes), columns] += 1
    return Counted(eligible, by_reason, looked_at)


def _base(rule: Rule, partners: PartnerTable, lead: LeadFacts) -> Ints:
    """The first reason of each partner, as far as all leads of a kind share it; 0 for none."""
    codes = np.zeros(len(partners), dtype=np.int64)

    def out(name: str, mask: NDArray[np.bool_]) -> None:
        codes[(codes == 0) & ~mask] = CODES[name]

    out("paused", partners.active)
    out("not_accepting", partners.accepting)
    for condition, _words in rule.who_parts:
        names = condition.field_names
        out(_asked_by(names), to_mask(condition, {name: partners.columns[name] for name in names}))
    shared = {
        "country": ("other_country", partners.countries),
        "state": ("other_state", partners.states),
        "territory": ("outside_territory", partners.territories),
    }
    for name in rule.match:
        value = getattr(lead, name)
        if not value:
            continue
        if name in _SETS:
            reason, sets = _SETS[name][0], getattr(partners, _SETS[name][1])
            out(reason, np.array([value in each for each in sets], dtype=np.bool_))
        else:
            reason, column = shared[name]
            out(reason, np.asarray(column == value, dtype=np.bool_))
    return codes


_SETS = {"product_line": ("lacks_line", "product_lines"), "vertical": ("other_condition", "verticals")}


def _asked_by(names: frozenset[str] | set[str]) -> str:
    if "partner.credentials" in names:
        return "lacks_certificate"
    return "other_tier" if "partner.tier" in names else "other_condition"


def _of_lead(rule: Rule, partners: PartnerTable, lead: LeadFacts, base: Ints, levels: LevelSight) -> Ints:
    if rule.action.max_km is None and not lead.had_before and not lead.reached:
        return base
    codes = base.copy()
    if differs(rule, lead):
        codes[(codes == 0) & levels.below(lead, np.arange(len(partners)))] = CODES["below_level"]
    if rule.action.max_km is not None:
        km = kilometres(lead.point, partners.points)
        codes[(codes == 0) & ~(km <= rule.action.max_km)] = CODES["too_far"]
    if lead.had_before:
        codes[(codes == 0) & np.isin(partners.ids, list(lead.had_before))] = CODES["had_before"]
    return codes

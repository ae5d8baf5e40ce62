"""Who gets a lead: eligibility with reasons, fit, and fair turn. Pure.

One `Router` decides lead after lead, in the order given, and counts each offer at once, so that a thousand leads
of one batch fill nobody beyond the limit. The same input gives the same answer.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from fairway.core.conditions import check, to_mask
from fairway.core.conditions.masks import Column, Encoded
from fairway.core.told import Kept, packed
from fairway.core.told import keep as kept
from fairway.core.words import said as _
from fairway.leads.rules.keeping import SHARED, count_out, is_live, keep
from fairway.leads.rules.level_sight import LevelSight, differs
from fairway.leads.rules.partner_table import (
    Bools,
    Floats,
    Ints,
    LeadFacts,
    PartnerTable,
    kilometres,
    shrunk,
    unit_vectors,
)
from fairway.leads.rules.pool_sight import PoolSight
from fairway.leads.rules.pools import Pool, Pooling
from fairway.leads.rules.routing import Rule, excluded_text

__all__ = [
    "CODES", "DECIDED", "Decision", "Findings", "LeadFacts", "PartnerTable", "Router", "kilometres", "shrunk",
    "unit_vectors",
]  # fmt: skip

HALF_FIT_KM = 100.0  # at this distance the part for distance is a half
UNKNOWN_FIT = 0.25  # the part for distance when one of the places is unknown
TURN_DAYS = 30.0  # after so many days without an offer it is wholly somebody's turn
SHOWN = 5
DAY = 86_400.0
NOTHING = Kept("")
CELLS_MOST = 400_000  # of leads × partners whose distances are worked out at once
# What decided about a candidate; kept by its number, so only ever append.
DECIDED = (
    "offered", "no_room", "had_before", "less_distance", "less_record", "less_room", "less_turn", "later_turn",
    "less_wins",
    # Of plans: worth less there, the last place there is worth more to others, or the least share comes first.
    "less_worth", "dearer", "for_share",
)  # fmt: skip
CODES = {name: code for code, name in enumerate(DECIDED)}

# partner id, number in DECIDED, fit, km or None, open leads, capacity, record in percent, last offer or None; of a plan
# also what the lead is worth there, and the price of a place or None, in minor units.
Candidate = list[Any]


@dataclass(frozen=True, slots=True)
class Decision:
    """What the rules decided for one lead. `partner` is a row of the table, or None while the lead waits.

    `shortlist` is the chosen one and the next best, as short as it is kept; `candidates` says it at length.
    """

    outcome: str  # "offered", "waiting", "person", "pool"
    rule: int | None  # number from 1
    partner: int | None
    considered: int
    shortlist: list[Candidate]
    excluded: dict[str, int]
    waiting_because: Kept
    table: PartnerTable = field(compare=False, repr=False)
    pooling: Pooling | None = field(default=None, compare=False, repr=False)

    @property
    def candidates(self) -> list[dict[str, Any]]:
        """The shortlist with names, as {"partner": uid, "name", "city", "fit", "km", "open", …, "decided"}."""
        return [_named(candidate, self.table) for candidate in self.shortlist]


def _named(candidate: Candidate, table: PartnerTable) -> dict[str, Any]:
    partner_id, code, fit, km, open_leads, capacity, record, last = candidate[:8]
    row = int(np.searchsorted(table.ids, partner_id))
    return {
        "partner": table.uids[row], "name": table.names[row], "city": table.cities[row], "fit": fit, "km": km,
        "open": open_leads, "capacity": capacity, "record": record, "last_offered": last, "decided": DECIDED[code],
    }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Eligible:
    """Rows of the table that a lead may go to, how many fell out why, and why there is nobody, "" when there is."""

    rows: Ints
    excluded: Mapping[str, int]
    nobody_because: Kept


_NO_ROWS: Ints = np.zeros(0, dtype=np.int64)


class _Field:
    """The partners that a rule allows for leads of one kind: rows, how many fell out why, and what stays as it is."""

    __slots__ = ("capacity", "divisor", "excluded", "ids", "points", "record", "rows", "wins")

    def __init__(self, partners: PartnerTable, rows: Ints, excluded: Mapping[str, int]) -> None:
        self.rows, self.excluded = rows, excluded
        self.ids, self.points, self.record = partners.ids[rows], partners.points[rows], partners.record[rows]
        self.wins = partners.record[rows] if partners.wins is None else partners.wins[rows]
        self.capacity = partners.capacity[rows]
        self.divisor = np.maximum(self.capacity, 1).astype(np.float64)


class Router:
    def __init__(
        self, rules: Sequence[Rule], partners: PartnerTable, now: float, pools: Mapping[str, Pool] | None = None
    ) -> None:
        """`now` is seconds since 1970; `pools` are by uid."""
        self.rules, self.partners, self.now = rules, partners, now
        self.sight = PoolSight(partners, pools or {})
        self.levels = LevelSight(partners)
        self._bases: dict[int, tuple[Bools, dict[str, int]]] = {}
        self._fields: dict[tuple[Any, ...], _Field] = {}
        self._said: dict[Any, Kept] = {}

    def rule_numbers(self, columns: Mapping[str, Column], count: int) -> Ints:
        """For each of `count` leads the number of the first rule that matches, 0 for none."""
        found = np.zeros(count, dtype=np.int64)
        for number, mask in enumerate(self.matches(columns, count), start=1):
            found[(found == 0) & mask] = number
        return found

    def matches(self, columns: Mapping[str, Column], count: int) -> Iterator[Bools]:
        """For each rule in turn, which of `count` leads meet it, whatever comes before it."""
        for rule in self.rules:
            names = rule.when.field_names
            if names:
                yield to_mask(rule.when, {name: columns[name] for name in names})
            else:
                yield np.full(count, rule.when.is_always)

    def nobody_by(self, number: int) -> str:
        """Why no partner at all may get leads by a rule, in words; empty when some may, or a person decides."""
        rule = self.rules[number - 1]
        if rule.action.kind == "pool":
            return self.sight.nobody(rule)
        if rule.action.kind not in {"best", "named"}:
            return ""
        left, excluded = self._base(rule, None)
        return "" if left.any() else str(excluded_text(excluded, rule) or _("there is no such partner"))

    def decide_many(self, leads: Sequence[LeadFacts], numbers: Sequence[int]) -> list[Decision]:
        """Decide leads one after the other, each by the rule of its number; the distances in bulk before."""
        away: dict[int, Floats] = {}
        kinds: dict[int, list[int]] = defaultdict(list)
        fields: dict[int, _Field] = {}
        for i, (lead, number) in enumerate(zip(leads, numbers, strict=True)):
            if number and self.rules[number - 1].action.is_ranked:
                allowed = self._allowed(self.rules[number - 1], number, lead)
                fields[id(allowed)] = allowed
                kinds[id(allowed)].append(i)
        for key, places in kinds.items():
            allowed = fields[key]
            if len(places) * len(allowed.rows) <= CELLS_MOST:
                points = np.stack([leads[i].point for i in places])
                away.update(zip(places, kilometres(points[:, None, :], allowed.points[None, :, :]), strict=True))
        return [self.decide(lead, numbers[i], away.get(i)) for i, lead in enumerate(leads)]

    def decide(self, lead: LeadFacts, number: int, km: Floats | None = None) -> Decision:
        """Decide one lead by rule `number`; an offer counts at once. `km` are the distances, where known already."""
        if not number:
            return self._waits(_("No rule matches this lead."), None, "waiting")
        rule = self.rules[number - 1]
        if lead.offers_made >= rule.partners_at_most:
            sentence = _("Offers made: %(n)d. Now the account manager decides.", n=lead.offers_made)
            return self._waits(sentence, number, "person")
        if rule.action.kind == "person":
            return self._waits(_("Rule %(n)d leaves it to the account manager.", n=number), number, "person")
        if rule.action.kind == "pool":
            return self._pooled(lead, rule, number)
        allowed = self._allowed(rule, number, lead)
        return self._best(lead, rule, number, allowed, kilometres(lead.point, allowed.points) if km is None else km)

    def eligible(self, lead: LeadFacts, number: int) -> Eligible:
        """Every partner that rule `number` allows for the lead, room or no room; nothing is counted."""
        if not number:
            return Eligible(_NO_ROWS, {}, kept(_("No rule matches this lead.")))
        rule = self.rules[number - 1]
        if lead.offers_made >= rule.partners_at_most:
            return Eligible(
                _NO_ROWS, {}, kept(_("Offers made: %(n)d. Now the account manager decides.", n=lead.offers_made))
            )
        if rule.action.kind == "person":
            return Eligible(_NO_ROWS, {}, kept(_("Rule %(n)d leaves it to the account manager.", n=number)))
        if rule.action.kind == "pool":
            return Eligible(_NO_ROWS, {}, kept(_("Rule %(n)d puts it into a pool.", n=number)))
        allowed = self._allowed(rule, number, lead)
        rows, excluded = allowed.rows, dict(allowed.excluded)
        if _is_narrowed(rule) or lead.had_before or lead.reached:
            out = self._out(lead, rule, allowed, kilometres(lead.point, allowed.points), excluded)
            had = np.isin(allowed.ids, list(lead.had_before)) & ~out
            count_out(excluded, "had_before", int(np.count_nonzero(had)))
            rows = rows[~(out | had)]
        if len(rows):
            return Eligible(rows, excluded, NOTHING)
        because = _("No partner is eligible by rule %(n)d.", n=number)
        if words := excluded_text(excluded, rule):
            because = _("No partner is eligible by rule %(n)d: %(words)s.", n=number, words=words)
        return Eligible(rows, excluded, kept(because))

    def _pooled(self, lead: LeadFacts, rule: Rule, number: int) -> Decision:
        """Into the pool of the rule, or waiting where nobody would see it there."""
        pooling, because, excluded = self.sight.pooling(lead, rule, number)
        outcome = "pool" if pooling else "waiting"
        return Decision(outcome, number, None, len(self.partners), [], excluded, because, self.partners, pooling)

    def _waits(self, because: Any, number: int | None, outcome: str) -> Decision:
        return Decision(outcome, number, None, len(self.partners), [], {}, kept(because), self.partners)

    def _allowed(self, rule: Rule, number: int, lead: LeadFacts) -> _Field:
        shared = tuple(getattr(lead, name) if name in rule.match else None for name in SHARED)
        known = {"known": lead.known_partner, "account": lead.named_partner}.get(rule.action.kind)
        key = (number, known, *shared)
        found = self._fields.get(key)
        if found is None:
            found = self._fields[key] = self._field(rule, number, known, shared)
        return found

    def _field(self, rule: Rule, number: int, known: int | None, shared: tuple[str | None, ...]) -> _Field:
        """Sort out partners who can get no lead of this kind; each is counted under the first reason."""
        if number not in self._bases:
            self._bases[number] = self._base(rule, None)
        left, excluded = self._bases[number] if known is None else self._base(rule, known)
        left, excluded = left.copy(), dict(excluded)
        for (name, code), value in zip(SHARED.items(), shared, strict=True):
            if value:
                keep(left, excluded, code, self.sight.shares(name, value))
        return _Field(self.partners, np.nonzero(left)[0], excluded)

    def _base(self, rule: Rule, known: int | None) -> tuple[Bools, dict[str, int]]:
        """Who is left by the rule itself, whatever the lead shares, and how many fell out why."""
        partners = self.partners
        left = np.ones(len(partners), dtype=np.bool_)
        excluded: dict[str, int] = {}
        if rule.action.kind == "named":
            left &= np.array([uid == rule.action.partner for uid in partners.uids], dtype=np.bool_)
        if known is not None:
            left &= partners.ids == known
        keep(left, excluded, "paused", partners.active)
        keep(left, excluded, "not_accepting", partners.accepting)
        for index, (condition, _words) in enumerate(rule.who_parts):
            if not is_live(condition):
                columns = {name: partners.columns[name] for name in condition.field_names}
                keep(left, excluded, f"who.{index}", to_mask(condition, columns))
        return left, excluded

    def _best(self, lead: LeadFacts, rule: Rule, number: int, allowed: _Field, km: Floats) -> Decision:
        partners, excluded = self.partners, dict(allowed.excluded)
        fits = _Fits(self, rule, allowed, km)
        eligible = fits.open_leads < allowed.capacity
        had = None
        if _is_narrowed(rule) or lead.had_before or lead.reached:
            out = self._out(lead, rule, allowed, km, excluded)
            had = np.isin(allowed.ids, list(lead.had_before)) & ~out
            fits.leave_out(out)
            count_out(excluded, "had_before", int(np.count_nonzero(had)))
            count_out(excluded, "no_room", int(np.count_nonzero(~(eligible | had | out))))
            eligible &= ~(had | out)
        else:
            count_out(excluded, "no_room", len(eligible) - int(np.count_nonzero(eligible)))
        chosen = fits.first(eligible)
        shortlist = fits.shown(chosen, had)
        if chosen is None:
            return self._nobody(number, rule, shortlist, excluded)
        row = int(allowed.rows[chosen])
        partners.open_leads[row] += 1
        partners.last_offered[row] = self.now
        return Decision("offered", number, row, len(partners), shortlist, excluded, NOTHING, partners)

    def _out(self, lead: LeadFacts, rule: Rule, allowed: _Field, km: Floats, excluded: dict[str, int]) -> Bools:
        """Who falls out for what this one lead is: its points, its place, and what is open just now."""
        out = np.zeros(len(allowed.rows), dtype=np.bool_)
        if differs(rule, lead):
            out = self.levels.below(lead, allowed.rows)
            count_out(excluded, "below_level", int(np.count_nonzero(out)))
        return out | _too_far(rule, km, excluded, out) | self._live(rule, allowed, excluded, out)

    def _live(self, rule: Rule, allowed: _Field, excluded: dict[str, int], before: Bools) -> Bools:
        """Who fails what changes from lead to lead: the number of open leads; counted as for distances."""
        out = before.copy()
        for index, (condition, _words) in enumerate(rule.who_parts):
            if is_live(condition):
                columns = {name: _part(self.partners.columns[name], allowed.rows) for name in condition.field_names}
                columns["partner.open_leads"] = self.partners.open_leads[allowed.rows]
                fails = ~to_mask(condition, columns) & ~out
                count_out(excluded, f"who.{index}", int(np.count_nonzero(fails)))
                out |= fails
        return out

    def _nobody(self, number: int, rule: Rule, shortlist: list[Candidate], excluded: dict[str, int]) -> Decision:
        key = (number, *excluded.items())
        if key not in self._said:
            words = excluded_text(excluded, rule)
            because = _("No partner is eligible by rule %(n)d: %(words)s.", n=number, words=words)
            if not len(self.partners) or not words:
                because = _("No partner is eligible by rule %(n)d.", n=number)
            self._said[key] = kept(because)
        count = len(self.partners)
        return Decision("waiting", number, None, count, shortlist, excluded, self._said[key], self.partners)


def _is_narrowed(rule: Rule) -> bool:
    return rule.action.max_km is not None or any(is_live(condition) for condition, _words in rule.who_parts)


def _part(column: Column, rows: Ints) -> Column:
    """The named rows of a column."""
    return Encoded(column.codes[rows], column.values) if isinstance(column, Encoded) else column[rows]


def _too_far(rule: Rule, km: Floats, excluded: dict[str, int], before: Bools) -> Bools:
    """Who is too far away; counted are those who had not fallen out before."""
    if rule.action.max_km is None:
        return np.zeros(len(km), dtype=np.bool_)
    out = ~(km <= rule.action.max_km)
    unknown = int(np.count_nonzero(np.isnan(km) & ~before))
    count_out(excluded, "place_unknown", unknown)
    count_out(excluded, "too_far", int(np.count_nonzero(out & ~before)) - unknown)
    return out


class Findings:
    """What rules found in the leads they matched, in words; made once for each kind of answer."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        self.rules = rules
        self.names = [sorted(rule.when.field_names) for rule in rules]
        self.said: dict[tuple[Any, ...], list[Any]] = {}

    def of(self, number: int, values: Mapping[str, Any]) -> list[Any]:
        """The reasons of rule `number` for one lead, as they are kept; none for 0 and a rule that takes every lead."""
        if not number or not self.names[number - 1]:
            return []
        key = (number, *(values[name] for name in self.names[number - 1]))
        if key not in self.said:
            self.said[key] = [packed(reason) for reason in check(self.rules[number - 1].when, values).reasons]
        return self.said[key]


class _Fits:
    """How well each of some partners fits one lead: parts from 0 to 1, weighed into 0 to 100."""

    __slots__ = ("allowed", "fit", "km", "last", "open_leads", "partners", "parts", "weights")

    def __init__(self, router: Router, rule: Rule, allowed: _Field, km: Floats) -> None:
        self.partners, self.allowed, self.km = router.partners, allowed, km
        self.open_leads, self.last = self.partners.open_leads[allowed.rows], self.partners.last_offered[allowed.rows]
        self.weights = rule.action.shares
        self.parts = {part: self._part(part, router.now, rule) for part in self.weights}
        fit = np.zeros(len(allowed.rows))
        for part, share in self.weights.items():
            fit += self.parts[part] * share
        self.fit = np.rint(fit * 1e6) / 1e6

    def _part(self, part: str, now: float, rule: Rule) -> Floats:
        if part == "distance":
            near = 1.0 / (1.0 + self.km / HALF_FIT_KM)
            unknown = 0.0 if rule.action.strategy == "nearest" else UNKNOWN_FIT
            return np.where(np.isnan(near), unknown, near)
        if part == "room":
            return np.maximum((self.allowed.capacity - self.open_leads) / self.allowed.divisor, 0.0)
        if part == "turn":
            return np.minimum(np.maximum((now - self.last) / (TURN_DAYS * DAY), 0.0), 1.0)
        return self.allowed.wins if part == "wins" else self.allowed.record

    def leave_out(self, out: Bools) -> None:
        """Those can neither get it nor be shown."""
        self.fit = np.where(out, -1.0, self.fit)

    def first(self, eligible: Bools) -> int | None:
        """The best of the eligible; of equals the one whose last offer is longest ago, then the lower id."""
        fit = np.where(eligible, self.fit, -1.0)
        best = int(fit.argmax()) if len(fit) else 0
        if not len(fit) or fit[best] < 0:
            return None
        ties = np.nonzero(fit == fit[best])[0]
        return best if len(ties) == 1 else int(ties[np.argmin(self.last[ties])])

    def shown(self, chosen: int | None, had: Bools | None) -> list[Candidate]:
        """The chosen one and the next best, at most five, each with what decided against it."""
        fit = self.fit
        most = min(len(fit), SHOWN + 1)
        if not most:
            return []
        top = np.argpartition(-fit, most - 1)[:most] if most < len(fit) else np.arange(len(fit))
        ranked = sorted(zip((-fit[top]).tolist(), top.tolist(), strict=True))
        listed = ([chosen] if chosen is not None else []) + [i for less, i in ranked if i != chosen and less <= 0]
        listed = listed[:SHOWN]
        return self._candidates(listed, chosen, had)

    def _candidates(self, listed: list[int], chosen: int | None, had: Bools | None) -> list[Candidate]:
        allowed = self.allowed
        rows = np.array(listed, dtype=np.int64)
        facts = zip(
            listed, allowed.ids[rows].tolist(), self.fit[rows].tolist(), self.km[rows].tolist(),
            self.open_leads[rows].tolist(), allowed.capacity[rows].tolist(), allowed.record[rows].tolist(),
            self.last[rows].tolist(), strict=True,
        )  # fmt: skip
        return [
            [
                key, self._decided(i, chosen, had, is_full=open_leads >= capacity), round(fit, 1),
                None if km != km else round(km, 1), open_leads, capacity,
                round(100 * record), None if last == -np.inf else int(last),
            ]
            for i, key, fit, km, open_leads, capacity, record, last in facts
        ]  # fmt: skip

    def _decided(self, i: int, chosen: int | None, had: Bools | None, *, is_full: bool) -> int:
        if i == chosen:
            return 0
        if had is not None and had[i]:
            return CODES["had_before"]
        if is_full or chosen is None:
            return CODES["no_room"]
        worst, most = "", 0.0
        for part, share in self.weights.items():
            values = self.parts[part]
            lost = float(values[chosen] - values[i]) * share
            if lost > most:
                worst, most = part, lost
        return CODES[f"less_{worst}"] if worst else CODES["later_turn"]

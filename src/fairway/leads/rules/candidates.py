"""Who gets a lead: partners and leads as arrays, eligibility with reasons, fit, and fair turn. Pure.

One `Router` decides lead after lead, in the order given, and counts each offer at once, so that a thousand leads
of one batch fill nobody beyond the limit. The same input gives the same answer.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fairway.core.conditions import check, to_mask
from fairway.core.conditions.masks import Column
from fairway.core.words import said as _
from fairway.leads.rules.routing import Rule, excluded_text

EARTH_KM = 6371.0088
HALF_FIT_KM = 100.0  # at this distance the part for distance is a half
UNKNOWN_FIT = 0.25  # the part for distance when one of the places is unknown
TURN_DAYS = 30.0  # after so many days without an offer it is wholly somebody's turn
SHOWN = 5
DAY = 86_400.0
Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def unit_vectors(latitudes: Floats, longitudes: Floats) -> Floats:
    """Points on the unit sphere, one row each; NaN where a coordinate is missing. Degrees in."""
    lat, lon = np.radians(latitudes), np.radians(longitudes)
    return np.stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)], axis=-1)


def kilometres(one: Floats, many: Floats) -> Floats:
    """Great-circle distances from one unit vector to many; exact also for neighbours and antipodes."""
    chord = np.linalg.norm(many - one, axis=-1)
    return 2.0 * EARTH_KM * np.arcsin(np.minimum(chord / 2.0, 1.0))


@dataclass(slots=True)
class PartnerTable:
    """Partners who could get leads, one row each, by id. `open_leads` and `last_offered` change as offers are made.

    `record` is the share of answered offers that were accepted, 0 to 1, shrunk towards the channel's mean where
    few were answered. `last_offered` is seconds since 1970, −inf for never.
    """

    ids: Ints
    uids: Sequence[str]
    names: Sequence[str]
    cities: Sequence[str]
    countries: NDArray[np.object_]
    states: NDArray[np.object_]
    territories: NDArray[np.object_]
    product_lines: Sequence[frozenset[str]]
    points: Floats
    active: NDArray[np.bool_]
    accepting: NDArray[np.bool_]
    capacity: Ints
    open_leads: Ints
    record: Floats
    last_offered: Floats
    columns: Mapping[str, Column] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.ids)


@dataclass(frozen=True, slots=True)
class LeadFacts:
    """What routing needs of one lead besides its conditions. `point` is a unit vector with NaN when unknown."""

    country: str
    state: str
    territory: str
    product_line: str
    point: Floats
    offers_made: int
    had_before: frozenset[int]  # partner ids
    known_partner: int = 0  # id of the partner who has the customer, 0 for none


@dataclass(frozen=True, slots=True)
class Decision:
    """What the rules decided for one lead. `partner` is a row of the table, or None while the lead waits."""

    outcome: str  # "offered", "waiting", "person"
    rule: int | None  # number from 1
    partner: int | None
    considered: int
    candidates: list[dict[str, Any]]
    excluded: dict[str, int]
    waiting_because: str


@dataclass(frozen=True, slots=True)
class _Field:
    """The partners that a rule allows for leads of one kind: rows, and how many fell out why."""

    rows: Ints
    points: Floats
    excluded: Mapping[str, int]


class Router:
    def __init__(self, rules: Sequence[Rule], partners: PartnerTable, now: float) -> None:
        """`now` is seconds since 1970."""
        self.rules, self.partners, self.now = rules, partners, now
        self._fields: dict[tuple[Any, ...], _Field] = {}

    def rule_numbers(self, columns: Mapping[str, Column], count: int) -> Ints:
        """For each of `count` leads the number of the first rule that matches, 0 for none."""
        found = np.zeros(count, dtype=np.int64)
        for number, rule in enumerate(self.rules, start=1):
            names = rule.when.field_names
            mask = to_mask(rule.when, {name: columns[name] for name in names}) if names else np.ones(count, np.bool_)
            if not names and not rule.when.is_always:
                mask = np.zeros(count, np.bool_)
            found[(found == 0) & mask] = number
        return found

    def decide(self, lead: LeadFacts, number: int) -> Decision:
        """Decide one lead by rule `number`; an offer counts at once."""
        if not number:
            return self._waits(_("No rule matches this lead."), None, "waiting")
        rule = self.rules[number - 1]
        if lead.offers_made >= rule.partners_at_most:
            sentence = _("Offers made: %(n)d. Now the account manager decides.", n=lead.offers_made)
            return self._waits(sentence, number, "person")
        if rule.action.kind == "person":
            return self._waits(_("Rule %(n)d leaves it to the account manager.", n=number), number, "person")
        allowed = self._allowed(rule, number, lead)
        return self._best(lead, rule, number, allowed)

    def _waits(self, because: Any, number: int | None, outcome: str) -> Decision:
        return Decision(outcome, number, None, len(self.partners), [], {}, str(because))

    def _allowed(self, rule: Rule, number: int, lead: LeadFacts) -> _Field:
        shared = tuple(getattr(lead, name) if name in rule.match else None for name in _SHARED)
        known = lead.known_partner if rule.action.kind == "known" else None
        key = (number, known, *shared)
        if key not in self._fields:
            self._fields[key] = self._field(rule, known, dict(zip(_SHARED, shared, strict=True)))
        return self._fields[key]

    def _field(self, rule: Rule, known: int | None, shared: Mapping[str, str | None]) -> _Field:
        """Sort out partners who can get no lead of this kind; each is counted under the first reason."""
        partners = self.partners
        left = np.ones(len(partners), dtype=np.bool_)
        excluded: dict[str, int] = {}

        def keep(code: str, mask: NDArray[np.bool_]) -> None:
            out = int(np.count_nonzero(left & ~mask))
            if out:
                excluded[code] = excluded.get(code, 0) + out
            np.logical_and(left, mask, out=left)

        if rule.action.kind == "named":
            left &= np.array([uid == rule.action.partner for uid in partners.uids], dtype=np.bool_)
        if known is not None:
            left &= partners.ids == known
        keep("paused", partners.active)
        keep("not_accepting", partners.accepting)
        for index, (condition, _words) in enumerate(rule.who_parts):
            keep(f"who.{index}", to_mask(condition, {name: partners.columns[name] for name in condition.field_names}))
        for name, value in shared.items():
            if value is not None:
                keep(_SHARED[name], self._shares(name, value))
        rows = np.nonzero(left)[0]
        return _Field(rows, partners.points[rows], excluded)

    def _shares(self, name: str, value: str) -> NDArray[np.bool_]:
        """Who has the lead's country, state, territory or line; a fact that is not known of the lead binds nobody."""
        partners = self.partners
        if not value:
            return np.ones(len(partners), dtype=np.bool_)
        if name == "product_line":
            return np.array([value in lines for lines in partners.product_lines], dtype=np.bool_)
        column = {"country": partners.countries, "state": partners.states, "territory": partners.territories}[name]
        return np.asarray(column == value, dtype=np.bool_)

    def _best(self, lead: LeadFacts, rule: Rule, number: int, allowed: _Field) -> Decision:
        partners, rows, excluded = self.partners, allowed.rows, dict(allowed.excluded)
        km = kilometres(lead.point, allowed.points)
        if rule.action.max_km is not None and len(rows):
            near = km <= rule.action.max_km
            _count(excluded, "place_unknown", int(np.count_nonzero(np.isnan(km))))
            _count(excluded, "too_far", int(np.count_nonzero(km > rule.action.max_km)))
            rows, km = rows[near], km[near]
        had = np.isin(partners.ids[rows], list(lead.had_before)) if lead.had_before else np.zeros(len(rows), np.bool_)
        full = ~had & (partners.open_leads[rows] >= partners.capacity[rows])
        _count(excluded, "had_before", int(np.count_nonzero(had)))
        _count(excluded, "no_room", int(np.count_nonzero(full)))
        table = _Fits(partners, rows, km, rule, self.now)
        chosen = table.first(~had & ~full)
        candidates = table.shown(chosen, had, full)
        if chosen is None:
            words = excluded_text(excluded, rule)
            because = _("No partner is eligible by rule %(n)d: %(words)s.", n=number, words=words)
            if not len(partners) or not words:
                because = _("No partner is eligible by rule %(n)d.", n=number)
            return Decision("waiting", number, None, len(partners), candidates, excluded, str(because))
        row = int(rows[chosen])
        partners.open_leads[row] += 1
        partners.last_offered[row] = self.now
        return Decision("offered", number, row, len(partners), candidates, excluded, "")


_SHARED = {
    "country": "other_country",
    "state": "other_state",
    "territory": "outside_territory",
    "product_line": "lacks_line",
}


class Findings:
    """What rules found in the leads they matched, in words; made once for each kind of answer."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        self.rules = rules
        self.names = [sorted(rule.when.field_names) for rule in rules]
        self.said: dict[tuple[Any, ...], list[str]] = {}

    def of(self, number: int, values: Mapping[str, Any]) -> list[str]:
        """The reasons of rule `number` for one lead; none for 0, and for a rule that takes every lead."""
        if not number or not self.names[number - 1]:
            return []
        key = (number, *(values[name] for name in self.names[number - 1]))
        if key not in self.said:
            self.said[key] = [str(reason) for reason in check(self.rules[number - 1].when, values).reasons]
        return self.said[key]


def _count(excluded: dict[str, int], code: str, count: int) -> None:
    if count:
        excluded[code] = excluded.get(code, 0) + count


class _Fits:
    """How well each of some partners fits one lead: parts from 0 to 1, weighed into 0 to 100."""

    def __init__(self, partners: PartnerTable, rows: Ints, km: Floats, rule: Rule, now: float) -> None:
        self.partners, self.rows, self.km = partners, rows, km
        weights = rule.action.weights or {"distance": 1.0}
        self.weights = {part: weight for part, weight in weights.items() if weight}
        self.parts = {part: getattr(self, f"_{part}")(now) for part in self.weights}
        total = sum(self.weights.values())
        fit = np.zeros(len(rows))
        for part, weight in self.weights.items():
            fit += self.parts[part] * (100.0 * weight / total)
        self.fit = np.round(fit, 6)

    def _distance(self, now: float) -> Floats:
        return np.where(np.isnan(self.km), UNKNOWN_FIT, 1.0 / (1.0 + self.km / HALF_FIT_KM))

    def _record(self, now: float) -> Floats:
        return self.partners.record[self.rows]

    def _room(self, now: float) -> Floats:
        capacity = self.partners.capacity[self.rows]
        free = capacity - self.partners.open_leads[self.rows]
        return np.clip(free / np.maximum(capacity, 1), 0.0, 1.0)

    def _turn(self, now: float) -> Floats:
        return np.clip((now - self.partners.last_offered[self.rows]) / (TURN_DAYS * DAY), 0.0, 1.0)

    def first(self, eligible: NDArray[np.bool_]) -> int | None:
        """The best of the eligible; of equals the one whose last offer is longest ago, then the lower id."""
        if not eligible.any():
            return None
        fit = np.where(eligible, self.fit, -1.0)
        ties = np.nonzero(fit == fit.max())[0]
        if len(ties) == 1:
            return int(ties[0])
        ids, last = self.partners.ids[self.rows[ties]], self.partners.last_offered[self.rows[ties]]
        return int(ties[np.lexsort((ids, last))[0]])

    def shown(self, chosen: int | None, had: NDArray[np.bool_], full: NDArray[np.bool_]) -> list[dict[str, Any]]:
        """The chosen one and the next best, at most five, each with what decided against it."""
        most = min(len(self.rows), SHOWN + 1)
        if not most:
            return []
        top = np.argpartition(-self.fit, most - 1)[:most] if most < len(self.rows) else np.arange(len(self.rows))
        order = [int(i) for i in top[np.lexsort((self.partners.ids[self.rows[top]], -self.fit[top]))]]
        listed = ([chosen] if chosen is not None else []) + [i for i in order if i != chosen]
        return [self._candidate(i, self._decided(i, chosen, had, full)) for i in listed[:SHOWN]]

    def _decided(self, i: int, chosen: int | None, had: NDArray[np.bool_], full: NDArray[np.bool_]) -> str:
        if i == chosen:
            return "offered"
        if had[i]:
            return "had_before"
        if full[i] or chosen is None:
            return "no_room"
        lost = {part: (self.parts[part][chosen] - self.parts[part][i]) * w for part, w in self.weights.items()}
        worst = max(lost, key=lambda part: lost[part])
        return f"less_{worst}" if lost[worst] > 0 else "later_turn"

    def _candidate(self, i: int, decided: str) -> dict[str, Any]:
        partners, row = self.partners, int(self.rows[i])
        last = float(partners.last_offered[row])
        return {
            "partner": partners.uids[row],
            "name": partners.names[row],
            "city": partners.cities[row],
            "fit": round(float(self.fit[i]), 1),
            "km": None if np.isnan(self.km[i]) else round(float(self.km[i]), 1),
            "open": int(partners.open_leads[row]),
            "capacity": int(partners.capacity[row]),
            "record": round(100 * float(partners.record[row])),
            "last_offered": None if last == -np.inf else int(last),
            "parts": {part: round(100 * float(values[i])) for part, values in self.parts.items()},
            "decided": decided,
        }


def shrunk(accepted: Ints, answered: Ints, *, weight: float = 5.0, prior: float = 0.5) -> Floats:
    """Shares of accepted offers, drawn towards the mean of all where few were answered.

    `weight` is how many answers the mean counts for; without any answer at all the mean is `prior`.
    """
    total = answered.sum()
    mean = accepted.sum() / total if total else prior
    return (accepted + weight * mean) / (answered + weight)

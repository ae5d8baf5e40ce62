"""Points for a lead: each rule of the card that holds gives its points and says why. Pure.

Rules may belong to a category. The points of a category add up, stop at its cap, and then halve with the lead's age
where it has a half-life; the categories and the rules outside any add up and stop at the card's cap. What a cap or
age takes away stands among the reasons, so that the reasons always add up to the points.
"""

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fairway.core.conditions import Condition, Subject, Verdict, check, parse, to_mask
from fairway.core.conditions.masks import Column
from fairway.core.conditions.parse import ConditionError
from fairway.core.told import packed
from fairway.core.words import Row
from fairway.core.words import said as _

POINTS_MOST = 1000
RULES_MOST = 100
CATEGORIES_MOST = 6
TOTAL_MOST = 100_000
HALF_LIFE_MOST = 3_650
# How far ahead a change of band by age is looked for, in days.
AHEAD_DAYS = 3_650


class PolicyError(ValueError):
    """A card or policy that cannot be used. `place` is like "rule 2"; `str()` is the whole sentence."""

    def __init__(self, place: Any, problem: Any) -> None:
        super().__init__(f"{place}: {problem}")
        self.place, self.problem = str(place), str(problem)


@dataclass(frozen=True, slots=True)
class ScoreRule:
    name: str
    when: Condition
    points: int
    category: str = ""


@dataclass(frozen=True, slots=True)
class Category:
    """Rules of one kind together: at most `cap` points, which halve every `half_life_days`."""

    name: str
    cap: int | None = None
    half_life_days: int | None = None

    def capped(self, raw: int) -> int:
        return raw if self.cap is None else min(raw, self.cap)

    def at_age(self, raw: int, age_days: int) -> int:
        """What is left of the points after whole days, cut towards zero."""
        kept = self.capped(raw)
        return kept if self.half_life_days is None else int(kept * 0.5 ** (max(age_days, 0) / self.half_life_days))


@dataclass(frozen=True, slots=True)
class Band:
    name: str
    at_least: int


@dataclass(frozen=True, slots=True)
class Card:
    """Rules in their order, bands from the highest down."""

    rules: tuple[ScoreRule, ...]
    bands: tuple[Band, ...]
    categories: tuple[Category, ...] = ()
    most: int | None = None

    def total(self, raw: Sequence[int], age_days: int) -> int:
        """Points from those outside any category followed by those of each category, as the rules gave them."""
        parts = zip(self.categories, raw[1:], strict=True)
        points = raw[0] + sum(category.at_age(given, age_days) for category, given in parts)
        return points if self.most is None else min(points, self.most)

    def band(self, points: int) -> str:
        return next((band.name for band in self.bands if points >= band.at_least), "")

    @property
    def decays(self) -> bool:
        return any(category.half_life_days for category in self.categories)

    @property
    def field_names(self) -> list[str]:
        return sorted({name for rule in self.rules for name in rule.when.field_names})


@dataclass(frozen=True, slots=True)
class Score:
    """`reasons` are {"name", "points", "text"}, weightiest first, then what caps and age took away.

    Their names and texts are as they are kept: `core.told.tell` says them.

    `categories` are the points of each; `band_until_days` is the age at which the band will be another.
    """

    points: int
    band: str
    reasons: list[dict[str, Any]]
    categories: dict[str, int] = field(default_factory=dict)
    band_until_days: int | None = None


def parse_card(
    rules: Sequence[Mapping[str, Any]],
    bands: Sequence[Mapping[str, Any]],
    subject: Subject,
    *,
    strict: bool = True,
    categories: Sequence[Mapping[str, Any]] = (),
    most: int | None = None,
) -> Card:
    """Read a stored card. Raises PolicyError; with `strict=False` choices that were retired since are let through."""
    if len(rules) > RULES_MOST:
        raise PolicyError(_("Card"), _("There are more than %(n)d rules. Use fewer.", n=RULES_MOST))
    kinds = _categories(categories)
    names = {kind.name for kind in kinds}
    read = tuple(_rule(rule, number, subject, strict, names) for number, rule in enumerate(rules, start=1))
    if most is not None and not _is_whole(most, 1, TOTAL_MOST):
        raise PolicyError(_("Card"), _("its cap is a whole number from 1 to %(n)d, or empty.", n=TOTAL_MOST))
    listed = [_band(band, number) for number, band in enumerate(bands, start=1)]
    if len({band.at_least for band in listed}) < len(listed):
        raise PolicyError(_("Bands"), _("two bands begin at the same points. Give each its own."))
    return Card(read, tuple(sorted(listed, key=lambda band: -band.at_least)), kinds, most)


def _is_whole(value: Any, least: int, most: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and least <= value <= most


def _categories(stored: Sequence[Mapping[str, Any]]) -> tuple[Category, ...]:
    if len(stored) > CATEGORIES_MOST:
        raise PolicyError(_("Categories"), _("there are more than %(n)d. Use fewer.", n=CATEGORIES_MOST))
    read = tuple(_category(each, number) for number, each in enumerate(stored, start=1))
    if len({each.name.casefold() for each in read}) < len(read):
        raise PolicyError(_("Categories"), _("two have the same name. Give each its own."))
    return read


def _category(stored: Mapping[str, Any], number: int) -> Category:
    place = _("Category %(n)d", n=number)
    name, cap, half_life = str(stored.get("name") or "").strip(), stored.get("cap"), stored.get("half_life_days")
    if not name or len(name) > 30:
        raise PolicyError(place, _("it needs a name of at most 30 letters."))
    if cap is not None and not _is_whole(cap, 1, TOTAL_MOST):
        raise PolicyError(place, _("its cap is a whole number from 1 to %(n)d, or empty.", n=TOTAL_MOST))
    if half_life is not None and not _is_whole(half_life, 1, HALF_LIFE_MOST):
        raise PolicyError(place, _("its points halve in 1 to %(n)d days, or never.", n=HALF_LIFE_MOST))
    return Category(name, cap, half_life)


def _rule(rule: Mapping[str, Any], number: int, subject: Subject, strict: bool, categories: set[str]) -> ScoreRule:
    place = _("Rule %(n)d", n=number)
    name, points = str(rule.get("name") or "").strip(), rule.get("points")
    if not name:
        raise PolicyError(place, _("it has no name. Say in a few words what it rewards."))
    if not isinstance(points, int) or isinstance(points, bool) or not 0 < abs(points) <= POINTS_MOST:
        raise PolicyError(place, _("points are a whole number from −%(n)d to %(n)d, not 0.", n=POINTS_MOST))
    try:
        when = parse(subject, rule.get("when"), at_capture=True, check_choices=strict)
    except ConditionError as problem:
        raise PolicyError(place, problem) from None
    if when.is_always:
        raise PolicyError(place, _("it has no condition, so every lead would get its points. Add one."))
    category = str(rule.get("category") or "")
    if category and category not in categories:
        raise PolicyError(place, _("its category “%(name)s” is not on this card.", name=category))
    return ScoreRule(name, when, points, category)


def _band(band: Mapping[str, Any], number: int) -> Band:
    name, least = str(band.get("name") or "").strip(), band.get("at_least")
    if not name or len(name) > 30 or not isinstance(least, int) or isinstance(least, bool):
        raise PolicyError(
            _("Band %(n)d", n=number), _("it needs a name of at most 30 letters and the points at which it begins.")
        )
    return Band(name, least)


def score(card: Card, values: Mapping[str, Any], age_days: int = 0) -> Score:
    """The score of one lead, given as condition values and its age in whole days."""
    met = [(rule, check(rule.when, values)) for rule in card.rules]
    held = [(rule, verdict) for rule, verdict in met if verdict.ok]
    reasons = [_reason(rule, verdict) for rule, verdict in held]
    raw = [sum(rule.points for rule, _verdict in held if rule.category == name) for name in _names(card)]
    return _score(reasons, settle(card, tuple(raw), age_days))


def score_many(
    card: Card, values: Sequence[Mapping[str, Any]], columns: Mapping[str, Column], ages: Sequence[int] | None = None
) -> list[Score]:
    """The same for many: masks find who meets each rule; words are made once for each kind of answer.

    `ages` are whole days, one for each lead; without them all are new.
    """
    met: list[list[dict[str, Any]]] = [[] for _row in values]
    names = _names(card)
    raw = np.zeros((len(values), len(names)), dtype=np.int64)
    for rule in card.rules:
        mask = _mask_of(rule.when, columns)
        raw[mask, names.index(rule.category)] += rule.points
        _note(rule, mask, values, met)
    settled: dict[tuple[tuple[int, ...], int], Settled] = {}
    scores = []
    for reasons, given, age in zip(met, map(tuple, raw.tolist()), ages or [0] * len(values), strict=True):
        # Without a half-life all ages are one.
        key = (given, age if card.decays else 0)
        if key not in settled:
            settled[key] = settle(card, *key)
        scores.append(_score(reasons, settled[key]))
    return scores


def _mask_of(condition: Condition, columns: Mapping[str, Column]) -> NDArray[np.bool_]:
    return to_mask(condition, {name: columns[name] for name in condition.field_names})


def _note(
    rule: ScoreRule, mask: NDArray[np.bool_], values: Sequence[Mapping[str, Any]], met: list[list[dict[str, Any]]]
) -> None:
    names = sorted(rule.when.field_names)
    said: dict[tuple[Any, ...], dict[str, Any]] = {}
    for index in np.nonzero(mask)[0].tolist():
        row = values[index]
        found = tuple([row[name] for name in names])
        if found not in said:
            said[found] = _reason(rule, check(rule.when, row))
        met[index].append(said[found])


def first_fit(conditions: Sequence[Condition], columns: Mapping[str, Column], length: int) -> NDArray[np.int64]:
    """For each lead the place of the first condition that it meets, −1 where it meets none."""
    place = np.full(length, -1, dtype=np.int64)
    for number, condition in enumerate(conditions):
        mask = _mask_of(condition, columns) if condition.field_names else np.full(length, condition.is_always)
        place[(place < 0) & mask] = number
    return place


@dataclass(frozen=True, slots=True)
class Settled:
    """Points after caps and age, with what those took away as reasons."""

    points: int
    band: str
    taken: list[dict[str, Any]]
    categories: dict[str, int]
    band_until_days: int | None


def settle(card: Card, raw: tuple[int, ...], age_days: int) -> Settled:
    """What the points that rules gave are worth at an age: those outside categories first, then each category's."""
    taken: list[dict[str, Any]] = []
    left: dict[str, int] = {}
    for category, given in zip(card.categories, raw[1:], strict=True):
        capped, worth = category.capped(given), category.at_age(given, age_days)
        left[category.name] = worth
        if capped != given:
            taken.append(_taken(_("Cap of %(name)s", name=category.name), capped - given, _cap_text(category.cap)))
        if worth != capped:
            taken.append(_taken(_("Age: %(name)s", name=category.name), worth - capped, _age_text(category, age_days)))
    points = card.total(raw, age_days)
    before = raw[0] + sum(left.values())
    if points != before:
        taken.append(_taken(_("Cap of the card"), points - before, _cap_text(card.most)))
    return Settled(points, card.band(points), taken, left, _band_until(card, raw, age_days))


def _taken(name: Any, points: int, text: Any) -> dict[str, Any]:
    return {"name": packed(name), "points": points, "text": packed(text)}


def _cap_text(cap: int | None) -> Any:
    return _("at most %(n)d points", n=cap or 0)


def _age_text(category: Category, age_days: int) -> Any:
    return _("%(age)d days old; halves every %(days)d days", age=age_days, days=category.half_life_days or 0)


def _band_until(card: Card, raw: tuple[int, ...], age_days: int) -> int | None:
    """The first age at which the band is another than now; None when it never is."""
    decaying = [given for category, given in zip(card.categories, raw[1:], strict=True) if category.half_life_days]
    if not any(decaying):
        return None
    now = card.band(card.total(raw, age_days))

    def is_other(age: int) -> bool:
        return card.band(card.total(raw, age)) != now

    last = age_days + AHEAD_DAYS
    if min(decaying) < 0 < max(decaying):  # up and down at once: no order to search in
        return next((age for age in range(age_days + 1, last + 1) if is_other(age)), None)
    # Points go one way only, so that a band once left stays left.
    found = bisect_left(range(age_days + 1, last + 1), True, key=is_other)
    return age_days + 1 + found if found < AHEAD_DAYS else None


def _names(card: Card) -> list[str]:
    return ["", *(category.name for category in card.categories)]


def _reason(rule: ScoreRule, verdict: Verdict) -> dict[str, Any]:
    text = packed(Row(tuple(verdict.reasons), "; "))
    said = {"name": rule.name, "points": rule.points, "text": text}
    return {**said, "category": rule.category} if rule.category else said


def _score(reasons: list[dict[str, Any]], settled: Settled) -> Score:
    ordered = sorted(reasons, key=lambda reason: -reason["points"]) + settled.taken
    return Score(settled.points, settled.band, ordered, settled.categories, settled.band_until_days)

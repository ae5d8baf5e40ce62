"""Points for a lead: each rule of the card that holds gives its points and says why. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fairway.core.conditions import Condition, Subject, check, parse, to_mask
from fairway.core.conditions.masks import Column
from fairway.core.conditions.parse import ConditionError
from fairway.core.words import said as _

POINTS_MOST = 1000
RULES_MOST = 100


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


@dataclass(frozen=True, slots=True)
class Band:
    name: str
    at_least: int


@dataclass(frozen=True, slots=True)
class Card:
    """Rules in their order, bands from the highest down."""

    rules: tuple[ScoreRule, ...]
    bands: tuple[Band, ...]

    def band(self, points: int) -> str:
        return next((band.name for band in self.bands if points >= band.at_least), "")

    @property
    def field_names(self) -> list[str]:
        return sorted({name for rule in self.rules for name in rule.when.field_names})


@dataclass(frozen=True, slots=True)
class Score:
    """`reasons` are {"name", "points", "text"}, weightiest first."""

    points: int
    band: str
    reasons: list[dict[str, Any]]


def parse_card(
    rules: Sequence[Mapping[str, Any]], bands: Sequence[Mapping[str, Any]], subject: Subject, *, strict: bool = True
) -> Card:
    """Read a stored card. Raises PolicyError; with `strict=False` choices that were retired since are let through."""
    if len(rules) > RULES_MOST:
        raise PolicyError(_("Card"), _("There are more than %(n)d rules. Use fewer.", n=RULES_MOST))
    read = tuple(_rule(rule, number, subject, strict) for number, rule in enumerate(rules, start=1))
    listed = [_band(band, number) for number, band in enumerate(bands, start=1)]
    if len({band.at_least for band in listed}) < len(listed):
        raise PolicyError(_("Bands"), _("two bands begin at the same points. Give each its own."))
    return Card(read, tuple(sorted(listed, key=lambda band: -band.at_least)))


def _rule(rule: Mapping[str, Any], number: int, subject: Subject, strict: bool) -> ScoreRule:
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
    return ScoreRule(name, when, points)


def _band(band: Mapping[str, Any], number: int) -> Band:
    name, least = str(band.get("name") or "").strip(), band.get("at_least")
    if not name or len(name) > 30 or not isinstance(least, int) or isinstance(least, bool):
        raise PolicyError(
            _("Band %(n)d", n=number), _("it needs a name of at most 30 letters and the points at which it begins.")
        )
    return Band(name, least)


def score(card: Card, values: Mapping[str, Any]) -> Score:
    """The score of one lead, given as condition values."""
    met = [(rule, check(rule.when, values)) for rule in card.rules]
    reasons = [_reason(rule, "; ".join(map(str, verdict.reasons))) for rule, verdict in met if verdict.ok]
    return _total(card, reasons)


def score_many(card: Card, values: Sequence[Mapping[str, Any]], columns: Mapping[str, Column]) -> list[Score]:
    """The same for many: masks find who meets each rule; words are made once for each kind of answer."""
    met: list[list[dict[str, Any]]] = [[] for _row in values]
    for rule in card.rules:
        names = sorted(rule.when.field_names)
        said: dict[tuple[Any, ...], dict[str, Any]] = {}
        for index in _indexes(to_mask(rule.when, {name: columns[name] for name in names})):
            found = tuple(values[index][name] for name in names)
            if found not in said:
                said[found] = _reason(rule, "; ".join(map(str, check(rule.when, values[index]).reasons)))
            met[index].append(said[found])
    return [_total(card, reasons) for reasons in met]


def _indexes(mask: NDArray[np.bool_]) -> Iterable[int]:
    return (int(index) for index in np.nonzero(mask)[0])


def _reason(rule: ScoreRule, text: str) -> dict[str, Any]:
    return {"name": rule.name, "points": rule.points, "text": text}


def _total(card: Card, reasons: list[dict[str, Any]]) -> Score:
    points = sum(reason["points"] for reason in reasons)
    return Score(points, card.band(points), sorted(reasons, key=lambda reason: -reason["points"]))

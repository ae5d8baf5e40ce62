"""What a draft of a score card would change of the latest leads, and how one lead is scored. Nothing is written."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from fairway.core.conditions import check, holds
from fairway.core.told import tell
from fairway.leads.conditions import VendorSubjects
from fairway.leads.models import PolicyState, ScoreCard
from fairway.leads.queries.dry_run import latest_leads
from fairway.leads.queries.score_cards import Asked, CardVersions, in_order, read_card, score_rows
from fairway.leads.rules.scoring import Score, score

COUNTS = (300, 1_000, 3_000, 10_000)
SHOWN = 8


@dataclass(frozen=True, slots=True)
class Moved:
    """A lead whose points change, from what to what."""

    uid: str
    title: str
    points: tuple[int, int]
    band: tuple[str, str]

    @property
    def by(self) -> int:
        return self.points[1] - self.points[0]


@dataclass(frozen=True, slots=True)
class ScoreRun:
    """What is in force against the draft over the same leads at the same instant.

    `bands` are (name, before, after); `moves` (from, to, leads), most first; `most` those that change most.
    """

    leads: int
    elsewhere: int
    changed: int
    bands: list[tuple[str, int, int]]
    moves: list[tuple[str, str, int]]
    most: list[Moved]

    @property
    def share(self) -> float:
        return 100 * self.elsewhere / self.leads if self.leads else 0.0


def score_run(versions: CardVersions, subjects: VendorSubjects, count: int, at: datetime) -> ScoreRun:
    """Of the last `count` leads. Every card that is in force takes part, so that a lead may change its card too."""
    rows = latest_leads(count)
    live = list(ScoreCard.objects.filter(state=PolicyState.PUBLISHED))
    draft = versions.draft or versions.scheduled
    after_cards = [card for card in live if draft is None or card.family != draft.family] + ([draft] if draft else [])
    before = _scored(live, rows, subjects, at)
    after = _scored(after_cards, rows, subjects, at)
    names = list(dict.fromkeys(band["name"] for card in [*after_cards, *live] for band in _from_best(card.bands)))
    return _run(rows, before, after, names)


def _from_best(bands: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    return sorted(bands, key=lambda band: -band["at_least"])


def _scored(
    cards: Sequence[ScoreCard], rows: Sequence[Mapping[str, Any]], subjects: VendorSubjects, at: datetime
) -> list[tuple[int, str]]:
    asked = [read_card(card, subjects.lead) for card in in_order(cards)]
    found = score_rows(asked, rows, subjects.currency, at)
    return [(one[1].points, one[1].band) if one else (0, "") for one in found]


def _run(
    rows: Sequence[Mapping[str, Any]], before: list[tuple[int, str]], after: list[tuple[int, str]], names: list[str]
) -> ScoreRun:
    pairs = list(zip(rows, before, after, strict=True))
    counts = Counter(band for _points, band in before), Counter(band for _points, band in after)
    moves = Counter((was[1], now[1]) for _row, was, now in pairs if was[1] != now[1])
    changed = [
        Moved(str(row["uid"]), row["title"], (was[0], now[0]), (was[1], now[1]))
        for row, was, now in pairs
        if was[0] != now[0]
    ]
    return ScoreRun(
        leads=len(pairs),
        elsewhere=sum(moves.values()),
        changed=len(changed),
        bands=[(name, counts[0][name], counts[1][name]) for name in names],
        moves=[(was, now, n) for (was, now), n in moves.most_common(SHOWN)],
        most=sorted(changed, key=lambda one: (-abs(one.by), one.uid))[:SHOWN],
    )


@dataclass(frozen=True, slots=True)
class Tried:
    """One rule on the test bench: whether it held, and why or why not."""

    name: str
    category: str
    points: int
    holds: bool
    text: str


@dataclass(frozen=True, slots=True)
class Trial:
    """A card tried on one lead; `until_days` is the age at which the band will be another."""

    card: ScoreCard
    is_for: bool
    rules: list[Tried]
    score: Score
    age_days: int

    @property
    def gave(self) -> int:
        """Points of the rules that held, before caps and age."""
        return sum(rule.points for rule in self.rules if rule.holds)

    @property
    def taken(self) -> list[dict[str, Any]]:
        """What caps and age took, in the language in force."""
        held = sum(rule.holds for rule in self.rules)
        return [
            {**reason, "name": tell(reason["name"]), "text": tell(reason["text"])}
            for reason in self.score.reasons[held:]
        ]


def trial(asked: Asked, values: Mapping[str, Any], age_days: int) -> Trial:
    tried = []
    for rule in asked.card.rules:
        verdict = check(rule.when, values)
        text = "; ".join(map(str, verdict.reasons))
        tried.append(Tried(rule.name, rule.category, rule.points, verdict.ok, text))
    made = score(asked.card, values, age_days)
    return Trial(asked.stored, holds(asked.applies_to, values), tried, made, age_days)


def trial_cards(family: str, which: str, subjects: VendorSubjects) -> list[Asked]:
    """The cards that the test bench may try: the published ones, with a draft in the place of its own when asked."""
    states = [PolicyState.PUBLISHED] + ([PolicyState.DRAFT] if which == "draft" else [])
    rows = ScoreCard.objects.filter(state__in=states)
    drafts = {row.family: row for row in rows if row.state == PolicyState.DRAFT and row.family == family}
    live = [row for row in rows if row.state == PolicyState.PUBLISHED and row.family not in drafts]
    return [read_card(card, subjects.lead) for card in in_order([*live, *drafts.values()])]

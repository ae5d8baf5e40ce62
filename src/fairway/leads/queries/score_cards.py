"""Score cards as they score: the published ones in the order in which they are asked, and one card's versions."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import F

from fairway.core.conditions import Condition, Subject, parse
from fairway.leads.conditions import columns_of, lead_values
from fairway.leads.models import LeadScore, PolicyState, ScoreCard
from fairway.leads.queries.policies import Versions
from fairway.leads.rules.editing import differences, with_uids
from fairway.leads.rules.scoring import Card, Score, first_fit, parse_card, score_many
from fairway.leads.rules.states import LeadState

OVER = (LeadState.CONVERTED, LeadState.CLOSED)


@dataclass(frozen=True, slots=True)
class Asked:
    """A card and the leads it is for."""

    stored: ScoreCard
    card: Card
    applies_to: Condition


def read_card(stored: ScoreCard, subject: Subject) -> Asked:
    card = parse_card(stored.rules, stored.bands, subject, strict=False, categories=stored.categories, most=stored.most)
    is_default = stored.family == ScoreCard.DEFAULT
    return Asked(stored, card, parse(subject, {} if is_default else stored.applies_to, check_choices=False))


def in_order(cards: Iterable[ScoreCard]) -> list[ScoreCard]:
    """As they are asked; the default card last."""
    return sorted(cards, key=lambda card: (card.family == ScoreCard.DEFAULT, card.place, card.number))


def published_cards(subject: Subject) -> list[Asked]:
    """One query."""
    return [read_card(card, subject) for card in in_order(ScoreCard.objects.filter(state=PolicyState.PUBLISHED))]


def age_days(captured_at: datetime, at: datetime) -> int:
    """Whole days since a lead came in."""
    return max((at - captured_at).days, 0)


def score_rows(
    asked: Sequence[Asked], rows: Sequence[Mapping[str, Any]], currency: str, at: datetime
) -> list[tuple[ScoreCard, Score] | None]:
    """For each row of `queries.subjects.lead_rows` the card that takes it and its score; None where none does."""
    values = [lead_values(row, currency) for row in rows]
    names = sorted({name for one in asked for name in [*one.card.field_names, *one.applies_to.field_names]})
    columns = columns_of(values, names)
    taken = first_fit([one.applies_to for one in asked], columns, len(rows))
    found: list[tuple[ScoreCard, Score] | None] = [None] * len(rows)
    for number, one in enumerate(asked):
        places = (taken == number).nonzero()[0].tolist()
        if not places:
            continue
        chosen = [values[place] for place in places]
        own = columns if len(places) == len(rows) else columns_of(chosen, one.card.field_names)
        ages = [age_days(rows[place]["captured_at"], at) for place in places]
        for place, score in zip(places, score_many(one.card, chosen, own, ages), strict=True):
            found[place] = (one.stored, score)
    return found


def leads_due_by_age(at: datetime, most: int) -> list[int]:
    """Leads still open whose band is another by age alone, longest due first."""
    due = LeadScore.objects.filter(band_until__lte=at).exclude(lead__state__in=OVER)
    return list(due.order_by("band_until", "pk").values_list("lead_id", flat=True)[:most])


@dataclass(frozen=True, slots=True)
class CardVersions(Versions[ScoreCard]):
    """Live, draft and what is to come into force, of one family."""

    scheduled: ScoreCard | None = None

    @property
    def changes(self) -> int:
        """Rules that differ, and parts of the card beside them."""
        draft, live = self.draft, self.live
        if draft is None:
            return 0
        parts = ("name", "place", "applies_to", "bands", "categories", "most")
        others = sum(getattr(draft, part) != getattr(live, part) for part in parts) if live else 0
        return differences(self.rules, self.live_rules) + others

    @property
    def shown(self) -> ScoreCard | None:
        """The version that the page shows."""
        return self.draft or self.live or self.scheduled


def card_versions(family: str = ScoreCard.DEFAULT) -> CardVersions:
    """One query."""
    states = [PolicyState.DRAFT, PolicyState.PUBLISHED, PolicyState.SCHEDULED]
    found = ScoreCard.objects.filter(family=family, state__in=states).select_related("published_by").order_by("pk")
    rows = {row.state: row for row in found}
    live, draft, scheduled = (rows.get(state) for state in (states[1], states[0], states[2]))
    live_rules = with_uids(live.rules) if live else []
    first = draft or live or scheduled
    return CardVersions(live, draft, with_uids(first.rules) if first else [], live_rules, scheduled)


def card_list() -> list[ScoreCard]:
    """Every card once, by its draft, else what is in force or to come, in the order in which they are asked."""
    rank = {PolicyState.DRAFT: 0, PolicyState.PUBLISHED: 1, PolicyState.SCHEDULED: 2}
    rows = ScoreCard.objects.exclude(state=PolicyState.RETIRED).order_by(F("pk"))
    first: dict[str, ScoreCard] = {}
    for row in sorted(rows, key=lambda row: rank[PolicyState(row.state)]):
        first.setdefault(row.family, row)
    return in_order(first.values())

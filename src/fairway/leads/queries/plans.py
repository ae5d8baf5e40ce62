"""Batch assignment computed and read: what a plan is worth beside its bound, and every lead of it in words."""

import json
import zlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any
from uuid import UUID

import numpy as np
from django.db.models import QuerySet
from django.http import QueryDict

from fairway.core.tenancy.models import Partner
from fairway.core.told import Kept, columns, told
from fairway.core.words import Words
from fairway.core.words import said as _
from fairway.leads.models import AssignmentLine, AssignmentPlan, Lead
from fairway.leads.queries.expected import FREE, Gathered, favoured_mask
from fairway.leads.queries.leads import chosen
from fairway.leads.rules.assignment import NOBODY, Assignment
from fairway.leads.rules.expected import Ints, OneByOne, Placed, one_by_one
from fairway.leads.rules.planning import Basis, Explained, explained
from fairway.partners.models import Tier

PARTNERS_KEPT = 50
LEFT_SHOWN = 8
BECAUSE_MOST = 500
NAMED_MOST = 10


@dataclass(frozen=True, slots=True)
class Figures:
    """What a plan is worth, in minor units, and how it compares. `left` is reason → leads, the commonest first."""

    leads: int
    assigned: int
    value: int
    one_by_one: int
    one_by_one_assigned: int
    bound: int
    favoured_partners: int = 0
    favoured_asked: int = 0
    favoured_possible: int = 0
    favoured_got: int = 0
    partners_used: int = 0
    unknown_amounts: int = 0
    ended: int = 0
    # What is missing of the least share, and why: leads that no favoured partner with a place is eligible for, and
    # those whose eligible ones (the first by id) have all their places taken by leads that can go nowhere else.
    short: int = 0
    short_alone: int = 0
    short_blocked: int = 0
    short_places: int = 0
    short_partners: list[int] = field(default_factory=list)
    short_partner_count: int = 0
    left: dict[str, int] = field(default_factory=dict)
    # How the reasons of `left` are said, by core.told.
    left_words: dict[str, Any] = field(default_factory=dict)

    @property
    def difference(self) -> int:
        return self.value - self.one_by_one

    @property
    def off_percent(self) -> float:
        """How far at most from the best there is, in percent; never told smaller than it is."""
        return max(0.0, 100 * (1 - self.value / self.bound)) if self.bound else 0.0

    @property
    def left_count(self) -> int:
        return self.leads - self.assigned

    @property
    def is_share_possible(self) -> bool:
        return self.favoured_asked <= self.favoured_possible


@dataclass(frozen=True, slots=True)
class Computed:
    figures: Figures
    partners: list[list[Any]]
    lines: list[dict[str, Any]]
    objective: bytes


def compute(plan: AssignmentPlan, gathered: Gathered) -> Computed:
    """The best overall assignment of what was gathered for a plan. Asks the database nothing."""
    basis = gathered.basis
    favoured = favoured_mask(plan.favoured, basis.partners)
    count = len(gathered.rows)
    found = basis.assign(plan.most_percent / 100, plan.least_percent / 100, favoured)
    room = np.minimum(basis.room, int(np.floor(plan.most_percent / 100 * count + 1e-9)))
    greedy = one_by_one(count, room, basis.batch.values, gathered.by_score)
    leads = explained(basis, found)
    lines = [_line(gathered, i, one) for i, one in enumerate(leads)]
    figures = _figures(gathered, found, greedy, lines, favoured[basis.order])
    partners = _partners(basis, found, [one.placed for one in leads])
    return Computed(figures, partners, lines, packed_objective(found, basis.ids))


def _figures(
    gathered: Gathered, found: Assignment, greedy: OneByOne, lines: list[dict[str, Any]], favoured: Any
) -> Figures:
    basis, short = gathered.basis, found.short
    stays = [line for line in lines if line["state"] == "left"]
    left = dict(Counter(line["because"] for line in stays).most_common(LEFT_SHOWN))
    taken = found.partners[found.partners != NOBODY]
    return Figures(
        leads=len(lines),
        assigned=len(taken),
        value=round(found.value),
        one_by_one=round(greedy.value),
        one_by_one_assigned=greedy.assigned,
        bound=round(max(found.bound, found.value)),
        favoured_partners=int(np.count_nonzero(favoured & basis.partners.active[basis.order] & (basis.room > 0))),
        favoured_asked=found.favoured_asked,
        favoured_possible=found.favoured_possible,
        favoured_got=int(np.count_nonzero(favoured[taken])) if len(taken) else 0,
        partners_used=len(np.unique(taken)),
        unknown_amounts=gathered.unknown_amounts,
        ended=gathered.ended,
        short=short.leads if short else 0,
        short_alone=short.alone if short else 0,
        short_blocked=short.blocked if short else 0,
        short_places=short.places if short else 0,
        short_partners=basis.ids[short.full[:NAMED_MOST]].tolist() if short else [],
        short_partner_count=len(short.full) if short else 0,
        left=left,
        left_words={line["because"]: line["because_words"] for line in stays if line["because"] in left},
    )


def _partners(basis: Basis, found: Assignment, lines: list[Placed]) -> list[list[Any]]:
    """[id, leads, worth, room, price] of those who get most leads."""
    leads: Counter[int] = Counter()
    worth: Counter[int] = Counter()
    for line in lines:
        if line.partner != NOBODY:
            leads[line.partner] += 1
            worth[line.partner] += line.value
    ids, room = basis.ids.tolist(), basis.room.tolist()
    first = sorted(leads, key=lambda column: (-leads[column], -worth[column], ids[column]))[:PARTNERS_KEPT]
    return [
        [
            ids[column], leads[column], worth[column], room[column],
            round(float(found.prices[column])) if np.isfinite(found.prices[column]) else None,
        ]
        for column in first
    ]  # fmt: skip


def _line(gathered: Gathered, i: int, lead: Explained) -> dict[str, Any]:
    basis, one = gathered.basis, lead.placed
    ids = basis.ids
    return {
        "lead_id": gathered.rows[i]["id"],
        "place": i + 1,
        "print": gathered.prints[i],
        "rule_number": basis.numbers[i] or None,
        "partner_id": None if one.partner == NOBODY else int(ids[one.partner]),
        "value_minor": one.value,
        "best_id": None if one.best == NOBODY else int(ids[one.best]),
        "best_value_minor": one.best_value,
        "price_minor": one.price,
        "eligible": len(basis.eligible[i].rows),
        "worth": float(basis.batch.worth[i]),
        "facts": gathered.kept[i],
        "candidates": lead.shortlist,
        "excluded": basis.excluded(i),
        "state": "left" if one.partner == NOBODY else "planned",
        **columns(because=_left_because(basis, i) if one.partner == NOBODY else "", most=BECAUSE_MOST),
    }


def _left_because(basis: Basis, i: int) -> Words | Kept:
    if because := basis.eligible[i].nobody_because:
        return because
    if not basis.has_room(i):
        return _("Every eligible partner is full.")
    if not basis.batch.worth[i]:
        return _("It is worth nothing: its amount is unknown, and nothing is known of others of its line.")
    return _("The places of its partners went to leads that are worth more there.")


def packed_objective(found: Assignment, ids: Ints) -> bytes:
    """Prices and what else the choice went by, kept to the last digit; `ids` are those of the columns."""
    priced = np.nonzero(np.isfinite(found.prices) & (found.prices > 0))[0]
    kept = {
        "prices": [[int(ids[column]), float(found.prices[column])] for column in priced],
        "bonus": found.bonus, "step": found.step, "is_chosen_first": found.is_chosen_first,
    }  # fmt: skip
    return zlib.compress(json.dumps(kept, separators=(",", ":")).encode(), 6)


def figures_of(plan: AssignmentPlan) -> Figures | None:
    if not plan.figures:
        return None
    # The database keeps no order of its own.
    words = plan.figures.get("left_words", {})
    said = [(told(because, words.get(because)), count) for because, count in plan.figures["left"].items()]
    left = sorted(said, key=lambda pair: (-pair[1], pair[0]))
    return Figures(**{**plan.figures, "left": dict(left)})


def as_json(figures: Figures) -> dict[str, Any]:
    return asdict(figures)


def lines_of(plan: AssignmentPlan, state: str = "") -> QuerySet[AssignmentLine]:
    """The lines of a plan in its order, with lead, partner and best partner."""
    rows = AssignmentLine.objects.filter(plan=plan)
    if state in {"planned", "left", "offered", "skipped"}:
        rows = rows.filter(state=state)
    return rows.select_related("lead", "partner", "best").order_by("place")


def free_leads(params: QueryDict | Mapping[str, str], uids: Sequence[UUID] = (), *, most: int) -> list[int]:
    """Leads that nobody has, by filters of a list or by choice, newest first; at most one more than `most`."""
    rows = Lead.objects.filter(uid__in=uids) if uids else chosen(params)
    free = rows.filter(state__in=FREE).order_by("-captured_at", "-pk")
    return list(free.values_list("pk", flat=True)[: most + 1])


def last_favoured() -> dict[str, Any]:
    """What the plan before this one said of small partners."""
    said = AssignmentPlan.objects.exclude(favoured={}).order_by("-created_at")
    return said.values_list("favoured", flat=True).first() or {}


def tiers() -> list[tuple[str, str]]:
    """(code, name) of the tiers, the lowest first."""
    return list(dict(Tier.objects.order_by("rank").values_list("code", "name")).items())


def plans() -> QuerySet[AssignmentPlan]:
    """Plans, the latest first, without what only a plan's own page shows."""
    return AssignmentPlan.objects.defer("lead_ids", "partners").select_related("seat").order_by("-created_at", "-pk")


def short_named(figures: Figures) -> tuple[list[str], int]:
    """The partners whose places are what is missing of the least share, by name, and how many more there are."""
    named = Partner.objects.filter(pk__in=figures.short_partners).order_by("sort_name", "pk")
    names = list(named.values_list("name", flat=True))
    return names, figures.short_partner_count - len(names)


def partners_named(plan: AssignmentPlan) -> list[dict[str, Any]]:
    """The partners of a plan that get most, with their names: one query."""
    ids = [row[0] for row in plan.partners]
    names = {key: (name, uid) for key, name, uid in Partner.objects.filter(pk__in=ids).values_list("pk", "name", "uid")}
    return [
        {
            "name": names[key][0], "uid": names[key][1], "leads": leads, "worth": worth, "room": room, "price": price,
            "is_full": leads >= room, "currency": plan.currency,
        }
        for key, leads, worth, room, price in plan.partners
        if key in names
    ]  # fmt: skip

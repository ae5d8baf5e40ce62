"""Figures of reports, fresh or as they were kept: what a vendor's size makes slow is not worked out for every page."""

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from fairway.core.access import Member
from fairway.insight.models import KeptFigures
from fairway.insight.queries import channel, leads, partners, review, service
from fairway.insight.rules.periods import Window
from fairway.insight.rules.plain import revived

# What took long enough to be kept (settings.FIGURES_KEPT_FROM_MS) is shown for this many times the time it took:
# eight seconds of work are good for about a quarter of an hour.
FRESH_FOR = 100


@dataclass(frozen=True, slots=True)
class Figures:
    """`made_at` is None for what was worked out just now; `value` is None while a job still works it out."""

    value: Any
    made_at: datetime | None = None


def _of(member: Member) -> Any:
    return review.partners_in_view(member).values("pk") if member.role == "cam" else None


SOURCES: Mapping[str, Callable[[Member, Window], Any]] = {
    "headline": lambda member, window: review.headline(_of(member), window),
    "review": lambda member, window: review.review(_of(member), window),
    "funnel": channel.funnel,
    "partner": lambda member, window: channel.compact(channel.distribution(member, window, "partner")),
    "tier": lambda member, window: channel.compact(channel.distribution(member, window, "tier")),
    "territory": lambda member, window: channel.compact(channel.distribution(member, window, "territory")),
    "years": partners.years,
}
# Reports that are asked for more than a day: name → from a member and what was asked.
ASKED: Mapping[str, Callable[[Member, Mapping[str, str]], Any]] = {
    "leads": lambda member, asked: leads.report(member, leads.Asked.of(asked)),
    "service": lambda member, asked: service.levels(member, service.Asked.of(asked)),
}


def named(kind: str, asked: Mapping[str, str]) -> str:
    """The name under which figures that were asked for so are kept."""
    text = json.dumps(dict(asked), sort_keys=True)
    return f"{kind}.{hashlib.sha256(text.encode()).hexdigest()[:24]}"


def worked(name: str, asked: Mapping[str, str], member: Member, window: Window) -> Any:
    kind = name.partition(".")[0]
    return SOURCES[name](member, window) if name in SOURCES else ASKED[kind](member, asked)


_KINDS: dict[str, type] = {
    kind.__name__: kind for kind in (review.Review, review.Month, review.Headline, channel.FunnelStep, Window)
}


def seat_of(member: Member) -> int:
    """Whose figures a member sees: an account manager the own partners', staff of some territories theirs, all others
    the whole channel's."""
    return (member.seat_id or 0) if member.role == "cam" or member.context.is_limited else 0


def kept_rows(names: Iterable[str], member: Member, window: Window) -> dict[str, KeptFigures]:
    """By name, those that are kept. One query."""
    rows = KeptFigures.objects.filter(name__in=list(names), seat_id=seat_of(member), as_of=window.as_of)
    return {row.name: row for row in rows}


def is_stale(row: KeptFigures, at: datetime) -> bool:
    return at - row.made_at > timedelta(milliseconds=FRESH_FOR * row.took_ms)


def shown(row: KeptFigures) -> Figures:
    """What a row keeps; an empty one stands for figures that a job is about to bring."""
    if not row.figures:
        return Figures(None)
    return Figures(revived(row.figures, _KINDS), row.made_at)


def asked_lately(since: datetime) -> list[tuple[str, int]]:
    """(name, seat id) of the figures kept since then: somebody looks at them."""
    found = KeptFigures.objects.filter(made_at__gte=since, asked={}).values_list("name", "seat_id").distinct()
    return [(name, seat_id) for name, seat_id in found if name in SOURCES]

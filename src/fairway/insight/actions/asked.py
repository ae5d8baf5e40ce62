"""Reports that are asked for by days and filters: kept like the others, each question by itself."""

from datetime import datetime, timedelta
from typing import Any

from fairway.core import clock
from fairway.core.access import Member
from fairway.insight.actions.figures import figures
from fairway.insight.queries import leads, service
from fairway.insight.queries.kept import Figures, named
from fairway.insight.rules.periods import Window


def reported(member: Member, asked: leads.Asked) -> Figures:
    """What became of leads; the value is None while a job works it out."""
    name, window = named("leads", asked.kept), Window(asked.until - timedelta(days=1))
    kept = figures([name], member=member, window=window, at=clock.now(), asked={name: asked.kept})
    return kept[name]


def measured(member: Member, asked: service.Asked) -> tuple[Any, datetime | None]:
    """Service levels and when they were worked out; a partner's own are few rows, read as they are."""
    if not member.is_staff:
        return service.levels(member, asked), None
    name, window = named("service", asked.kept), Window(asked.until - timedelta(days=1))
    kept = figures([name], member=member, window=window, at=clock.now(), asked={name: asked.kept})[name]
    return kept.value, kept.made_at

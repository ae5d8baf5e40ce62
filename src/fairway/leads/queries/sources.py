"""What is known of the sources of leads: what they cost, and how good partners found their leads."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db.models import Count, Q, QuerySet

from fairway.leads.models import LeadRating, SourceCost
from fairway.leads.rules.tracking import GoodShare


def counted_sources(since: datetime, until: datetime) -> list[dict[str, Any]]:
    """A row for each source that was rated. What a partner said last of a lead is what counts; one query."""
    said = LeadRating.objects.filter(rated_at__gt=since, rated_at__lte=until).exclude(grade=0).exclude(lead__source="")
    rows = list(
        said.order_by("lead__source").values("lead__source").annotate(
            rated=Count("pk"), good=Count("pk", filter=Q(grade=1)), bad=Count("pk", filter=Q(grade=-1))
        )
    )  # fmt: skip
    rated, good = sum(row["rated"] for row in rows), sum(row["good"] for row in rows)
    of_all = good / rated if rated else 0.5
    return [
        {
            "source": row["lead__source"], "rated": row["rated"], "good": row["good"], "bad": row["bad"],
            "good_share": round(GoodShare(row["good"], row["rated"], of_all).percent, 1),
        }
        for row in rows
    ]  # fmt: skip


def costs(params: Mapping[str, str]) -> QuerySet[SourceCost]:
    """The latest month first; of one source where the address names it."""
    rows = SourceCost.objects.order_by("-month_on", "source", "campaign", "pk")
    return rows.filter(source=params["source"]) if params.get("source") else rows


def costs_between(start: date, until: date) -> QuerySet[SourceCost]:
    """Costs of the months that begin in this time."""
    return SourceCost.objects.filter(month_on__gte=start, month_on__lt=until)

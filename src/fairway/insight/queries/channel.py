"""The channel's lead funnel, and how leads were distributed: by partner, tier, territory."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Literal, get_args

from django.db.models import Count, Exists, F, FilteredRelation, OuterRef, Q, QuerySet, Sum, Value
from django.db.models.functions import Coalesce

from fairway.core.access import Member
from fairway.core.measures import Percentile, hours_between
from fairway.core.tenancy.models import Partner
from fairway.deals.models import Deal
from fairway.insight.queries.review import partners_in_view
from fairway.insight.rules.periods import Window
from fairway.insight.rules.plain import Rows
from fairway.leads.models import Lead, LeadScore, Offer
from fairway.partners.models import Program
from fairway.sales.models import SalesKind, SalesLine

Axis = Literal["partner", "tier", "territory"]
AXES: tuple[Axis, ...] = get_args(Axis)


@dataclass(frozen=True, slots=True)
class FunnelStep:
    """How many of the leads captured in the window came this far by the as-of date."""

    key: str
    count: int


def funnel(member: Member, window: Window) -> list[FunnelStep]:
    """Leads captured in the window and what became of them; for a CAM, those offered to its partners."""
    until = window.until_at
    leads = Lead.objects.filter(captured_at__gte=window.instants[0], captured_at__lt=until)
    offers = Offer.objects.filter(lead=OuterRef("pk"), offered_at__lt=until)
    if member.role == "cam":
        offers = offers.filter(partner__in=partners_in_view(member))
        leads = leads.filter(Exists(offers))
    deals = Deal.objects.filter(lead=OuterRef("pk"), created_at__lt=until)
    counts = leads.aggregate(
        captured=Count("pk"),
        scored=Count("pk", filter=Exists(LeadScore.objects.filter(lead=OuterRef("pk"), scored_at__lt=until))),
        offered=Count("pk", filter=Exists(offers)),
        accepted=Count("pk", filter=Exists(offers.filter(state="accepted", answered_at__lt=until))),
        touched=Count("pk", filter=Q(first_touch_at__lt=until)),
        deal=Count("pk", filter=Exists(deals)),
        won=Count("pk", filter=Exists(deals.filter(state="won", closed_at__lt=until))),
    )
    return [FunnelStep(key, counts[key]) for key in counts]


def distribution(member: Member, window: Window, axis: Axis) -> list[dict[str, Any]]:
    """One row per partner, tier or territory: offers and what became of them, deals won, revenue.

    Tier and territory are those of today. Rows without an offer, a deal or revenue in the window are left out.
    """
    partners = partners_in_view(member)
    programs = Program.objects.order_by("-is_default", "id").values_list("pk", flat=True)
    program_id = programs.first() if axis == "tier" else None
    offers = _group(_labelled(_offers(window, partners), axis, program_id)).annotate(
        offered=Count("pk"),
        accepted=Count("pk", filter=Q(state="accepted", answered_at__lt=window.until_at)),
        declined=Count("pk", filter=Q(state="declined", answered_at__lt=window.until_at)),
        lapsed=Count("pk", filter=Q(state="lapsed", answered_at__lt=window.until_at)),
        median_hours=Percentile(
            hours_between("answered_at", "offered_at"),
            0.5,
            filter=Q(state__in=["accepted", "declined"], answered_at__lt=window.until_at),
        ),
    )
    deals = _group(_labelled(_deals(window, partners), axis, program_id)).annotate(
        won=Count("pk"), won_minor=Sum("amount_minor")
    )
    lines = _group(_labelled(_lines(window, partners), axis, program_id)).annotate(revenue=Sum("amount"))
    rows: dict[Any, dict[str, Any]] = {}
    for found in (offers, deals, lines):
        for row in found:
            rows.setdefault(row["group"], dict(EMPTY)).update({k: v for k, v in row.items() if v is not None})
    return sorted(rows.values(), key=lambda row: (-row["offered"], -row["revenue"], str(row["label"])))


EMPTY: dict[str, Any] = {
    "group": None, "label": "", "partner_uid": None, "offered": 0, "accepted": 0, "declined": 0, "lapsed": 0,
    "median_hours": None, "won": 0, "won_minor": 0, "revenue": Decimal(0),
}  # fmt: skip


_KEPT = tuple(key for key in EMPTY if key != "group")


def compact(rows: list[dict[str, Any]]) -> Rows:
    """Rows of `distribution` as plain lists, for keeping."""
    return Rows([[str(row[key]) if key in {"partner_uid", "revenue"} else row[key] for key in _KEPT] for row in rows])


def expanded(row: list[Any]) -> dict[str, Any]:
    """One row of `compact` as `distribution` gave it; without its group."""
    found = dict(zip(_KEPT, row, strict=True))
    uid = None if found["partner_uid"] == "None" else found["partner_uid"]
    return found | {"partner_uid": uid, "revenue": Decimal(found["revenue"])}


def _offers(window: Window, partners: QuerySet[Partner]) -> QuerySet:
    return Offer.objects.filter(
        offered_at__gte=window.instants[0], offered_at__lt=window.until_at, partner__in=partners
    )


def _deals(window: Window, partners: QuerySet[Partner]) -> QuerySet:
    return Deal.objects.filter(
        closed_at__gte=window.instants[0], closed_at__lt=window.until_at, state="won", partner__in=partners
    )


def _lines(window: Window, partners: QuerySet[Partner]) -> QuerySet:
    return SalesLine.objects.filter(
        ordered_on__gte=window.start, ordered_on__lt=window.until, kind=SalesKind.SELL_IN, partner__in=partners
    )


def _labelled(rows: QuerySet, axis: Axis, program_id: int | None) -> QuerySet:
    """By joins: with a million offers, asking for each one's partner would take minutes."""
    if axis == "partner":
        return rows.annotate(group=F("partner_id"), label=F("partner__name"), partner_uid=F("partner__uid"))
    if axis == "tier":
        # Of several programmes the default one counts; there a partner has one present tier.
        present = Q(partner__enrollments__until_on=None, partner__enrollments__program_id=program_id)
        rows = rows.annotate(present=FilteredRelation("partner__enrollments", condition=present))
        named = Coalesce(F("present__tier__name"), Value(""))
    else:
        named = Coalesce(F("partner__profiles__territory__name"), Value(""))
    return rows.annotate(group=named, label=named)


def _group(rows: QuerySet) -> QuerySet:
    names = ["group", "label"]
    if "partner_uid" in rows.query.annotations:
        names.append("partner_uid")
    return rows.order_by().values(*names)


def export_distribution(member: Member, parameters: Mapping[str, str]) -> Iterator[list[Any]]:
    """Head and rows of the export of kind "distribution"; `by` and `as_of` as in the page's address."""
    axis = parameters.get("by", "partner")
    if axis not in AXES:
        raise ValueError("Distribution is by partner, tier or territory.")
    keys = [key for key in EMPTY if key not in {"group", "partner_uid"}]
    yield keys
    for row in distribution(member, Window(date.fromisoformat(parameters["as_of"])), axis):
        yield [row[key] for key in keys]

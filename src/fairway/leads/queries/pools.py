"""Pools: as routing reads them, as staff see them, and what partners find in them."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, TypedDict
from uuid import UUID
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.db.models import Count, Min, Q, QuerySet
from django.utils.translation import gettext as _

from fairway.core.prepared import Wanted, prepared
from fairway.leads.conditions import CANDIDATES
from fairway.leads.models import Lead, LeadPool, Offer, PoolEntry, PoolMember
from fairway.leads.queries.leads import uid_of
from fairway.leads.rules.pools import Pool, pool_of
from fairway.leads.rules.states import EntryState, LeadState, OfferState
from fairway.partners.models import Profile

COUNT_CAP = 1000
TAKEN_DAYS = 30
# Least amounts in minor units of the entry's own currency, and below what.
BANDS: dict[str, tuple[int | None, int | None]] = {
    "small": (None, 1_000_000),
    "middle": (1_000_000, 5_000_000),
    "large": (5_000_000, None),
}


class ToldPool(TypedDict):
    """A pool in plain values, as a run keeps it."""

    uid: str
    name: str
    who: dict[str, Any]
    wider: dict[str, Any]
    widens: bool
    keeps_match: bool
    is_open: bool


def told_pools() -> list[ToldPool]:
    """The pools of the vendor as they are now. One query."""
    return [told_pool(pool) for pool in LeadPool.objects.order_by("pk")]


def told_pool(pool: LeadPool) -> ToldPool:
    return {
        "uid": str(pool.uid), "name": pool.name, "who": pool.who, "wider": pool.wider,
        "widens": pool.widen_after_hours is not None, "keeps_match": pool.keeps_match, "is_open": pool.is_open,
    }  # fmt: skip


def read_pools(told: Iterable[Mapping[str, Any]]) -> dict[str, Pool]:
    """Uid → pool, as `rules.candidates.Router` takes them."""
    return {str(each["uid"]): pool_of(each, CANDIDATES) for each in told}


def pool_names() -> dict[str, str]:
    """Uid → name, by name."""
    return {str(uid): name for uid, name in LeadPool.objects.order_by("name").values_list("uid", "name")}


# Staff


def pool_rows(at: datetime) -> list[dict[str, Any]]:
    """Every pool with how many leads lie in it, since when the oldest does, and how many were taken of late."""
    entries = PoolEntry.objects.values("pool_id").annotate(
        free=Count("pk", filter=Q(closed_at=None)),
        oldest=Min("pooled_at", filter=Q(closed_at=None)),
        taken=Count("pk", filter=Q(state=EntryState.CLAIMED, closed_at__gt=at - timedelta(days=TAKEN_DAYS))),
    )
    counts = {row["pool_id"]: row for row in entries.order_by()}
    none = {"free": 0, "oldest": None, "taken": 0}
    pools = LeadPool.objects.order_by("name").values("pk", "uid", "name", "is_open")
    return [{**pool, **none, **counts.get(pool["pk"], {})} for pool in pools]


_ENTRY = (
    "uid", "title", "place", "state", "amount_minor", "currency", "product_line__name", "pooled_at", "widened_at",
    "closed_at", "audience_id", "lead_id", "lead__uid", "lead__company", "pool__name",
)  # fmt: skip


def entries(params: Mapping[str, str]) -> QuerySet[PoolEntry, dict[str, Any]]:
    """What lies in pools, the oldest first; or with `state` what was taken, or left them, the latest first."""
    rows = PoolEntry.objects.all()
    if pool := uid_of(params.get("pool", "")):
        rows = rows.filter(pool__uid=pool)
    state = params.get("state", "")
    if state == "taken":
        return rows.filter(state=EntryState.CLAIMED).order_by("-closed_at", "-id").values(*_ENTRY)
    if state == "left":
        over = rows.filter(state__in=[EntryState.LEFT, EntryState.GIVEN_UP])
        return over.order_by("-closed_at", "-id").values(*_ENTRY)
    return rows.filter(closed_at=None).order_by("pooled_at", "id").values(*_ENTRY)


def takers(lead_ids: Iterable[int]) -> dict[tuple[int, Any], tuple[str, str]]:
    """(lead, instant) → name and state of the partner who took it then."""
    rows = Offer.objects.filter(lead_id__in=list(lead_ids), claimed_from__isnull=False)
    found = rows.values_list("lead_id", "offered_at", "partner__name", "partner__state")
    return {(lead, at): (name, state) for lead, at, name, state in found}


def seen_by(audience_ids: Iterable[int]) -> dict[int, int]:
    """Audience → how many partners it has."""
    rows = PoolMember.objects.filter(audience_id__in=set(audience_ids)).values_list("audience_id")
    return dict(rows.annotate(n=Count("pk")).order_by())


def figures_of(pool: LeadPool, at: datetime) -> dict[str, Any]:
    """Leads in it now, the oldest, taken in thirty days, and by how many partners."""
    since = at - timedelta(days=TAKEN_DAYS)
    found = PoolEntry.objects.filter(pool=pool).aggregate(
        free=Count("pk", filter=Q(closed_at=None)),
        oldest=Min("pooled_at", filter=Q(closed_at=None)),
        given_up=Count("pk", filter=Q(state=EntryState.GIVEN_UP, closed_at__gt=since)),
    )
    taken = Offer.objects.filter(claimed_from=pool, offered_at__gt=since)
    return found | taken.aggregate(taken=Count("pk"), partners=Count("partner_id", distinct=True))


def entry_of_lead(lead: Lead) -> PoolEntry | None:
    """Where the lead lies, while it lies in a pool."""
    return PoolEntry.objects.filter(lead=lead, closed_at=None).select_related("pool").first()


# Partners


_BRIEF = (
    "uid", "title", "brief", "place", "amount_minor", "currency", "pooled_at", "pool_id", "open_most", "day_most",
    "state",
)  # fmt: skip


def free_entries(params: Mapping[str, str]) -> QuerySet[PoolEntry, dict[str, Any]]:
    """What the reader may take, the newest first, by what the address asks: line, region, amount band."""
    rows = PoolEntry.objects.filter(closed_at=None)
    if line := uid_of(params.get("line", "")):
        rows = rows.filter(product_line__uid=line)
    country, _dash, state = params.get("region", "").partition("-")
    if country:
        rows = rows.filter(country=country)
    if state:
        rows = rows.filter(state_code=state)
    if band := BANDS.get(params.get("amount", "")):
        least, below = band
        rows = rows.filter(amount_minor__isnull=False)
        rows = rows.filter(amount_minor__gte=least) if least is not None else rows
        rows = rows.filter(amount_minor__lt=below) if below is not None else rows
    return rows.order_by("-pooled_at", "-id").values(*_BRIEF)


def choices() -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """(product lines, regions) that occur in what the reader may take."""
    rows = PoolEntry.objects.filter(closed_at=None)
    lines = rows.filter(product_line__isnull=False).values_list("product_line__uid", "product_line__name")
    places = set(rows.exclude(country="").values_list("country", "state_code").distinct().order_by())
    countries = {country for country, _state in places}
    states = {f"{country}-{state}" for country, state in places if state}
    found = sorted({(str(uid), name) for uid, name in lines.distinct().order_by()}, key=lambda each: each[1])
    return found, [(place, place) for place in sorted([*countries, *states])]


@prepared
def _free_ids() -> QuerySet[PoolEntry, dict[str, Any]]:
    return PoolEntry.objects.filter(closed_at=None).values("id")


def free_count() -> Wanted[int]:
    return _free_ids().counted(COUNT_CAP)


def entry_found(uid: UUID) -> PoolEntry | None:
    return PoolEntry.objects.filter(uid=uid).select_related("product_line").first()


class Limits(TypedDict):
    """What a partner has taken of a pool: leads still worked, and of today."""

    open: int
    today: int


def room_of(partner_id: int) -> tuple[int, int]:
    """(open offers and accepted leads, how many there may be) of a partner."""
    offers = Offer.objects.filter(partner_id=partner_id, state=OfferState.OPEN).count()
    leads = Lead.objects.filter(partner_id=partner_id, state=LeadState.ACCEPTED).count()
    capacity = Profile.objects.filter(partner_id=partner_id).values_list("lead_capacity", flat=True).first()
    return offers + leads, capacity or 0


def taken_of(partner_id: int, pool_ids: Iterable[int], at: datetime, zone: str) -> dict[int, Limits]:
    """Pool → what the partner holds of it and took since its midnight."""
    try:
        place = ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError):
        place = ZoneInfo("UTC")
    midnight = at.astimezone(place).replace(hour=0, minute=0, second=0, microsecond=0)
    rows = Offer.objects.filter(partner_id=partner_id, claimed_from_id__in=set(pool_ids))
    still = Q(lead__state=LeadState.ACCEPTED, lead__partner_id=partner_id)
    counts = rows.values("claimed_from_id").annotate(
        open=Count("lead_id", filter=still, distinct=True), today=Count("pk", filter=Q(offered_at__gte=midnight))
    )
    return {row["claimed_from_id"]: Limits(open=row["open"], today=row["today"]) for row in counts.order_by()}


def why_full(open_most: int | None, day_most: int | None, taken: Limits | None) -> str:
    """Why no more may be taken of a pool, in words; empty when more may."""
    have = taken or Limits(open=0, today=0)
    if open_most is not None and have["open"] >= open_most:
        return _("You work %(n)d leads from this pool, which is the limit. Close one, or make it a deal.") % {
            "n": have["open"]
        }
    if day_most is not None and have["today"] >= day_most:
        return _("You took %(n)d leads from this pool today, which is the limit. Come back tomorrow.") % {
            "n": have["today"]
        }
    return ""


def why_no_room(open_leads: int, capacity: int) -> str:
    """Why the partner can take no lead at all."""
    if open_leads < capacity:
        return ""
    return _("You have %(open)d open leads and offers; your limit is %(most)d. Close one first.") % {
        "open": open_leads, "most": capacity
    }  # fmt: skip


# Jobs


def audiences_in_use() -> set[int]:
    """Those that an open entry names, now or after widening."""
    rows = PoolEntry.objects.filter(closed_at=None)
    now = set(rows.values_list("audience_id", flat=True).distinct().order_by())
    return now | {pk for pk in rows.values_list("wider_id", flat=True).distinct().order_by() if pk}

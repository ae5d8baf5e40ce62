"""Lists of leads: what the console filters and sorts by, and what a partner has."""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Count, Q, QuerySet
from django.http import QueryDict

from fairway.catalog.models import ProductLine
from fairway.core.http.format import number
from fairway.core.keyset import beyond
from fairway.core.search import similar
from fairway.core.search.find import ids_of
from fairway.core.tenancy.context import current
from fairway.core.tenancy.models import Partner
from fairway.customers.rules.match_keys import name_key
from fairway.leads.models import Lead, Offer, PolicyState, ScoreCard
from fairway.leads.queries.waiting import REASON, AnyValue, reason_told
from fairway.leads.rules.states import LeadState, OfferState
from fairway.partners.models import Profile, Territory
from fairway.partners.queries.partners import ids_named

COUNT_CAP = 1000
FOUND_MOST = 100
WAITING_REASONS_SHOWN = 12
_LIST = (
    "id", "uid", "state", "title", "company", "city", "state_code", "country", "source", "source_detail",
    "product_line__name", "amount_minor", "currency", "captured_at", "partner__name", "partner__state",
    "people__first_name", "people__last_name", "scores__points", "scores__band", "waiting_because",
    "waiting_because_words",
    "silent_since",
)  # fmt: skip
# What may stand in ?sort= of the console's list → the columns that order it.
SORTS = {
    "captured_at": ("captured_at", "id"),
    "points": ("scores__points", "-id"),
    "amount_minor": ("amount_minor", "id"),
    "company": ("name_key", "id"),
}


def uid_of(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def chosen(params: QueryDict | Mapping[str, str]) -> QuerySet[Lead]:
    """The leads that the filters of an address ask for; what cannot be read asks for nothing."""
    rows = Lead.objects.all()
    if (state := params.get("state", "")) in set(LeadState):
        rows = rows.filter(state=state)
    if source := params.get("source"):
        rows = rows.filter(source=source)
    if params.get("silent"):
        rows = rows.filter(state=LeadState.ACCEPTED, silent_since__isnull=False)
    if because := params.get("because"):
        rows = rows.filter(state=LeadState.WAITING).alias(reason=REASON).filter(reason=because)
    if band := params.get("band"):
        rows = rows.filter(scores__band=band)
    if line := uid_of(params.get("line", "")):
        rows = rows.filter(product_line__uid=line)
    if partner := uid_of(params.get("partner", "")):
        rows = rows.filter(_with_partners(Partner.objects.filter(uid=partner).values_list("pk", flat=True)))
    if named := params.get("partner_name", "").strip():
        rows = rows.filter(_with_partners(ids_named(named)))
    if territory := uid_of(params.get("territory", "")):
        rows = rows.filter(_with_partners(_partners_of(territory)))
    if text := params.get("q", "").strip():
        rows = rows.filter(pk__in=found(text))
    return rows


def _with_partners(ids: Iterable[int]) -> Q:
    """Leads these partners have or are offered now. By numbers at hand: a join here would look at every lead."""
    partners = list(ids)
    offered = Offer.objects.filter(state=OfferState.OPEN, partner_id__in=partners).values_list("lead_id", flat=True)
    return Q(partner_id__in=partners) | Q(pk__in=list(offered))


def _partners_of(territory: UUID) -> Iterable[int]:
    return Profile.objects.filter(territory__uid=territory).values_list("partner_id", flat=True)


def found(text: str) -> list[int]:
    """Ids of leads by company, need, place, person, e-mail address or number, also misspelled."""
    if ids := ids_of("leads", text, most=FOUND_MOST):
        return ids
    # A company that came a minute ago is not in the vocabulary yet.
    return [pk for pk, _likeness in similar("leads", name_key(text) or text, least=0.3, most=FOUND_MOST)]


def order_of(params: QueryDict) -> list[str]:
    """Ordering columns for ?sort=; newest first unless asked."""
    asked = params.get("sort", "")
    columns = SORTS.get(asked.lstrip("-"))
    if columns is None:
        return ["-captured_at", "-id"]
    # Both ways the order is one that an index has, so that a page reads its own rows alone.
    return [_turned(column) for column in columns] if asked.startswith("-") else list(columns)


def _turned(column: str) -> str:
    return column[1:] if column.startswith("-") else f"-{column}"


def listed(params: QueryDict) -> QuerySet[Lead, dict[str, Any]]:
    """Rows for the console's list, in its order."""
    return counted_rows(params).order_by(*order_of(params)).values(*_LIST)


def counted_rows(params: QueryDict) -> QuerySet[Lead]:
    """The leads of the console's list. Sorting by points or budget leaves out leads that have none."""
    rows = chosen(params)
    sort = params.get("sort", "").lstrip("-")
    if sort == "points":
        rows = rows.filter(scores__points__isnull=False)
    if sort == "amount_minor":
        rows = rows.filter(amount_minor__isnull=False)
    return rows


def open_offers(lead_ids: Iterable[int]) -> dict[int, dict[str, Any]]:
    """Lead id → its open offer: partner and the instants of its limit."""
    rows = Offer.objects.filter(lead_id__in=list(lead_ids), state=OfferState.OPEN).values(
        "lead_id", "partner__name", "partner__state", "offered_at", "lapses_at", "reminded_at"
    )
    return {row["lead_id"]: row for row in rows}


OPEN_STATES = (LeadState.CAPTURED, LeadState.WAITING, LeadState.OFFERED, LeadState.ACCEPTED)
_COUNTS = "SELECT " + ", ".join(
    "(SELECT count(*) FROM (SELECT FROM leads_lead WHERE vendor_id = %s AND state = %s LIMIT %s) AS few)"
    for _state in OPEN_STATES
)


def state_counts() -> dict[str, int]:
    """How many leads are in each open state, counted no further than COUNT_CAP. One statement."""
    vendor_id = current().vendor_id
    asked = [value for state in OPEN_STATES for value in (vendor_id, str(state), COUNT_CAP)]
    with connection.cursor() as cursor:
        cursor.execute(_COUNTS, asked)
        return dict(zip(map(str, OPEN_STATES), cursor.fetchone(), strict=True))


def capped(count: int) -> str:
    """“1,000+” where counting stopped."""
    return f"{number(count)}+" if count >= COUNT_CAP else number(count)


def waiting_reasons() -> list[Mapping[str, Any]]:
    """Why leads wait, and how many for each reason, most first."""
    rows = Lead.objects.filter(state=LeadState.WAITING).values(reason=REASON)
    rows = rows.annotate(leads=Count("id"), words=AnyValue("waiting_because_words"))
    found = rows.order_by("-leads", "reason")[:WAITING_REASONS_SHOWN]
    return [{**row, "told": reason_told(row["reason"], row["words"])} for row in found]


def neighbours(lead: Lead, params: QueryDict) -> dict[str, Any]:
    """The leads before and after this one in the list it was opened from (newest first), and its place there."""
    rows = chosen(params)
    newer = beyond(("captured_at", lead.captured_at), ("pk", lead.pk))
    older = beyond(("-captured_at", lead.captured_at), ("-pk", lead.pk))
    before = rows.filter(newer).order_by()[: COUNT_CAP + 1].count()
    after = rows.filter(older).order_by()[: COUNT_CAP + 1].count()
    return {
        "previous": rows.filter(newer).order_by("captured_at", "pk").values_list("uid", flat=True).first(),
        "next": rows.filter(older).order_by("-captured_at", "-pk").values_list("uid", flat=True).first(),
        "place": before + 1 if before <= COUNT_CAP else None,
        "count": before + 1 + after if before + after <= COUNT_CAP else None,
    }


# Choices of the filters

_SOURCES = """WITH RECURSIVE found AS (
 (SELECT source FROM leads_lead WHERE vendor_id = %s ORDER BY source LIMIT 1)
 UNION ALL
 SELECT (SELECT source FROM leads_lead WHERE vendor_id = %s AND source > found.source ORDER BY source LIMIT 1)
   FROM found WHERE found.source IS NOT NULL)
SELECT source FROM found WHERE source <> '' LIMIT 100"""


def sources() -> list[str]:
    """The sources that occur, each found by one step in the index however many leads there are."""
    vendor_id = current().vendor_id
    with connection.cursor() as cursor:
        cursor.execute(_SOURCES, [vendor_id, vendor_id])
        return [source for (source,) in cursor.fetchall()]


def bands() -> list[str]:
    """Names of the bands of the cards in force, each card's best first."""
    cards = ScoreCard.objects.filter(state=PolicyState.PUBLISHED).order_by("place", "number")
    listed = (sorted(bands, key=lambda band: -band["at_least"]) for bands in cards.values_list("bands", flat=True))
    return list(dict.fromkeys(band["name"] for bands in listed for band in bands))


def product_lines() -> list[tuple[str, str]]:
    return [(str(uid), name) for uid, name in ProductLine.objects.order_by("name").values_list("uid", "name")]


def product_lines_by_code() -> list[tuple[str, str]]:
    return list(ProductLine.objects.order_by("name").values_list("code", "name"))


def territories() -> list[tuple[str, str]]:
    return [(str(uid), name) for uid, name in Territory.objects.order_by("order", "name").values_list("uid", "name")]

"""What is known of all partners: what they are, kept by the process as long as it is true, and what they did.

Reading all of a large channel takes seconds, and one lead that comes in alone must not wait for it.
"""

from collections import OrderedDict, defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from threading import Lock
from typing import cast

from django.db import connection
from django.db.models import Count, F, Max, Q, Sum

from fairway.core.tenancy.context import current
from fairway.core.tenancy.models import Partner, PartnerState
from fairway.leads.models import Lead, Offer
from fairway.leads.queries.bases import bases_at, rows_of_base
from fairway.leads.rules.partner_table import ENDED, LAST, OPEN, WON, Fixed, Row, fixed_of
from fairway.leads.rules.states import LeadState, OfferState
from fairway.partners.models import Credential, Enrollment

RECORD_DAYS = 365
KEPT_MOST = 4
History = tuple[int, int, int | None, int, int]
_PROFILE = (
    "kinds", "verticals", "product_lines", "employees", "city", "state_code", "latitude", "longitude",
    "territory__name", "lead_capacity", "accepts_leads",
)  # fmt: skip
# What a partner is stands in these. A row that was changed lies elsewhere or is of another transaction.
_TABLES = (
    "core_partner",
    "partners_profile",
    "partners_credential",
    "partners_enrollment",
    "partners_tier",
    "partners_territory",
)
_PRINTS = "SELECT " + ", ".join(
    f"(SELECT (count(*), coalesce(sum(hashtidextended(ctid, xmin::text::bigint)), 0))::text FROM {table}"
    f" WHERE vendor_id = %s)"
    for table in _TABLES
)
Print = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Channel:
    """What partners are: by id the beginning and the end of a row of `rules.partner_table`, and (uid, name)."""

    rows: dict[int, tuple[Row, Row]]
    names: dict[int, tuple[str, str]]
    fixed: Fixed
    print: Print


_kept: OrderedDict[tuple[int, Print, date], Channel] = OrderedDict()
_lock = Lock()  # threads of one process share what is kept


def print_of_channel() -> Print:
    """Another one as soon as a partner, its profile, tier, credential or territory is another. Inside a scope."""
    with connection.cursor() as cursor:
        cursor.execute(_PRINTS, [current().vendor_id] * len(_TABLES))
        return tuple(cursor.fetchone())


def channel_at(at: datetime) -> Channel:
    """The channel as it is now, with the credentials that are valid on the day of `at`: one query when it is known."""
    found = print_of_channel()
    key = (current().vendor_id, found, at.date())
    with _lock:
        channel = _kept.get(key)
    if channel is None:
        channel = _read(at, found)
    with _lock:
        _kept[key] = channel
        _kept.move_to_end(key)
        while len(_kept) > KEPT_MOST:
            _kept.popitem(last=False)
    return channel


def _read(at: datetime, found: Print) -> Channel:
    fields = [f"profiles__{name}" for name in _PROFILE]
    partners = Partner.objects.filter(state__in=[PartnerState.ACTIVE, PartnerState.PAUSED]).order_by("pk")
    listed = list(partners.values_list("id", "uid", "name", "external_id", "country", "state", *fields))
    tiers, credentials = _tiers(), _credentials(at)
    rows: dict[int, tuple[Row, Row]] = {}
    for key, _uid, name, external_id, country, state, *about in listed:
        kinds, verticals, lines, employees, city, state_code, lat, lon, territory, capacity, accepts = about
        head = [
            country, state_code or "", territory or "", city or "", kinds or [], verticals or [], lines or [],
            employees, lat, lon, state == PartnerState.ACTIVE, accepts is not False, capacity or 0, tiers.get(key, ""),
            credentials.get(key, []),
        ]  # fmt: skip
        rows[key] = (head, [external_id, name])
    names = {key: (str(uid), name) for key, uid, name, *_about in listed}
    return Channel(rows, names, fixed_of(rows, names), found)


def _tiers() -> dict[int, str]:
    """Partner id → code of the present tier; of several programmes the highest rank."""
    current = Enrollment.objects.filter(until_on=None).order_by("tier__rank")
    return dict(current.values_list("partner_id", "tier__code"))


def _credentials(at: datetime) -> dict[int, list[str]]:
    valid = Credential.objects.filter(Q(expires_on=None) | Q(expires_on__gt=at.date()), issued_on__lte=at.date())
    held: dict[int, list[str]] = defaultdict(list)
    for partner_id, code in valid.order_by("pk").values_list("partner_id", "code"):
        held[partner_id].append(code)
    return held


NO_HISTORY: History = (0, 0, None, 0, 0)
NO_WINS = (0, 0)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# A transaction may have been committed so much later than the time it goes by.
LATE = timedelta(hours=1)


def past_of_partners(
    at: datetime, *, with_wins: bool, ids: Collection[int] = ()
) -> tuple[dict[int, History], dict[int, tuple[int, int]]]:
    """What partners did in a year, by partner: of offers, and of the leads they took (see `_history`, `_wins`).

    Where a run of the day before kept it, only those are counted again of whom an offer was made, answered or became a
    year old since, and those of `ids` that it did not know; won and ended leads are then those of that run.
    """
    base = bases_at(at).values_list("pk", "decided_at").first()
    if base is None:
        return _history(at), _wins(at) if with_wins else {}
    kept, wins = _past_of_base(base[0])
    history = dict(kept)
    touched = _partners_since(base[1], at) | (set(ids) - rows_of_base(base[0]).keys())
    for key in touched:
        history.pop(key, None)
    history |= _history(at, touched)
    # A run by rules that did not ask for wins has none.
    return history, (wins or _wins(at)) if with_wins else {}


@lru_cache(maxsize=8)
def _past_of_base(run_id: int) -> tuple[dict[int, History], dict[int, tuple[int, int]]]:
    rows = rows_of_base(run_id)
    history = {key: cast(History, tuple(row[OPEN + 1 : WON])) for key, row in rows.items() if row[LAST] is not None}
    return history, {key: (cast(int, row[WON]), cast(int, row[ENDED])) for key, row in rows.items() if row[ENDED]}


def _partners_since(since: datetime, at: datetime) -> set[int]:
    year, late = timedelta(days=RECORD_DAYS), since - LATE
    asked = [Q(offered_at__gt=late), Q(answered_at__gt=late), Q(offered_at__gt=since - year, offered_at__lte=at - year)]
    return {pk for each in asked for pk in Offer.objects.filter(each).values_list("partner_id", flat=True).distinct()}


def _history(at: datetime, partners: Collection[int] | None = None) -> dict[int, History]:
    """By partner, over a year: offers accepted, answered or lapsed, when the last was made in microseconds since 1970,
    and the minutes that how many answers took. Of all, or of these partners."""
    finished = Q(state__in=[OfferState.ACCEPTED, OfferState.DECLINED, OfferState.LAPSED])
    answered = Q(state__in=[OfferState.ACCEPTED, OfferState.DECLINED])
    # What a partner took from a pool it never had to answer.
    year = Offer.objects.filter(
        offered_at__gt=at - timedelta(days=RECORD_DAYS), offered_at__lte=at, claimed_from__isnull=True
    )
    if partners is not None:
        year = year.filter(partner_id__in=partners)
    rows = (
        year.values_list("partner_id")
        .annotate(
            accepted=Count("pk", filter=Q(state=OfferState.ACCEPTED)),
            answered=Count("pk", filter=finished),
            last=Max("offered_at"),
            took=Sum(F("answered_at") - F("offered_at"), filter=answered),
            timed=Count("answered_at", filter=answered),
        )
        .order_by()
    )
    return {
        partner_id: (
            accepted, finished_count, (last - _EPOCH) // timedelta(microseconds=1),
            round(took.total_seconds() / 60) if took else 0, timed,
        )
        for partner_id, accepted, finished_count, last, took, timed in rows
    }  # fmt: skip


def _wins(at: datetime) -> dict[int, tuple[int, int]]:
    """By partner, of the leads accepted within a year that ended: how many became deals, and how many ended."""
    ended = Lead.objects.filter(
        state__in=[LeadState.CONVERTED, LeadState.CLOSED], accepted_at__gt=at - timedelta(days=RECORD_DAYS)
    )
    counts = ended.values_list("partner_id").annotate(
        won=Count("pk", filter=Q(state=LeadState.CONVERTED)), ended=Count("pk")
    )
    return {partner_id: (won, count) for partner_id, won, count in counts.order_by() if partner_id}


def open_counts() -> dict[int, int]:
    """Partner id → open offers and accepted leads that are still worked."""
    counts: dict[int, int] = defaultdict(int)
    offers = Offer.objects.filter(state=OfferState.OPEN).values_list("partner_id").annotate(n=Count("pk")).order_by()
    leads = Lead.objects.filter(state=LeadState.ACCEPTED).values_list("partner_id").annotate(n=Count("pk")).order_by()
    for partner_id, count in [*offers, *leads]:
        counts[partner_id] += count
    return counts

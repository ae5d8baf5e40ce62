"""What routing knows: the partners as arrays, and the leads with whom they went to before."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import numpy as np
from django.db.models import Count, Max, Q

from fairway.core.conditions.masks import Column, encode
from fairway.core.tenancy.models import Partner, PartnerState
from fairway.leads.conditions import columns_of, lead_values
from fairway.leads.models import Lead, Offer
from fairway.leads.rules.candidates import (
    Decision,
    Findings,
    LeadFacts,
    PartnerTable,
    Router,
    shrunk,
    unit_vectors,
)
from fairway.leads.rules.routing import Rule
from fairway.leads.rules.states import LeadState, OfferState
from fairway.partners.models import Credential, Enrollment

RECORD_DAYS = 365
_PROFILE = (
    "kinds", "verticals", "product_lines", "employees", "city", "state_code", "latitude", "longitude",
    "territory__name", "lead_capacity", "accepts_leads",
)  # fmt: skip


def partner_table(at: datetime) -> PartnerTable:
    """All partners who are active or paused, with what they have and had at `at`: six queries."""
    fields = [f"profiles__{name}" for name in _PROFILE]
    partners = Partner.objects.filter(state__in=[PartnerState.ACTIVE, PartnerState.PAUSED]).order_by("pk")
    rows = list(partners.values("id", "uid", "name", "country", "state", *fields))
    ids = [row["id"] for row in rows]
    accepted, answered, last = _history(at)
    record = shrunk(_aligned(ids, accepted), _aligned(ids, answered))
    open_leads = _aligned(ids, _open_counts())
    return PartnerTable(
        ids=np.array(ids, dtype=np.int64),
        uids=[str(row["uid"]) for row in rows],
        names=[row["name"] for row in rows],
        cities=[row["profiles__city"] or "" for row in rows],
        countries=_objects(row["country"] for row in rows),
        states=_objects(row["profiles__state_code"] or "" for row in rows),
        territories=_objects(row["profiles__territory__name"] or "" for row in rows),
        product_lines=[frozenset(row["profiles__product_lines"] or ()) for row in rows],
        points=unit_vectors(_floats(rows, "profiles__latitude"), _floats(rows, "profiles__longitude")),
        active=np.array([row["state"] == PartnerState.ACTIVE for row in rows], dtype=np.bool_),
        accepting=np.array([row["profiles__accepts_leads"] is not False for row in rows], dtype=np.bool_),
        capacity=np.array([row["profiles__lead_capacity"] or 0 for row in rows], dtype=np.int64),
        open_leads=open_leads,
        record=record,
        last_offered=np.array([last.get(key, -np.inf) for key in ids], dtype=np.float64),
        columns=_columns(rows, at, open_leads, record),
    )


def _columns(rows: Sequence[Mapping[str, Any]], at: datetime, open_leads: Any, record: Any) -> dict[str, Column]:
    tiers, credentials = _tiers(), _credentials(at)
    return {
        "partner.tier": encode(tiers.get(row["id"], "") for row in rows),
        "partner.kinds": encode(row["profiles__kinds"] or () for row in rows),
        "partner.credentials": encode(credentials.get(row["id"], ()) for row in rows),
        "partner.product_lines": encode(row["profiles__product_lines"] or () for row in rows),
        "partner.verticals": encode(row["profiles__verticals"] or () for row in rows),
        "partner.territory": encode(row["profiles__territory__name"] or "" for row in rows),
        "partner.country": encode(row["country"] for row in rows),
        "partner.state": encode(row["profiles__state_code"] or "" for row in rows),
        "partner.city": encode(row["profiles__city"] or "" for row in rows),
        "partner.employees": _floats(rows, "profiles__employees"),
        "partner.open_leads": open_leads,
        "partner.record": np.round(100 * record),
    }


def _tiers() -> dict[int, str]:
    """Partner id → code of the present tier; of several programmes the highest rank."""
    current = Enrollment.objects.filter(until_on=None).order_by("tier__rank")
    return dict(current.values_list("partner_id", "tier__code"))


def _credentials(at: datetime) -> dict[int, tuple[str, ...]]:
    valid = Credential.objects.filter(Q(expires_on=None) | Q(expires_on__gt=at.date()), issued_on__lte=at.date())
    held: dict[int, tuple[str, ...]] = defaultdict(tuple)
    for partner_id, code in valid.values_list("partner_id", "code"):
        held[partner_id] += (code,)
    return held


def _open_counts() -> dict[int, int]:
    """Partner id → open offers and accepted leads that are still worked."""
    counts: dict[int, int] = defaultdict(int)
    offers = Offer.objects.filter(state=OfferState.OPEN).values_list("partner_id").annotate(n=Count("pk")).order_by()
    leads = Lead.objects.filter(state=LeadState.ACCEPTED).values_list("partner_id").annotate(n=Count("pk")).order_by()
    for partner_id, count in [*offers, *leads]:
        counts[partner_id] += count
    return counts


def _history(at: datetime) -> tuple[dict[int, int], dict[int, int], dict[int, float]]:
    """By partner, over a year: offers accepted, offers answered or lapsed, and the instant of the last one."""
    finished = Q(state__in=[OfferState.ACCEPTED, OfferState.DECLINED, OfferState.LAPSED])
    year = Offer.objects.filter(offered_at__gt=at - timedelta(days=RECORD_DAYS), offered_at__lte=at)
    rows = list(
        year.values_list("partner_id")
        .annotate(
            accepted=Count("pk", filter=Q(state=OfferState.ACCEPTED)),
            answered=Count("pk", filter=finished),
            last=Max("offered_at"),
        )
        .order_by()
    )
    accepted = {partner_id: count for partner_id, count, _n, _last in rows}
    answered = {partner_id: count for partner_id, _n, count, _last in rows}
    return accepted, answered, {partner_id: last.timestamp() for partner_id, _a, _b, last in rows}


def places_of_partners(ids: Iterable[int]) -> dict[int, tuple[str, str, str]]:
    """Partner id → (country, time zone, state): where its business hours run."""
    rows = Partner.objects.filter(pk__in=list(ids)).values_list("pk", "country", "time_zone", "profiles__state_code")
    return {key: (country, zone, state or "") for key, country, zone, state in rows}


def lead_facts(rows: Sequence[Mapping[str, Any]]) -> list[LeadFacts]:
    """What routing needs of each row of `queries.subjects.lead_rows`, in their order: one query."""
    had: dict[int, set[int]] = defaultdict(set)
    ids = [row["id"] for row in rows if row["offers_made"]]
    if ids:
        for lead_id, partner_id in Offer.objects.filter(lead_id__in=ids).values_list("lead_id", "partner_id"):
            had[lead_id].add(partner_id)
    points = unit_vectors(_floats(rows, "latitude"), _floats(rows, "longitude"))
    return [
        LeadFacts(
            country=row["country"],
            state=row["state_code"],
            territory=row["territory"] or "",
            product_line=row["product_code"],
            point=point,
            offers_made=row["offers_made"],
            had_before=frozenset(had.get(row["id"], ())),
            known_partner=row["known_partner"] or 0,
        )
        for row, point in zip(rows, points, strict=True)
    ]


@dataclass(frozen=True, slots=True)
class Routed:
    """One lead, its row, what the rules decided, and what the rule found that matched."""

    row: Mapping[str, Any]
    decision: Decision
    reasons: list[str] = field(default_factory=list)


def decide(
    rows: Sequence[Mapping[str, Any]], rules: Sequence[Rule], partners: PartnerTable, at: datetime, currency: str
) -> list[Routed]:
    """What the rules say of each lead, in the order given. Nothing is written; `partners` counts the offers."""
    names = sorted({name for rule in rules for name in rule.when.field_names})
    values = [lead_values(row, currency) for row in rows]
    router = Router(rules, partners, at.timestamp())
    numbers = router.rule_numbers(columns_of(values, names), len(rows)).tolist()
    facts, found = lead_facts(rows), Findings(rules)
    return [
        Routed(row, router.decide(facts[i], numbers[i]), found.of(numbers[i], values[i])) for i, row in enumerate(rows)
    ]


def _aligned(ids: Sequence[int], counts: Mapping[int, int]) -> Any:
    return np.array([counts.get(key, 0) for key in ids], dtype=np.int64)


def _floats(rows: Sequence[Mapping[str, Any]], name: str) -> Any:
    return np.array([np.nan if row[name] is None else row[name] for row in rows], dtype=np.float64)


def _objects(values: Iterable[str]) -> Any:
    return np.array([*values, None], dtype=np.object_)[:-1]

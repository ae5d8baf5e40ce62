"""What routing knows: the partners as arrays, and the leads with whom they went to before."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
from django.db.models import Count, F, Max, Q, Sum

from fairway.core.tenancy.models import Partner, PartnerState
from fairway.leads.conditions import columns_of, lead_values
from fairway.leads.models import Lead, LeadRecall, Offer
from fairway.leads.rules.candidates import Decision, Findings, Router
from fairway.leads.rules.partner_table import LeadFacts, PartnerTable, Rows, table_of, unit_vectors
from fairway.leads.rules.routing import Rule
from fairway.leads.rules.states import LeadState, OfferState
from fairway.partners.models import Credential, Enrollment

RECORD_DAYS = 365
_PROFILE = (
    "kinds", "verticals", "product_lines", "employees", "city", "state_code", "latitude", "longitude",
    "territory__name", "lead_capacity", "accepts_leads",
)  # fmt: skip


def partner_table(at: datetime, *, with_wins: bool = True) -> PartnerTable:
    """All partners who are active or paused, with what they have and had at `at`: seven queries, six without wins."""
    rows, names = partner_rows(at, with_wins=with_wins)
    return table_of(rows, names)


def partner_rows(at: datetime, *, with_wins: bool = True) -> tuple[Rows, dict[int, tuple[str, str]]]:
    """What `rules.partner_table.table_of` makes the table of: rows by partner, and (uid, name) by partner."""
    fields = [f"profiles__{name}" for name in _PROFILE]
    partners = Partner.objects.filter(state__in=[PartnerState.ACTIVE, PartnerState.PAUSED]).order_by("pk")
    found = list(partners.values_list("id", "uid", "name", "external_id", "country", "state", *fields))
    tiers, credentials, open_leads = _tiers(), _credentials(at), open_counts()
    history, wins = _history(at), _wins(at) if with_wins else {}
    rows: Rows = {}
    for key, _uid, name, external_id, country, state, *about in found:
        kinds, verticals, lines, employees, city, state_code, lat, lon, territory, capacity, accepts = about
        rows[key] = [
            country, state_code or "", territory or "", city or "", kinds or [], verticals or [], lines or [],
            employees, lat, lon, state == PartnerState.ACTIVE, accepts is not False, capacity or 0, tiers.get(key, ""),
            credentials.get(key, []), open_leads.get(key, 0), *history.get(key, _NO_HISTORY), *wins.get(key, (0, 0)),
            external_id, name,
        ]  # fmt: skip
    return rows, {key: (str(uid), name) for key, uid, name, *_about in found}


def names_of_partners() -> dict[int, tuple[str, str]]:
    """Partner id → (uid, name), of all there are."""
    return {key: (str(uid), name) for key, uid, name in Partner.objects.values_list("pk", "uid", "name")}


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


def open_counts() -> dict[int, int]:
    """Partner id → open offers and accepted leads that are still worked."""
    counts: dict[int, int] = defaultdict(int)
    offers = Offer.objects.filter(state=OfferState.OPEN).values_list("partner_id").annotate(n=Count("pk")).order_by()
    leads = Lead.objects.filter(state=LeadState.ACCEPTED).values_list("partner_id").annotate(n=Count("pk")).order_by()
    for partner_id, count in [*offers, *leads]:
        counts[partner_id] += count
    return counts


_NO_HISTORY = (0, 0, None, 0, 0)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def _history(at: datetime) -> dict[int, tuple[int, int, int | None, int, int]]:
    """By partner, over a year: offers accepted, answered or lapsed, when the last was made in microseconds since 1970,
    and the minutes that how many answers took."""
    finished = Q(state__in=[OfferState.ACCEPTED, OfferState.DECLINED, OfferState.LAPSED])
    answered = Q(state__in=[OfferState.ACCEPTED, OfferState.DECLINED])
    year = Offer.objects.filter(offered_at__gt=at - timedelta(days=RECORD_DAYS), offered_at__lte=at)
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


def places_of_partners(ids: Iterable[int]) -> dict[int, tuple[str, str, str]]:
    """Partner id → (country, time zone, state): where its business hours run."""
    rows = Partner.objects.filter(pk__in=list(ids)).values_list("pk", "country", "time_zone", "profiles__state_code")
    return {key: (country, zone, state or "") for key, country, zone, state in rows}


def lead_facts(rows: Sequence[Mapping[str, Any]]) -> list[LeadFacts]:
    """What routing needs of each row of `queries.subjects.lead_rows`, in their order: two queries."""
    had: dict[int, set[int]] = defaultdict(set)
    ids = [row["id"] for row in rows if row["offers_made"]]
    if ids:
        for lead_id, partner_id in Offer.objects.filter(lead_id__in=ids).values_list("lead_id", "partner_id"):
            had[lead_id].add(partner_id)
        for lead_id, partner_id in LeadRecall.objects.filter(lead_id__in=ids).values_list("lead_id", "partner_id"):
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
            vertical=row["industry"],
        )
        for row, point in zip(rows, points, strict=True)
    ]


@dataclass(frozen=True, slots=True)
class Routed:
    """One lead, its row, what the rules decided, what the rule found that matched, and what it was decided by."""

    row: Mapping[str, Any]
    decision: Decision
    reasons: list[str] = field(default_factory=list)
    facts: list[Any] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Deciding:
    """Rules over one table of partners, for chunk after chunk of leads. Nothing is written; the table counts offers."""

    router: Router
    findings: Findings
    currency: str

    @classmethod
    def by(cls, rules: Sequence[Rule], partners: PartnerTable, at: datetime, currency: str) -> "Deciding":
        return cls(Router(rules, partners, at.timestamp()), Findings(rules), currency)

    def decide(self, rows: Sequence[Mapping[str, Any]]) -> list[Routed]:
        """What the rules say of each lead, in the order given."""
        names = names_asked(self.router.rules)
        values = [lead_values(row, self.currency) for row in rows]
        numbers = self.router.rule_numbers(columns_of(values, names), len(rows)).tolist()
        facts = lead_facts(rows)
        decisions = self.router.decide_many(facts, numbers)
        return [
            Routed(row, decision, self.findings.of(number, value), kept_facts(fact, row, value, names))
            for row, decision, number, value, fact in zip(rows, decisions, numbers, values, facts, strict=True)
        ]


# What people wrote about themselves is not kept a second time; a replay takes it as it is by then.
NOT_KEPT = frozenset({"lead.job_title", "lead.source_detail"})


def names_asked(rules: Sequence[Rule]) -> list[str]:
    """The fields of leads that the rules ask for."""
    return sorted({name for rule in rules for name in rule.when.field_names})


def kept_facts(fact: LeadFacts, row: Mapping[str, Any], values: Mapping[str, Any], names: Sequence[str]) -> list[Any]:
    """What a decision went by, short enough to be kept with it; `facts_of` reads it again."""
    return [
        fact.country, fact.state, fact.territory, fact.product_line, row["latitude"], row["longitude"],
        fact.offers_made, sorted(fact.had_before), fact.known_partner, fact.vertical,
        [None if name in NOT_KEPT else values[name] for name in names],
    ]  # fmt: skip


def decide(
    rows: Sequence[Mapping[str, Any]], rules: Sequence[Rule], partners: PartnerTable, at: datetime, currency: str
) -> list[Routed]:
    """What the rules say of each lead, in the order given. Nothing is written; `partners` counts the offers."""
    return Deciding.by(rules, partners, at, currency).decide(rows)


def _floats(rows: Sequence[Mapping[str, Any]], name: str) -> Any:
    return np.array([np.nan if row[name] is None else row[name] for row in rows], dtype=np.float64)

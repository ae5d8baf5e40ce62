"""What routing knows: the partners as arrays, and the leads with whom they went to before."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import numpy as np

from fairway.core.tenancy.models import Partner
from fairway.leads.conditions import columns_of, lead_values
from fairway.leads.models import LeadRecall, Offer
from fairway.leads.queries.accounts import ASKS_ACCOUNT, with_asked
from fairway.leads.queries.channel import (
    NO_HISTORY,
    NO_WINS,
    Channel,
    channel_at,
    open_counts,
    past_of_partners,
)
from fairway.leads.queries.subjects import lead_rows
from fairway.leads.rules.candidates import Decision, Findings, Router
from fairway.leads.rules.levels import ASKS_LEVEL
from fairway.leads.rules.partner_table import LeadFacts, PartnerTable, Rows, table_of, unit_vectors
from fairway.leads.rules.pools import Pool
from fairway.leads.rules.routing import Rule


def partner_table(at: datetime, *, with_wins: bool = True) -> PartnerTable:
    """All partners who are active or paused, with what they have and had at `at`."""
    return table_of_channel(channel_at(at), at, with_wins=with_wins)


def table_of_channel(channel: Channel, at: datetime, *, with_wins: bool = True) -> PartnerTable:
    """What partners are, and what they have and had at `at`."""
    return table_of(_rows(channel, at, with_wins=with_wins), channel.names, channel.fixed)


def partner_rows(at: datetime, *, with_wins: bool = True) -> tuple[Rows, dict[int, tuple[str, str]]]:
    """What `rules.partner_table.table_of` makes the table of: rows by partner, and (uid, name) by partner."""
    channel = channel_at(at)
    return _rows(channel, at, with_wins=with_wins), channel.names


def _rows(channel: Channel, at: datetime, *, with_wins: bool) -> Rows:
    open_leads = open_counts()
    history, wins = past_of_partners(at, with_wins=with_wins, ids=channel.rows.keys())
    return {
        key: [*head, open_leads.get(key, 0), *history.get(key, NO_HISTORY), *wins.get(key, NO_WINS), *tail]
        for key, (head, tail) in channel.rows.items()
    }


def names_of_partners() -> dict[int, tuple[str, str]]:
    """Partner id → (uid, name), of all there are."""
    return {key: (str(uid), name) for key, uid, name in Partner.objects.values_list("pk", "uid", "name")}


def places_of_partners(ids: Iterable[int]) -> dict[int, tuple[str, str, str]]:
    """Partner id → (country, time zone, state): where its business hours run."""
    rows = Partner.objects.filter(pk__any=ids).values_list("pk", "country", "time_zone", "profiles__state_code")
    return {key: (country, zone, state or "") for key, country, zone, state in rows}


def lead_facts(rows: Sequence[Mapping[str, Any]]) -> list[LeadFacts]:
    """What routing needs of each row of `queries.subjects.lead_rows`, in their order: two queries."""
    had: dict[int, set[int]] = defaultdict(set)
    ids = [row["id"] for row in rows if row["offers_made"]]
    if ids:
        for lead_id, partner_id in Offer.objects.filter(lead_id__any=ids).values_list("lead_id", "partner_id"):
            had[lead_id].add(partner_id)
        for lead_id, partner_id in LeadRecall.objects.filter(lead_id__any=ids).values_list("lead_id", "partner_id"):
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
            named_partner=row.get("named_partner") or 0,
            reached=row.get("reached"),
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
    def by(
        cls, rules: Sequence[Rule], partners: PartnerTable, at: datetime, currency: str,
        pools: Mapping[str, Pool] | None = None,
    ) -> "Deciding":  # fmt: skip
        return cls(Router(rules, partners, at.timestamp(), pools), Findings(rules), currency)

    def decide(self, rows: Sequence[dict[str, Any]]) -> list[Routed]:
        """What the rules say of each lead, in the order given."""
        names = names_asked(self.router.rules)
        with_asked(rows, self.router.rules)
        values = [lead_values(row, self.currency) for row in rows]
        numbers = self.router.rule_numbers(columns_of(values, names), len(rows)).tolist()
        facts = lead_facts(rows)
        decisions = self.router.decide_many(facts, numbers)
        return [
            Routed(row, decision, self._found(number, value, row), kept_facts(fact, row, value, names))
            for row, decision, number, value, fact in zip(rows, decisions, numbers, values, facts, strict=True)
        ]

    def _found(self, number: int, values: Mapping[str, Any], row: Mapping[str, Any]) -> list[str]:
        """What the rule found in the lead; where it asks, also whose account it is, and which level it reached."""
        found = self.findings.of(number, values)
        if not number:
            return found
        rule = self.router.rules[number - 1]
        asked = rule.when.field_names
        if (ASKS_ACCOUNT in asked or rule.action.kind == "account") and row["account_because"]:
            found = [*found, row["account_because"]]
        return [*found, row["trigger_because"]] if ASKS_LEVEL in asked else found


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
        [None if name in NOT_KEPT else values[name] for name in names], fact.named_partner, fact.reached,
    ]  # fmt: skip


def facts_of(
    kept: Sequence[Any] | None, lead_id: int, rules: Sequence[Rule], currency: str
) -> tuple[LeadFacts, dict[str, Any]]:
    """What was known of a lead, as `kept_facts` keeps it: facts, and the values that the rules asked for."""
    # Decisions of before there were named accounts, and levels by credential, say nothing behind what was asked.
    said = kept or []
    told = [*said, *(0, None)[len(said) - 11 :]]
    country, state, territory, line, latitude, longitude, made, had, known, vertical, asked, named, reached = told
    values = dict(zip(names_asked(rules), asked, strict=True))
    if written := NOT_KEPT & values.keys():
        now = lead_values(lead_rows([lead_id])[0], currency)
        values |= {name: now[name] for name in written}
    place = [np.array([np.nan if degrees is None else degrees]) for degrees in (latitude, longitude)]
    facts = LeadFacts(
        country=country, state=state, territory=territory, product_line=line, point=unit_vectors(*place)[0],
        offers_made=made, had_before=frozenset(had), known_partner=known, vertical=vertical,
        named_partner=named, reached=None if reached is None else tuple((code, is_so) for code, is_so in reached),
    )  # fmt: skip
    return facts, values


def decide(
    rows: Sequence[dict[str, Any]],
    rules: Sequence[Rule],
    partners: PartnerTable,
    at: datetime,
    currency: str,
    pools: Mapping[str, Pool] | None = None,
) -> list[Routed]:
    """What the rules say of each lead, in the order given. Nothing is written; `partners` counts the offers."""
    return Deciding.by(rules, partners, at, currency, pools).decide(rows)


def _floats(rows: Sequence[Mapping[str, Any]], name: str) -> Any:
    return np.array([np.nan if row[name] is None else row[name] for row in rows], dtype=np.float64)

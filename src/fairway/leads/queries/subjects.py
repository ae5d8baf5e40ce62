"""Leads as conditions see them."""

from collections.abc import Iterable
from typing import Any

from fairway.catalog.models import ProductLine
from fairway.leads.models import CustomerMatch, Lead, LeadPerson, LeadScore, MatchState, ModelState, SourceRecord
from fairway.leads.queries.places import with_territories
from fairway.leads.rules.states import LeadState

IS_CUSTOMER = (MatchState.SURE, MatchState.YES)
OWNED = (LeadState.ACCEPTED, LeadState.CONVERTED)

_COLUMNS = (
    "id", "uid", "state", "external_id", "source", "source_detail", "campaign", "title", "description", "company",
    "name_key", "domain_key", "industry", "employees", "country", "state_code", "city", "postal_code", "latitude",
    "longitude", "amount_minor", "currency", "timeframe_days", "consented_at", "captured_at", "offers_made",
    "waiting_because", "extra", "partner_id", "product_line_id",
)  # fmt: skip
_PERSON = ("first_name", "last_name", "job_title", "email", "phone")


def lead_rows(lead_ids: Iterable[int]) -> list[dict[str, Any]]:
    """The rows that `conditions.lead_values` and offers are made from, by id.

    With the person, points and band, product line, territory, and the partner that has a lead of the same company
    already ("known_partner", an id). Each table is asked by itself: of rows just written the database knows no
    statistics yet, and joins them so badly that a thousand leads take a second.
    """
    ids = list(lead_ids)
    rows = list(Lead.objects.filter(pk__any=ids).order_by("pk").values(*_COLUMNS))
    people = LeadPerson.objects.filter(lead_id__any=ids).values_list("lead_id", *_PERSON)
    scores = LeadScore.objects.filter(lead_id__any=ids).values_list("lead_id", "points", "band", *_CHANCE)
    person_of = {lead_id: dict(zip(_PERSON, values, strict=True)) for lead_id, *values in people}
    score_of = {
        lead_id: {"points": points, "band": band, "chance": chance if state == ModelState.IN_USE else None}
        for lead_id, points, band, chance, state in scores
    }
    line_of = _product_lines(rows)
    for row in rows:
        row |= person_of.get(row["id"], _NOBODY) | score_of.get(row["id"], _NO_SCORE)
        row["product_code"], row["product_name"] = line_of.get(row["product_line_id"], ("", ""))
    customers = set(
        CustomerMatch.objects.filter(lead_id__any=ids, state__in=IS_CUSTOMER).values_list("lead_id", flat=True)
    )
    shares = good_shares({row["source"] for row in rows})
    for row in rows:
        row["is_customer"] = row["id"] in customers
        row["good_share"] = shares.get(row["source"])
    return with_known_partners(with_territories(rows))


_NOBODY: dict[str, Any] = dict.fromkeys(_PERSON, "")
_NO_SCORE: dict[str, Any] = {"points": None, "band": "", "chance": None}
# A chance of a model that is no longer in use is not known any more.
_CHANCE = ("chance", "chance_by__state")


def _product_lines(rows: list[dict[str, Any]]) -> dict[int, tuple[str, str]]:
    """Id → (code, name) of the lines that the rows name."""
    named = {row["product_line_id"] for row in rows if row["product_line_id"]}
    if not named:
        return {}
    return {
        pk: (code, name)
        for pk, code, name in ProductLine.objects.filter(pk__in=named).values_list("pk", "code", "name")
    }


def good_shares(sources: Iterable[str]) -> dict[str, float]:
    """Source → share of its leads that partners found good, in percent; what nobody rated yet is not there."""
    wanted = {source for source in sources if source}
    if not wanted:
        return {}
    return dict(SourceRecord.objects.filter(source__in=wanted).values_list("source", "good_share"))


def with_known_partners(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The partner that last accepted a lead of the same company, by its domain or else its name. Two queries."""
    by_domain = _owners("domain_key", {row["domain_key"] for row in rows if row["domain_key"]})
    by_name = _owners("name_key", {row["name_key"] for row in rows if row["name_key"]})
    for row in rows:
        row["known_partner"] = by_domain.get(row["domain_key"]) or by_name.get(row["name_key"])
    return rows


def _owners(column: str, wanted: set[str]) -> dict[str, int]:
    """Key → partner, the latest acceptance winning; without wanted keys nothing is asked."""
    if not wanted:
        return {}
    owned = Lead.objects.filter(**{f"{column}__in": wanted}, state__in=OWNED, partner__isnull=False)
    return dict(owned.order_by("accepted_at", "pk").values_list(column, "partner_id"))

"""Leads from a file: the bulk twin of `capture_lead`."""

import hashlib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass
from datetime import datetime
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any

from babel.numbers import get_currency_precision
from django.db import connection

from fairway.catalog.models import ProductLine
from fairway.core.access import Member, require
from fairway.core.events.record import record_many
from fairway.core.imports import ImportOutcome, RowIssue
from fairway.core.tenancy.acting import acting_for
from fairway.core.tenancy.context import current
from fairway.core.words import said as _
from fairway.leads.actions.capture import LeadValues, Origin, PersonValues, capture_many
from fairway.leads.conditions import vendor_currency
from fairway.leads.models import Lead

Lines = Mapping[str, tuple[int, str]]


@dataclass(frozen=True, slots=True)
class LeadRow:
    """One lead of a file. Empty text and None mean "not said". `amount` is in whole units of `currency`."""

    line: int
    external_id: str = ""
    need: str = ""
    description: str = ""
    company: str = ""
    website: str = ""
    industry: str = ""
    employees: int | None = None
    country: str = ""
    state_code: str = ""
    city: str = ""
    postal_code: str = ""
    product_line: str = ""
    amount: Decimal | None = None
    currency: str = ""
    timeframe_days: int | None = None
    source: str = ""
    source_detail: str = ""
    campaign: str = ""
    first_name: str = ""
    last_name: str = ""
    job_title: str = ""
    email: str = ""
    phone: str = ""
    street: str = ""
    agreed: bool = False

    @property
    def key(self) -> str:
        """The external id, or one made of what the row says, so that the same row twice is one lead."""
        if self.external_id:
            return self.external_id
        said = "\x1f".join("" if value is None else str(value) for value in astuple(self)[1:])
        return "row:" + hashlib.sha256(said.encode()).hexdigest()[:40]


def import_leads(
    rows: Sequence[LeadRow], *, actor: Member, at: datetime, options: Mapping[str, Any] | None = None
) -> ImportOutcome:
    """Take the leads in, in one transaction; those whose external id is known are updated where they differ.

    A row that repeats the external id of an earlier one is refused. Two leads that only look alike stay two.
    """
    require(actor, "lead.import")
    outcome = ImportOutcome()
    with acting_for(actor):
        _wait_my_turn()
        lines, currency = _product_lines(), vendor_currency()
        for source, group in _by_source(rows, outcome).items():
            taken = [(_lead_values(row, lines, currency, outcome), _person_values(row)) for row in group]
            origin = Origin(source=source or "import")
            for answer in capture_many(taken, origin=origin, actor=actor, at=at, place=True, look=False):
                setattr(outcome, answer.what, getattr(outcome, answer.what) + 1)
    return outcome


@dataclass(frozen=True, slots=True)
class CampaignRow:
    """The campaign that reached a lead, which is named by its external id."""

    line: int
    lead: str
    campaign: str


def import_campaigns(
    rows: Sequence[CampaignRow], *, actor: Member, at: datetime, options: Mapping[str, Any] | None = None
) -> ImportOutcome:
    """Say of leads which campaign they come from. A lead that several sources have under one id is refused."""
    require(actor, "lead.import")
    outcome = ImportOutcome()
    with acting_for(actor):
        known: dict[str, list[Lead]] = defaultdict(list)
        for lead in Lead.objects.filter(external_id__in=[row.lead for row in rows]).select_for_update().order_by("pk"):
            known[lead.external_id].append(lead)
        changed: list[Lead] = []
        for row in rows:
            found = known[row.lead]
            if len(found) != 1:
                text = _("There is no lead with the external id “%(id)s”. Import the leads first.")
                if found:
                    text = _("Leads of several sources have the external id “%(id)s”.")
                outcome.refused.append(RowIssue(row.line, "lead", text % {"id": row.lead[:60]}))
            elif found[0].campaign == row.campaign:
                outcome.unchanged += 1
            else:
                found[0].campaign = row.campaign
                changed.append(found[0])
        Lead.objects.bulk_update(changed, ["campaign"], batch_size=500)
        record_many(
            "updated", Lead, [(lead.pk, None, {"changed": ["campaign"]}) for lead in changed], actor=actor, at=at
        )
    outcome.updated = len(changed)
    return outcome


def _wait_my_turn() -> None:
    """Two imports of one vendor at once: the second waits, and then finds the leads of the first."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('leads', %s))", [current().vendor_id])


def _by_source(rows: Sequence[LeadRow], outcome: ImportOutcome) -> dict[str, list[LeadRow]]:
    """The rows by source system, without those that repeat an external id."""
    first: dict[tuple[str, str], LeadRow] = {}
    groups: dict[str, list[LeadRow]] = defaultdict(list)
    for row in rows:
        kept = first.setdefault((row.source, row.key), row)
        if kept is row:
            groups[row.source].append(row)
            continue
        text = _("Line %(line)d has the same external id. Only that line was taken.")
        if not row.external_id:
            text = _("Line %(line)d says exactly the same. Only that line was taken.")
        outcome.refused.append(RowIssue(row.line, "external_id", text % {"line": kept.line}))
    return groups


def _product_lines() -> Lines:
    """Code and name, folded → (id, name)."""
    found: dict[str, tuple[int, str]] = {}
    for pk, code, name in ProductLine.objects.values_list("pk", "code", "name"):
        found[name.casefold()] = found[code.casefold()] = (pk, name)
    return found


def _lead_values(row: LeadRow, lines: Lines, vendor_money: str, outcome: ImportOutcome) -> LeadValues:
    line_id, line_name = lines.get(row.product_line.casefold(), (None, ""))
    if row.product_line and line_id is None:
        text = _("The product line “%(name)s” is not known and was left out.") % {"name": row.product_line}
        outcome.warnings.append(RowIssue(row.line, "product_line", text, is_warning=True))
    currency = row.currency or vendor_money
    return LeadValues(
        need=row.need, description=row.description, external_id=row.key, company=row.company, website=row.website,
        industry=row.industry, employees=row.employees, country=row.country, state_code=row.state_code, city=row.city,
        postal_code=row.postal_code, product_line_id=line_id, product_line_name=line_name,
        amount_minor=_minor(row.amount, currency), currency="" if row.amount is None else currency,
        timeframe_days=row.timeframe_days, source_detail=row.source_detail, campaign=row.campaign, agreed=row.agreed,
    )  # fmt: skip


def _person_values(row: LeadRow) -> PersonValues:
    return PersonValues(row.first_name, row.last_name, row.job_title, row.email, row.phone, row.street)


def _minor(amount: Decimal | None, currency: str) -> int | None:
    if amount is None:
        return None
    return int(amount.scaleb(get_currency_precision(currency)).to_integral_value(ROUND_HALF_EVEN))

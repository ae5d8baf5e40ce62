"""What leads of a source cost, and how good partners find them."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction

from fairway.core.access import Member, require
from fairway.core.events.record import record, record_many
from fairway.core.imports import ImportOutcome, RowIssue
from fairway.core.money import Rounding, to_minor
from fairway.core.refusals import Refused
from fairway.core.tenancy.acting import acting_for
from fairway.core.tenancy.context import entering
from fairway.core.words import said as _
from fairway.leads.conditions import vendor_currency
from fairway.leads.models import SourceCost, SourceRecord
from fairway.leads.queries.sources import counted_sources

RATED_DAYS = 365
Key = tuple[str, str, date]


@dataclass(frozen=True, slots=True)
class CostRow:
    """One month of a source or of one of its campaigns; `amount` in whole units of the vendor's currency."""

    line: int
    source: str
    campaign: str
    month_on: date
    amount: Decimal
    currency: str = ""


def save_cost(
    *, cost: SourceCost | None, source: str, campaign: str, month_on: date, amount_minor: int, actor: Member,
    at: datetime,
) -> SourceCost:  # fmt: skip
    """What a source or campaign cost in a month; the same key again is refused, so that nothing is counted twice."""
    require(actor, "leadcost.edit")
    values: dict[str, Any] = {
        "source": source.strip(), "campaign": campaign.strip(), "month_on": month_on.replace(day=1),
        "amount_minor": amount_minor,
    }  # fmt: skip
    if not values["source"]:
        raise Refused(_("Name the source, as leads carry it."), field="source")
    if amount_minor < 0:
        raise Refused(_("A cost cannot be below zero."), field="amount")
    with acting_for(actor):
        try:
            with transaction.atomic():
                row = _kept(cost, values, actor)
        except IntegrityError:
            raise Refused(
                _("This month of this source has its cost already. Change that one."), field="month"
            ) from None
        record("set", row, actor=actor, at=at, amount_minor=amount_minor)
    return row


def _kept(cost: SourceCost | None, values: Mapping[str, Any], actor: Member) -> SourceCost:
    if cost is None:
        return SourceCost.objects.create(vendor_id=actor.vendor_id, currency=vendor_currency(), **values)
    if not SourceCost.objects.filter(pk=cost.pk, version=cost.version).update(**values, version=cost.version + 1):
        raise Refused(_("Somebody changed this cost meanwhile. Look at it again."))
    return SourceCost.objects.get(pk=cost.pk)


def remove_cost(*, cost: SourceCost, actor: Member, at: datetime) -> None:
    require(actor, "leadcost.edit")
    with acting_for(actor):
        record("removed", cost, actor=actor, at=at, amount_minor=cost.amount_minor)
        SourceCost.objects.filter(pk=cost.pk).delete()


def import_costs(
    rows: Sequence[CostRow], *, actor: Member, at: datetime, options: Mapping[str, Any] | None = None
) -> ImportOutcome:
    """Costs by month; a month that is known takes the new amount. Other currencies than the vendor's are refused."""
    require(actor, "leadcost.edit")
    outcome = ImportOutcome()
    with acting_for(actor):
        currency = vendor_currency()
        taken = _of_currency(rows, currency, outcome)
        known = {
            (row.source, row.campaign, row.month_on): row
            for row in SourceCost.objects.filter(source__in={key[0] for key in taken}).select_for_update()
        }
        for key, (line, amount_minor) in taken.items():
            outcome.results[line] = _put(key, amount_minor, known.get(key), currency, actor)
        counts = Counter(outcome.results.values())
        outcome.created, outcome.updated = counts["created"], counts["updated"]
        outcome.unchanged = counts["unchanged"]
        months = SourceCost.objects.filter(source__in={key[0] for key in taken}).order_by("pk")
        changed = {key for key, (line, _amount) in taken.items() if outcome.results[line] != "unchanged"}
        told = [
            (row.pk, None, {"amount_minor": row.amount_minor})
            for row in months if (row.source, row.campaign, row.month_on) in changed
        ]  # fmt: skip
        record_many("set", SourceCost, told, actor=actor, at=at)
    return outcome


def _of_currency(rows: Sequence[CostRow], currency: str, outcome: ImportOutcome) -> dict[Key, tuple[int, int]]:
    taken: dict[Key, tuple[int, int]] = {}
    for row in rows:
        if row.currency and row.currency != currency:
            text = _("Write it in %(currency)s, the vendor's currency.") % {"currency": currency}
            outcome.refused.append(RowIssue(row.line, "currency", text))
            continue
        minor = to_minor(row.amount, currency, Rounding.HALF_EVEN)
        taken[row.source, row.campaign, row.month_on.replace(day=1)] = (row.line, minor)
    return taken


def _put(key: Key, amount_minor: int, known: SourceCost | None, currency: str, actor: Member) -> str:
    if known is None:
        source, campaign, month_on = key
        SourceCost.objects.create(
            vendor_id=actor.vendor_id, source=source, campaign=campaign, month_on=month_on, amount_minor=amount_minor,
            currency=currency,
        )  # fmt: skip
        return "created"
    if known.amount_minor == amount_minor:
        return "unchanged"
    SourceCost.objects.filter(pk=known.pk).update(amount_minor=amount_minor, version=known.version + 1)
    return "updated"


def count_sources(*, actor: Member, at: datetime) -> int:
    """Count what partners said of each source's leads in the past year; returns how many sources were rated."""
    require(actor, "lead.route")
    with entering(actor.context):
        rows = counted_sources(at - timedelta(days=RATED_DAYS), at)
    with acting_for(actor):
        SourceRecord.objects.exclude(source__in=[row["source"] for row in rows]).delete()
        SourceRecord.objects.bulk_create(
            [SourceRecord(vendor_id=actor.vendor_id, counted_at=at, **row) for row in rows], update_conflicts=True,
            unique_fields=["vendor", "source"], update_fields=["rated", "good", "bad", "good_share", "counted_at"],
        )  # fmt: skip
    return len(rows)

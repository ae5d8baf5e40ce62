"""Many sales lines at once, each found by its order and line number."""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import F
from django.db.models.functions import Coalesce

from fairway.catalog.models import Product
from fairway.core.access import Member, require
from fairway.core.bulk import staged
from fairway.core.events.record import record_many
from fairway.core.ids import uuid7_many
from fairway.core.imports import ImportOutcome, RowIssue
from fairway.core.tenancy.acting import acting_for
from fairway.core.tenancy.context import current
from fairway.core.tenancy.models import Partner
from fairway.core.words import said as _
from fairway.sales.models import SalesLine

_COLUMNS = {
    "uid": "uuid", "partner_id": "bigint", "product_id": "bigint", "kind": "text", "order_number": "text",
    "line_number": "text", "ordered_on": "date", "quantity": "numeric", "amount": "numeric", "cost": "numeric",
    "currency": "text", "facts": "jsonb",
}  # fmt: skip
_COMPARED = ("partner_id", "product_id", "ordered_on", "quantity", "amount", "cost", "currency", "facts")

# Ordered by key, so that two imports of one file wait for each other instead of deadlocking.
_WRITE = f"""
INSERT INTO sales_salesline AS l (vendor_id, imported_at, {", ".join(_COLUMNS)})
SELECT %s, %s, {", ".join(_COLUMNS)} FROM {{staged}} ORDER BY kind, order_number, line_number
ON CONFLICT (vendor_id, kind, order_number, line_number) DO UPDATE
   SET imported_at = excluded.imported_at, {", ".join(f"{name} = excluded.{name}" for name in _COMPARED)}
 WHERE ({", ".join(f"l.{name}" for name in _COMPARED)})
       IS DISTINCT FROM ({", ".join(f"excluded.{name}" for name in _COMPARED)})
RETURNING l.id, l.partner_id, l.amount, l.currency, xmax = 0, l.kind, l.order_number, l.line_number
"""


@dataclass(frozen=True, slots=True)
class SalesRow:
    """One line of an order. Amounts are in `currency`, with up to four decimals, negative for what came back."""

    line: int
    kind: str
    order_number: str
    line_number: str
    partner: str  # external id
    product: str  # external id, or ""
    ordered_on: date
    quantity: Decimal
    amount: Decimal
    currency: str
    cost: Decimal | None = None
    facts: Mapping[str, str] = field(default_factory=dict)

    @property
    def key(self) -> tuple[str, str, str]:
        """What tells one line from all others of the vendor."""
        return self.kind, self.order_number, self.line_number


def import_sales_lines(
    rows: Sequence[SalesRow], *, actor: Member, at: datetime, options: Mapping[str, Any] | None = None
) -> ImportOutcome:
    """Write the lines; one that is there already with other values is corrected, an equal one left alone.

    Lines that name an unknown partner or product are refused. One event for each partner tells what came in, one
    for each corrected line what changed.
    """
    require(actor, "sales.import")
    outcome = ImportOutcome()
    with acting_for(actor):
        usable = _without_repeats(rows, outcome)
        partners = _ids(Partner, {row.partner for row in usable})
        products = _ids(Product, {row.product for row in usable if row.product})
        placed = [row for row in usable if _is_placed(row, partners, products, outcome)]
        written = _write(placed, partners, products, at)
        created = [each for each in written if each.is_new]
        corrected = [each for each in written if not each.is_new]
        outcome.created += len(created)
        outcome.updated += len(corrected)
        outcome.unchanged += len(placed) - len(written)
        what = {each.key: "created" if each.is_new else "updated" for each in written}
        outcome.results |= {row.line: what.get(row.key, "unchanged") for row in placed}
        _record(created, corrected, actor, at)
    return outcome


@dataclass(frozen=True, slots=True)
class _Written:
    line_id: int
    partner_id: int
    amount: Decimal
    currency: str
    is_new: bool
    kind: str
    order_number: str
    line_number: str

    @property
    def key(self) -> tuple[str, str, str]:
        return self.kind, self.order_number, self.line_number


def _without_repeats(rows: Sequence[SalesRow], outcome: ImportOutcome) -> list[SalesRow]:
    first: dict[tuple[str, str, str], SalesRow] = {}
    for row in rows:
        kept = first.setdefault(row.key, row)
        if kept is not row:
            text = _("Line %(line)d is the same line of the same order. Only that line was taken.")
            outcome.refused.append(RowIssue(row.line, "line_number", text % {"line": kept.line}))
    return list(first.values())


def _ids(model: type[Partner] | type[Product], external_ids: set[str]) -> dict[str, int]:
    rows = model.objects.filter(external_id__in=external_ids)
    # What is sold under the id of a partner that was merged belongs to the one it was merged into.
    place = Coalesce("merged_into_id", "id") if model is Partner else F("id")
    return dict(rows.values_list("external_id", place))


def _is_placed(row: SalesRow, partners: Mapping[str, int], products: Mapping[str, int], outcome: ImportOutcome) -> bool:
    issues = []
    if row.partner not in partners:
        text = _("There is no partner with the external id “%(id)s”. Import the partners first.")
        issues.append(RowIssue(row.line, "partner", text % {"id": row.partner[:60]}))
    if row.product and row.product not in products:
        text = _("There is no product with the id “%(id)s”. Import the products first.")
        issues.append(RowIssue(row.line, "product", text % {"id": row.product[:60]}))
    outcome.refused += issues
    return not issues


def _write(
    rows: Sequence[SalesRow], partners: Mapping[str, int], products: Mapping[str, int], at: datetime
) -> list[_Written]:
    if not rows:
        return []
    with staged(_COLUMNS, _tuples(rows, partners, products)) as name, connection.cursor() as cursor:
        cursor.execute(_WRITE.format(staged=name), [current().vendor_id, at])
        return [_Written(*row) for row in cursor.fetchall()]


def _tuples(
    rows: Sequence[SalesRow], partners: Mapping[str, int], products: Mapping[str, int]
) -> Iterable[tuple[Any, ...]]:
    for uid, row in zip(uuid7_many(len(rows)), rows, strict=True):
        yield (
            uid, partners[row.partner], products.get(row.product), row.kind, row.order_number, row.line_number,
            row.ordered_on, row.quantity, row.amount, row.cost, row.currency, json.dumps(row.facts),
        )  # fmt: skip


def _record(created: Sequence[_Written], corrected: Sequence[_Written], actor: Member, at: datetime) -> None:
    sums: dict[tuple[int, str], list[Decimal]] = defaultdict(list)
    for each in created:
        sums[each.partner_id, each.currency].append(each.amount)
    told = [
        (partner_id, partner_id, {"lines": len(amounts), "amount": str(sum(amounts)), "currency": currency})
        for (partner_id, currency), amounts in sums.items()
    ]
    record_many("sales_reported", Partner, told, actor=actor, at=at)
    changes = [(each.line_id, each.partner_id, {"amount": str(each.amount)}) for each in corrected]
    record_many("corrected", SalesLine, changes, actor=actor, at=at)

"""Many products at once, with the product lines they name."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any

from babel.numbers import get_currency_precision
from django.db import connection
from django.utils.text import slugify

from fairway.catalog.models import BusinessUnit, Product, ProductLine
from fairway.core.access import Member, require
from fairway.core.events.record import record_many
from fairway.core.imports import ImportOutcome, RowIssue
from fairway.core.tenancy.acting import acting_for
from fairway.core.tenancy.context import current
from fairway.core.tenancy.models import Organization
from fairway.core.words import said as _

_LOCK = "SELECT pg_advisory_xact_lock(hashtextextended('products', %s))"
_WRITTEN = ("name", "line_id", "list_price_minor", "currency")


@dataclass(frozen=True, slots=True)
class ProductRow:
    """One product of a file. Empty text and None mean "not said". `list_price` is in whole units of `currency`."""

    line: int
    external_id: str
    name: str
    product_line: str = ""
    list_price: Decimal | None = None
    currency: str = ""
    unit: str = ""


def import_products(
    rows: Sequence[ProductRow], *, actor: Member, at: datetime, options: Mapping[str, Any] | None = None
) -> ImportOutcome:
    """Create products whose id is new, update the others; a product line is made when its name is new."""
    require(actor, "catalog.edit")
    outcome = ImportOutcome()
    with acting_for(actor):
        with connection.cursor() as cursor:
            cursor.execute(_LOCK, [current().vendor_id])
        usable = _without_repeats(rows, outcome)
        lines = _lines({row.product_line for row in usable if row.product_line}, actor, at)
        _give_units(usable, lines, outcome, actor, at)
        currency = Organization.objects.values_list("currency", flat=True).get(pk=current().vendor_id)
        known = {p.external_id: p for p in Product.objects.filter(external_id__in=[row.external_id for row in usable])}
        said = [(row, _said(row, lines, currency)) for row in usable]
        _create([(row, values) for row, values in said if row.external_id not in known], outcome, actor, at)
        _update([(known[row.external_id], v) for row, v in said if row.external_id in known], outcome, actor, at)
    return outcome


def _without_repeats(rows: Sequence[ProductRow], outcome: ImportOutcome) -> list[ProductRow]:
    first: dict[str, ProductRow] = {}
    for row in rows:
        kept = first.setdefault(row.external_id, row)
        if kept is not row:
            text = _("Line %(line)d has the same product id. Only that line was taken.") % {"line": kept.line}
            outcome.refused.append(RowIssue(row.line, "external_id", text))
    return list(first.values())


def _lines(names: set[str], actor: Member, at: datetime) -> dict[str, int]:
    """Name → id of product lines, made where missing. Names that differ in case or signs are one line."""
    codes = {name: line_code(name) for name in sorted(names)}
    known = dict(ProductLine.objects.filter(code__in=set(codes.values())).values_list("code", "id"))
    missing = {code: name for name, code in codes.items() if code not in known}
    made = ProductLine.objects.bulk_create(
        [ProductLine(vendor_id=current().vendor_id, code=code, name=name) for code, name in missing.items()]
    )
    record_many("created", ProductLine, [(line.pk, None, {}) for line in made], actor=actor, at=at)
    known |= {line.code: line.pk for line in made}
    return {name: known[code] for name, code in codes.items()}


def _give_units(
    rows: Sequence[ProductRow], lines: Mapping[str, int], outcome: ImportOutcome, actor: Member, at: datetime
) -> None:
    """Lines go to the business unit that the file names first for them; a unit that is not known is left out."""
    known: dict[str, int] = {}
    for unit in BusinessUnit.objects.filter(retired_at=None):
        known |= {unit.code.casefold(): unit.pk, unit.name.casefold(): unit.pk}
    wanted: dict[int, int] = {}
    for row in rows:
        if not row.unit or not row.product_line:
            continue
        unit_id = known.get(row.unit.casefold())
        if unit_id is None:
            text = _("The business unit “%(name)s” is not known and was left out.") % {"name": row.unit}
            outcome.warnings.append(RowIssue(row.line, "unit", text, is_warning=True))
            continue
        wanted.setdefault(lines[row.product_line], unit_id)
    now = dict(ProductLine.objects.filter(pk__in=wanted).values_list("pk", "unit_id"))
    changed = {pk: unit_id for pk, unit_id in wanted.items() if now[pk] != unit_id}
    for pk, unit_id in changed.items():
        ProductLine.objects.filter(pk=pk).update(unit_id=unit_id)
    events = [(pk, None, {"unit": unit_id}) for pk, unit_id in changed.items()]
    record_many("unit_changed", ProductLine, events, actor=actor, at=at)


def line_code(name: str) -> str:
    return slugify(name)[:50] or "line-" + hashlib.sha256(name.encode()).hexdigest()[:8]


def _said(row: ProductRow, lines: Mapping[str, int], currency: str) -> dict[str, Any]:
    """What the row says, by column; nothing for an empty cell."""
    values: dict[str, Any] = {"name": row.name}
    if row.product_line:
        values["line_id"] = lines[row.product_line]
    if row.list_price is not None:
        values["currency"] = row.currency or currency
        decimals = get_currency_precision(values["currency"])
        values["list_price_minor"] = int(row.list_price.scaleb(decimals).to_integral_value(ROUND_HALF_EVEN))
    return values


def _create(
    said: Sequence[tuple[ProductRow, dict[str, Any]]], outcome: ImportOutcome, actor: Member, at: datetime
) -> None:
    vendor_id = current().vendor_id
    made = Product.objects.bulk_create(
        [Product(vendor_id=vendor_id, external_id=row.external_id, **values) for row, values in said]
    )
    record_many("created", Product, [(p.pk, None, {"source": "import"}) for p in made], actor=actor, at=at)
    outcome.created += len(made)


def _update(
    pairs: Sequence[tuple[Product, dict[str, Any]]], outcome: ImportOutcome, actor: Member, at: datetime
) -> None:
    changed: list[tuple[Product, list[str]]] = []
    for product, values in pairs:
        names = [name for name, value in values.items() if getattr(product, name) != value]
        for name in names:
            setattr(product, name, values[name])
        if names:
            changed.append((product, names))
    Product.objects.bulk_update([product for product, _names in changed], _WRITTEN)
    events = [(product.pk, None, {"source": "import", "changed": names}) for product, names in changed]
    record_many("updated", Product, events, actor=actor, at=at)
    outcome.updated += len(changed)
    outcome.unchanged += len(pairs) - len(changed)

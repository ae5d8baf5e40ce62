"""What a file of sales lines can say."""

from collections.abc import Mapping
from decimal import Decimal

from django.utils.translation import gettext_lazy

from fairway.core.cells import CellError, RowReader, amount_of, currency_of, date_of
from fairway.core.imports import RowIssue, Target, TargetField, register
from fairway.core.words import Words
from fairway.core.words import said as _
from fairway.sales.actions.importing import SalesRow, import_sales_lines
from fairway.sales.models import SalesKind

_LIMITS = {"order_number": 60, "line_number": 20, "partner": 100, "product": 100}
# Kept with the line as they stand in the file, because they explain it; nothing is computed from them.
FACTS = ("currency_key", "territory_key", "promotion_key", "employee_key", "discount", "po_number")
_KINDS = {value: value for value in SalesKind.values} | {
    "sell-in": "sell_in", "sell in": "sell_in", "sell-through": "sell_through", "sell through": "sell_through",
    "pos": "sell_through",
}  # fmt: skip


def parse_sales_line(values: Mapping[str, str], line: int) -> tuple[SalesRow | None, list[RowIssue]]:
    reader = RowReader(values, line, _LIMITS)
    for name, message in _needed().items():
        reader.need(name, message)
    kind = _KINDS.get((values.get("kind") or SalesKind.SELL_IN).strip().lower())
    if kind is None:
        reader.refuse("kind", _("A line is “sell-in” or “sell-through”."))
    amount = reader.read("amount", amount_of)
    quantity = reader.read("quantity", amount_of)
    ordered_on = reader.read("ordered_on", date_of)
    cost = reader.read("cost", amount_of)
    currency = reader.read("currency", currency_of)
    order_number, line_number = reader.text("order_number"), reader.text("line_number") or "1"
    partner, product = reader.text("partner"), reader.text("product")
    if reader.is_refused or kind is None:
        return None, reader.issues
    if amount < 0:
        reader.warn("amount", _("The amount is below zero. It is taken as goods that came back."))
    row = SalesRow(
        line=line, kind=kind, order_number=order_number, line_number=line_number, partner=partner, product=product,
        ordered_on=ordered_on, quantity=Decimal(1) if quantity is None else quantity, amount=amount,
        currency=currency, cost=cost, facts={name: values[name] for name in FACTS if values.get(name)},
    )  # fmt: skip
    return row, reader.issues


def _needed() -> dict[str, Words]:
    return {
        "order_number": _("The order number is missing."),
        "partner": _("The partner is missing."),
        "ordered_on": _("The day of the order is missing."),
        "amount": _("The amount is missing."),
        "currency": _("The currency is missing. Choose one for the whole file."),
    }


def _fact(name: str, label: object, *synonyms: str) -> TargetField:
    return TargetField(name, label, synonyms=synonyms, help=gettext_lazy("Kept as a fact, not converted."))


def money_of(row: SalesRow | None, values: Mapping[str, str]) -> tuple[str, Decimal] | None:
    """Currency and amount of a line; of a refused one as far as they can be read."""
    if row is not None:
        return row.currency, row.amount
    try:
        return currency_of(values.get("currency", "")), amount_of(values.get("amount", ""))
    except CellError:
        return None


TARGET = register(
    Target(
        kind="sales_lines",
        label=gettext_lazy("Sales lines"),
        permission="sales.import",
        fields=(
            TargetField(
                "order_number",
                gettext_lazy("Order number"),
                required=True,
                synonyms=("salesordernumber", "order", "order no", "order id", "invoice number"),
            ),
            TargetField(
                "line_number",
                gettext_lazy("Line number"),
                synonyms=("salesorderlinenumber", "line", "order line", "position", "line no"),
            ),
            TargetField(
                "partner",
                gettext_lazy("Partner’s external id"),
                required=True,
                synonyms=("resellerkey", "partner id", "reseller", "partner", "external id", "customer number"),
            ),
            TargetField(
                "product",
                gettext_lazy("Product id"),
                synonyms=("productkey", "sku", "product", "product key", "item number"),
            ),
            TargetField(
                "ordered_on",
                gettext_lazy("Day of the order"),
                "date",
                required=True,
                synonyms=("orderdate", "order date", "date", "invoice date", "day"),
            ),
            TargetField("quantity", gettext_lazy("Quantity"), "decimal", synonyms=("orderquantity", "qty", "units")),
            TargetField(
                "amount",
                gettext_lazy("Amount"),
                "money",
                required=True,
                synonyms=("salesamount", "sales amount", "net amount", "revenue", "total", "line total"),
            ),
            TargetField(
                "cost", gettext_lazy("Cost"), "money", synonyms=("totalproductcost", "cost amount", "total cost")
            ),
            TargetField(
                "currency",
                gettext_lazy("Currency"),
                "currency",
                required=True,
                default_for_all=True,
                synonyms=("currency code", "currencyisocode", "currency iso code"),
                help=gettext_lazy("Of all amounts in the file, unless a column says it line by line."),
            ),
            TargetField(
                "kind",
                gettext_lazy("Sell-in or sell-through"),
                "choice",
                default_for_all=True,
                default="sell_in",
                choices=tuple(SalesKind.choices),
                synonyms=("sales kind", "direction"),
            ),
            _fact("currency_key", gettext_lazy("Currency key"), "currencykey"),
            _fact("territory_key", gettext_lazy("Territory key"), "salesterritorykey"),
            _fact("promotion_key", gettext_lazy("Promotion key"), "promotionkey"),
            _fact("employee_key", gettext_lazy("Employee key"), "employeekey"),
            _fact("discount", gettext_lazy("Discount"), "discountamount", "unitpricediscountpct"),
            _fact("po_number", gettext_lazy("Purchase order"), "customerponumber", "po number"),
        ),
        parse=parse_sales_line,
        apply=import_sales_lines,
        help=gettext_lazy("One row a line of an order. Partners and products are found by their external ids."),
        key_fields=("kind", "order_number", "line_number"),
        money=money_of,
        order=40,
    )
)

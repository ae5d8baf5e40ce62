"""What a file of products can say."""

from collections.abc import Mapping

from django.utils.translation import gettext_lazy

from fairway.catalog.actions.importing import ProductRow, import_products
from fairway.core.cells import RowReader, amount_of, currency_of
from fairway.core.imports import RowIssue, Target, TargetField, register
from fairway.core.words import said as _

_LIMITS = {"external_id": 100, "name": 200, "product_line": 100, "unit": 100}


def parse_product(values: Mapping[str, str], line: int) -> tuple[ProductRow | None, list[RowIssue]]:
    reader = RowReader(values, line, _LIMITS)
    reader.need("external_id", _("The product id is missing."))
    reader.need("name", _("The name is missing."))
    row = ProductRow(
        line=line,
        external_id=reader.text("external_id"),
        name=reader.text("name"),
        product_line=reader.text("product_line"),
        list_price=reader.read("list_price", amount_of),
        currency=reader.read("currency", currency_of) or "",
        unit=reader.text("unit"),
    )
    return (None if reader.is_refused else row), reader.issues


TARGET = register(
    Target(
        kind="products",
        label=gettext_lazy("Products"),
        permission="catalog.edit",
        fields=(
            TargetField(
                "external_id",
                gettext_lazy("Product id"),
                required=True,
                synonyms=("productkey", "product key", "sku", "id", "product number", "item number"),
                help=gettext_lazy("The number that sales lines name."),
            ),
            TargetField(
                "name",
                gettext_lazy("Name"),
                required=True,
                synonyms=("englishproductname", "product name", "product", "title"),
            ),
            TargetField(
                "product_line",
                gettext_lazy("Product line"),
                synonyms=(
                    "englishproductsubcategoryname", "englishproductcategoryname", "productline", "category",
                    "product line", "subcategory", "family",
                ),
            ),
            TargetField(
                "unit",
                gettext_lazy("Business unit"),
                synonyms=("business unit", "businessunit", "division", "bu"),
                help=gettext_lazy("Name or code of a business unit that you made. It sells the product's line."),
            ),
            TargetField("list_price", gettext_lazy("List price"), "money", synonyms=("listprice", "price", "msrp")),
            TargetField(
                "currency",
                gettext_lazy("Currency"),
                "currency",
                default_for_all=True,
                synonyms=("currency code", "currencyisocode"),
            ),
        ),
        parse=parse_product,
        apply=import_products,
        help=gettext_lazy("One row a product. Product lines are made from the names in the file."),
        key_fields=("external_id",),
        order=20,
    )
)  # fmt: skip

"""The list of products, and products as a target of imports."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from fairway.catalog.actions.importing import ProductRow, import_products
from fairway.catalog.imports import parse_product
from fairway.catalog.models import Product, ProductLine
from fairway.core.access import Forbidden
from fairway.core.tenancy.context import entering

pytestmark = pytest.mark.django_db
AT = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
ROWS = [
    ProductRow(2, "349", "Core router", "Networks", Decimal("3374.99")),
    ProductRow(3, "350", "Desk switch", "networks"),
    ProductRow(4, "351", "Cable"),
]


def test_products_are_listed_by_line_and_found_by_id_and_name(acme, client_of):
    import_products(ROWS, actor=acme.operations, at=AT)
    with entering(acme.chief.context):
        line = ProductLine.objects.get()
    client = client_of(acme.cam)
    for query, names in (
        ("", {"Core router", "Desk switch", "Cable"}),
        (f"line={line.uid}", {"Core router", "Desk switch"}),
        ("line=none", {"Cable"}),
        ("line=odd", set()),
        ("q=350", {"Desk switch"}),
        ("q=Core", {"Core router"}),
    ):
        page = client.get(f"/acme/console/products/?{query}")
        assert page.status_code == 200
        assert {name for name in ("Core router", "Desk switch", "Cable") if name in page.content.decode()} == names


def test_a_price_becomes_minor_units_of_its_currency(acme):
    import_products(
        [ProductRow(2, "1", "Yen thing", list_price=Decimal("500"), currency="JPY")], actor=acme.admin, at=AT
    )
    with entering(acme.chief.context):
        product = Product.objects.get()
    assert (product.list_price_minor, product.currency) == (500, "JPY")


def test_only_those_who_may_edit_the_catalogue_import_it(acme):
    for member in (acme.cam, acme.finance, acme.beta_executive):
        with pytest.raises(Forbidden):
            import_products(ROWS, actor=member, at=AT)
    with entering(acme.chief.context):
        assert not Product.objects.exists()


def test_a_product_without_id_or_with_an_odd_price_is_refused():
    row, issues = parse_product({"name": "A", "list_price": "dear"}, 3)
    assert row is None
    assert [issue.field for issue in issues] == ["external_id", "list_price"]

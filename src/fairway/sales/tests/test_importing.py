"""Sales lines in bulk: exact amounts, unknown names refused, the same file twice left alone."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from fairway.catalog.actions.importing import ProductRow, import_products
from fairway.core.access import Forbidden
from fairway.core.events.models import Event
from fairway.core.tenancy.context import entering
from fairway.sales.actions.importing import SalesRow, import_sales_lines
from fairway.sales.imports import parse_sales_line
from fairway.sales.models import SalesLine

pytestmark = pytest.mark.django_db
AT = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
LINE = SalesRow(
    2, "sell_in", "SO-1", "1", "B-1", "349", date(2025, 12, 29), Decimal(1), Decimal("2024.9940"), "USD",
    cost=Decimal("1898.0944"), facts={"currency_key": "100"},
)  # fmt: skip
CELLS = {
    "order_number": "SO-1", "line_number": "1", "partner": "B-1", "product": "349", "ordered_on": "2025-12-29",
    "quantity": "1", "amount": "2024.9940", "cost": "1898.0944", "currency": "USD", "currency_key": "100",
}  # fmt: skip


@pytest.fixture
def shop(acme):
    import_products([ProductRow(2, "349", "Router", "Networks", Decimal("3374.99"))], actor=acme.operations, at=AT)
    return acme


def bring(cast, *rows, actor=None):
    return import_sales_lines(list(rows), actor=actor or cast.finance, at=AT)


def counts(outcome):
    return outcome.created, outcome.updated, outcome.unchanged, len(outcome.refused)


def lines(cast):
    with entering(cast.chief.context):
        return list(SalesLine.objects.select_related("product").order_by("order_number", "line_number"))


def test_a_line_keeps_its_amount_to_the_fourth_decimal_and_its_facts(shop):
    assert counts(bring(shop, LINE)) == (1, 0, 0, 0)
    (line,) = lines(shop)
    assert (line.amount, line.cost, line.currency) == (Decimal("2024.9940"), Decimal("1898.0944"), "USD")
    assert (line.partner_id, line.product.external_id, line.facts) == (shop.beta.pk, "349", {"currency_key": "100"})
    with entering(shop.chief.context):
        event = Event.objects.get(subject_type="partner", verb="sales_reported")
        assert (event.partner_id, event.data) == (
            shop.beta.pk,
            {"lines": 1, "amount": "2024.9940", "currency": "USD"},
        )


def test_the_same_lines_again_change_nothing_and_a_changed_one_is_corrected(shop):
    other = replace(LINE, line=3, line_number="2")
    bring(shop, LINE, other)
    assert counts(bring(shop, LINE, other)) == (0, 0, 2, 0)
    assert counts(bring(shop, LINE, replace(other, amount=Decimal("-5")))) == (0, 1, 1, 0)
    assert [line.amount for line in lines(shop)] == [Decimal("2024.9940"), Decimal("-5.0000")]
    with entering(shop.chief.context):
        assert Event.objects.filter(subject_type="salesline", verb="corrected").count() == 1


def test_unknown_partners_and_products_are_refused_by_name(shop):
    outcome = bring(shop, replace(LINE, partner="nobody"), replace(LINE, line=3, line_number="2", product="0"))
    assert counts(outcome) == (0, 0, 0, 2)
    assert [(issue.line, issue.field) for issue in outcome.refused] == [(2, "partner"), (3, "product")]
    assert "“nobody”" in outcome.refused[0].message
    assert lines(shop) == []


def test_a_line_that_stands_twice_in_the_rows_is_taken_once(shop):
    outcome = bring(shop, LINE, replace(LINE, line=5, amount=Decimal(7)))
    assert (counts(outcome), outcome.refused[0].line) == ((1, 0, 0, 1), 5)
    assert lines(shop)[0].amount == Decimal("2024.9940")


def test_only_those_who_may_import_do(shop):
    for member in (shop.marketer, shop.cam, shop.beta_executive):
        with pytest.raises(Forbidden):
            bring(shop, LINE, actor=member)
    assert lines(shop) == []


def test_the_cells_of_a_row_become_a_line():
    assert parse_sales_line(CELLS, 2) == (LINE, [])


@pytest.mark.parametrize(
    ("cells", "field"),
    [
        ({"amount": "2e13"}, "amount"),
        ({"amount": "a lot"}, "amount"),
        ({"amount": ""}, "amount"),
        ({"currency": "XQZ"}, "currency"),
        ({"currency": ""}, "currency"),
        ({"ordered_on": "31.31.2013"}, "ordered_on"),
        ({"kind": "sideways"}, "kind"),
        ({"order_number": "x" * 61}, "order_number"),
    ],
)
def test_a_cell_that_cannot_be_read_refuses_the_line(cells, field):
    row, issues = parse_sales_line({**CELLS, **cells}, 2)
    assert row is None
    assert [issue.field for issue in issues] == [field]


def test_an_amount_below_zero_is_taken_with_a_warning():
    row, issues = parse_sales_line({**CELLS, "amount": "(12.5)"}, 2)
    assert row.amount == Decimal("-12.5")
    assert [(issue.field, issue.is_warning) for issue in issues] == [("amount", True)]


def test_products_are_created_updated_and_left_alone(shop):
    row = ProductRow(2, "349", "Router", "Networks", Decimal("3374.99"))
    assert counts(import_products([row], actor=shop.operations, at=AT)) == (0, 0, 1, 0)
    renamed = [replace(row, name="Core router"), ProductRow(3, "350", "Switch", "NETWORKS")]
    assert counts(import_products(renamed, actor=shop.operations, at=AT)) == (1, 1, 0, 0)

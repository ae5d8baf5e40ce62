"""Sales lines: what was sold, as another system says it. Amounts are exact decimals, as they came."""

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from fairway.core.http.api.bulk import Lines, LinesTold, lines_of
from fairway.core.http.api.fields import Choice, Currency, Day, Decimal, Input, Output, Text
from fairway.core.http.api.operations import Call, PageQuery, Resource, operation
from fairway.sales.actions.importing import SalesRow, import_sales_lines
from fairway.sales.models import SalesKind, SalesLine
from fairway.sales.queries import sales_lines, uids_by_key

_KINDS = [(str(value), str(label)) for value, label in SalesKind.choices]


class SalesLineGiven(Input):
    """The line of an order. The same line of the same order and kind is corrected where it differs."""

    kind = Choice(choices=_KINDS, required=False, help_text="`sell_in` by default.")
    order_number = Text(max_length=60)
    line_number = Text(max_length=20, required=False, help_text="`1` by default.")
    partner = Text(max_length=100, help_text="The partner's external id.")
    product = Text(max_length=100, required=False, allow_blank=True, help_text="The product's external id.")
    ordered_on = Day()
    quantity = Decimal(required=False, help_text="1 by default.")
    amount = Decimal(help_text="Below zero for goods that came back.")
    cost = Decimal(required=False, allow_null=True)
    currency = Currency()


class SalesLinesGiven(Input):
    lines = lines_of(SalesLineGiven)


class SalesLineQuery(PageQuery):
    kind = Choice(choices=_KINDS, required=False)
    partner = serializers.UUIDField(required=False)
    order_number = Text(max_length=60, required=False)
    ordered_since = Day(required=False)
    ordered_before = Day(required=False)


class SalesLineTold(Output):
    uid = serializers.UUIDField()
    kind = serializers.ChoiceField(choices=_KINDS)
    order_number = serializers.CharField()
    line_number = serializers.CharField()
    partner = serializers.UUIDField(source="partner.uid")
    partner_external_id = serializers.CharField(source="partner.external_id")
    product = serializers.CharField(source="product.external_id", allow_null=True)
    ordered_on = serializers.DateField()
    quantity = serializers.DecimalField(max_digits=18, decimal_places=4)
    amount = serializers.DecimalField(max_digits=19, decimal_places=4)
    cost = serializers.DecimalField(max_digits=19, decimal_places=4, allow_null=True)
    currency = serializers.CharField()


class SalesLines(Resource):
    tag = "sales lines"

    @operation(
        "list_sales_lines", _("List sales lines"), permission="sales.read", asks=SalesLineQuery, gives=SalesLineTold,
        is_list=True, order="ordered_on", help=_("The latest order first."),
    )  # fmt: skip
    def get(self, call: Call) -> QuerySet[SalesLine]:
        return sales_lines(call.query)


class SalesLineBulk(Resource):
    tag = "sales lines"

    @operation(
        "send_sales_lines", _("Send in sales lines"), permission="sales.import", takes=SalesLinesGiven,
        gives=LinesTold, help=_("Up to 5,000 lines. Good lines are taken, bad ones say what is wrong."),
    )  # fmt: skip
    def post(self, call: Call) -> Lines:
        lines = Lines(call.data["lines"], SalesLineGiven, key=())
        rows = [_row(number, values) for number, values in lines.values.items()]
        outcome = import_sales_lines(rows, actor=call.member, at=call.at)
        known = uids_by_key([row.key for row in rows])
        lines.tell_outcome(outcome, {row.line: known[row.key] for row in rows if row.key in known})
        return lines


def _row(number: int, given: dict[str, Any]) -> SalesRow:
    filled = {"kind": SalesKind.SELL_IN.value, "line_number": "1", "product": "", "quantity": 1, **given}
    return SalesRow(line=number, **filled)

"""Sales lines for programs, in the context of whoever asks."""

from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from fairway.sales.models import SalesLine

Key = tuple[str, str, str]
_FILTERS = {
    "kind": "kind", "partner": "partner__uid", "order_number": "order_number", "ordered_since": "ordered_on__gte",
    "ordered_before": "ordered_on__lt",
}  # fmt: skip


def sales_lines(asked: Mapping[str, Any]) -> QuerySet[SalesLine]:
    wanted = {_FILTERS[name]: value for name, value in asked.items() if name in _FILTERS}
    return SalesLine.objects.select_related("partner", "product").filter(**wanted)


def uids_by_key(keys: Collection[Key]) -> dict[Key, UUID]:
    """(kind, order number, line number) → uid, of those that are there. One query."""
    orders, kinds = {order for _kind, order, _line in keys}, {kind for kind, _order, _line in keys}
    rows = SalesLine.objects.filter(kind__in=kinds, order_number__in=orders)
    found = rows.values_list("kind", "order_number", "line_number", "uid")
    return {(kind, order, line): uid for kind, order, line, uid in found}

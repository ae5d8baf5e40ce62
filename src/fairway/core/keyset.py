"""Going on in an order of two columns from the row that was told last."""

from typing import Any

from django.db.models import Q


def beyond(first: tuple[str, Any], then: tuple[str, Any]) -> Q:
    """The rows after the one with these values; columns are as in `order_by`: `beyond(("-at", at), ("-pk", pk))`.

    What it says twice of the first column lets an index of the order begin there: of “later, or as late and of a
    greater id” alone, the database reads every row before.
    """
    (column, compare), value = _turned(first[0]), first[1]
    (last, least), key = _turned(then[0]), then[1]
    within = Q(**{f"{column}__{compare}": value}) | Q(**{f"{last}__{least}": key})
    return Q(**{f"{column}__{compare}e": value}) & within


def _turned(column: str) -> tuple[str, str]:
    return (column[1:], "lt") if column.startswith("-") else (column, "gt")

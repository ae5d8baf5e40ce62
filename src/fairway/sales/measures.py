"""What is counted of sales lines."""

from django.db.models import Count, Q, Sum
from django.utils.translation import gettext_lazy as _

from fairway.core.measures import Measure, register
from fairway.sales.models import SalesKind, SalesLine

SELL_IN = Q(kind=SalesKind.SELL_IN)


def declare() -> None:
    register(
        Measure(
            "sales.revenue", _("Revenue, sell-in"), SalesLine, "ordered_on",
            lambda of: Sum("amount", filter=of), "amount", SELL_IN,
        ),
        Measure(
            "sales.partners", _("Partners with revenue"), SalesLine, "ordered_on",
            lambda of: Count("partner_id", distinct=True, filter=of), "count", SELL_IN,
        ),
    )  # fmt: skip

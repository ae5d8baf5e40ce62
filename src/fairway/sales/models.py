"""Sales lines: what was sold, as the vendor's or a partner's system reported it."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from fairway.catalog.models import Product
from fairway.core.tenancy.scope import SharedModel, TenantForeignKey


class SalesKind(models.TextChoices):
    SELL_IN = "sell_in", _("Sell-in")
    SELL_THROUGH = "sell_through", _("Sell-through")


class SalesLine(SharedModel):
    """One line of an order. Amounts are facts of another system, kept with the four decimals they came with
    (money that Fairway itself moves is integer minor units in the ledger)."""

    personal = {"facts": "text"}

    partner = TenantForeignKey("core.Partner", null=True, blank=True, related_name="+", db_index=False)
    kind = models.CharField(max_length=12, choices=SalesKind, default=SalesKind.SELL_IN)
    order_number = models.CharField(max_length=60)
    line_number = models.CharField(max_length=20)
    product = TenantForeignKey(Product, null=True, related_name="+")
    ordered_on = models.DateField()
    quantity = models.DecimalField(max_digits=18, decimal_places=4)
    amount = models.DecimalField(max_digits=19, decimal_places=4)
    cost = models.DecimalField(max_digits=19, decimal_places=4, null=True)
    currency = models.CharField(max_length=3)
    facts = models.JSONField(default=dict)
    imported_at = models.DateTimeField()

    class Meta(SharedModel.Meta):
        abstract = False
        constraints = [
            *SharedModel.Meta.constraints,
            models.UniqueConstraint(fields=["vendor", "kind", "order_number", "line_number"], name="salesline_once"),
        ]
        indexes = [
            # What adds up amounts reads these alone and never the rows, which are five times as wide.
            models.Index(
                fields=["vendor", "ordered_on"], include=["partner", "kind", "amount"], name="salesline_sums_by_day"
            ),
            models.Index(
                fields=["vendor", "partner", "ordered_on"], include=["kind", "amount"], name="salesline_sums_by_partner"
            ),
        ]

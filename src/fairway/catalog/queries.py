"""Products and product lines as pages list them."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db.models import Count, F, Q, QuerySet

from fairway.catalog.models import Product, ProductLine

NO_LINE = "none"


def product_lines() -> QuerySet[ProductLine, dict[str, Any]]:
    """Lines with how many products each has, by name."""
    return ProductLine.objects.annotate(n=Count("products")).order_by("name").values("uid", "name", "code", "n")


def products(filters: Mapping[str, str]) -> QuerySet[Product, dict[str, Any]]:
    """Products by `line` (a uid, or none) and `q`: the id, or how the name begins."""
    rows = Product.objects.all()
    if line := filters.get("line"):
        rows = rows.filter(line=None) if line == NO_LINE else rows.filter(line__uid=_uid(line))
    if words := filters.get("q", "").strip()[:100]:
        rows = rows.filter(Q(external_id=words) | Q(name__gte=words, name__lt=words + "\U0010ffff"))
    return rows.annotate(line_name=F("line__name")).values(
        "uid", "external_id", "name", "line_name", "list_price_minor", "currency"
    )


def _uid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        return UUID(int=0)

"""Products and product lines as pages list them."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db.models import Count, F, Q, QuerySet

from fairway.catalog.models import BusinessUnit, Product, ProductLine
from fairway.core.tenancy.models import Seat

NO_LINE = "none"


def product_lines() -> QuerySet[ProductLine, dict[str, Any]]:
    """Lines with how many products each has, by name."""
    return ProductLine.objects.annotate(n=Count("products")).order_by("name").values("uid", "name", "code", "n")


def units() -> QuerySet[BusinessUnit]:
    """Business units in use, by name."""
    return BusinessUnit.objects.filter(retired_at=None).order_by("name", "pk")


def _limited_seats() -> QuerySet[Seat]:
    return Seat.objects.filter(partner=None, is_active=True).exclude(unit_ids=None).order_by("name_key", "pk")


def names_limited_to(unit: BusinessUnit) -> list[str]:
    """Who of the staff sees only some units, this one among them, by name."""
    return [name for name, ids in _limited_seats().values_list("name", "unit_ids") if unit.pk in (ids or ())]


def people_by_unit() -> Counter[int]:
    """Unit id → how many open seats are limited to it. One query."""
    return Counter(pk for ids in _limited_seats().values_list("unit_ids", flat=True) for pk in ids or ())


def lines_by_unit() -> dict[int, list[str]]:
    """Unit id → names of its product lines. One query."""
    found: dict[int, list[str]] = defaultdict(list)
    for unit_id, name in ProductLine.objects.exclude(unit=None).order_by("name").values_list("unit_id", "name"):
        found[unit_id].append(name)
    return found


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

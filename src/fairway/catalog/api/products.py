"""What the vendor sells, for programs: product lines and products. They come in by imports."""

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework import serializers

from fairway.catalog.models import Product, ProductLine
from fairway.core.http.api.fields import Amount, Output, Text
from fairway.core.http.api.operations import Call, PageQuery, Resource
from fairway.core.http.api.problems import Unprocessable
from fairway.core.http.api.shapes import listing

_MAY = "catalog.read"


class ProductQuery(PageQuery):
    external_id = Text(max_length=100, required=False)
    line = Text(max_length=50, required=False, help_text="A product line's code.")


class ProductLineTold(Output):
    uid = serializers.UUIDField()
    code = serializers.CharField()
    name = serializers.CharField()


class ProductTold(Output):
    uid = serializers.UUIDField()
    external_id = serializers.CharField()
    name = serializers.CharField()
    line = serializers.CharField(source="line.code", allow_null=True)
    list_price = Amount("list_price_minor")


def line_named(code: str) -> ProductLine:
    """Raises Unprocessable for a code that no product line has."""
    line = ProductLine.objects.filter(code=code).first()
    if line is None:
        raise Unprocessable({"product_line": [_("There is no product line with this code.")]})
    return line


def _products(call: Call) -> QuerySet[Product]:
    names = {"external_id": "external_id", "line": "line__code"}
    asked: dict[str, Any] = {names[name]: value for name, value in call.query.items() if name in names}
    return Product.objects.filter(**asked).select_related("line")


class ProductLines(Resource):
    tag = "products"
    get = listing(
        "list_product_lines", gettext_lazy("List product lines"), permission=_MAY, gives=ProductLineTold,
        rows=lambda call: ProductLine.objects.all(),
    )  # fmt: skip


class Products(Resource):
    tag = "products"
    get = listing(
        "list_products", gettext_lazy("List products"), permission=_MAY, rows=_products, asks=ProductQuery,
        gives=ProductTold,
    )  # fmt: skip

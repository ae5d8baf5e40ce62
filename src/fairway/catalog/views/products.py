"""The catalogue: what the vendor sells, as imports brought it."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from fairway.catalog.queries import NO_LINE, product_lines, products
from fairway.core.access import require
from fairway.core.http.paging import paginate
from fairway.core.http.tables import Column, Filter, Table
from fairway.core.imports import page_for


class ProductTable(Table):
    name = "products"
    default_sort = "name"
    columns = [
        Column("name", gettext_lazy("Product"), kind="name", second="external_id", sort=True),
        Column("line_name", gettext_lazy("Product line")),
        Column("list_price_minor", gettext_lazy("List price"), kind="money", currency="currency", sort=True),
    ]
    empty = (gettext_lazy("No products here"), gettext_lazy("Import a file of products, or change the filters."))


@require_safe
def product_list(request: HttpRequest) -> HttpResponse:
    member = request.member  # type: ignore[attr-defined]
    require(member, "catalog.read")
    lines = list(product_lines())
    filters = [
        Filter("q", _("Product id, or how the name begins")),
        Filter(
            "line", _("All product lines"), [*((str(x["uid"]), x["name"]) for x in lines), (NO_LINE, _("In no line"))]
        ),
    ]
    rows = products(request.GET).order_by(*ProductTable.order_by(request.GET))
    context = {
        "table": ProductTable(paginate(rows, request), request=request, filters=filters), "lines": lines,
        "import_url": page_for("products") if member.can("catalog.edit") else "",
    }  # fmt: skip
    return render(request, "catalog/product_list.html", context)

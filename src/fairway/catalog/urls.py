from django.urls import path

from fairway.catalog.api import products as api_products
from fairway.catalog.api import units as programs
from fairway.catalog.views import products, units

console = [
    path("products/", products.product_list, name="product-list"),
    path("units/", units.unit_list, name="unit-list"),
    path("units/new/", units.unit_edit, name="unit-new"),
    path("units/<uuid:uid>/", units.unit_edit, name="unit-edit"),
    path("units/<uuid:uid>/retirement/", units.unit_retire, name="unit-retire"),
    path("people/<uuid:uid>/units/", units.seat_units, name="seat-units"),
]
api = [
    path("product-lines", api_products.ProductLines.as_view(), name="api-productline-list"),
    path("products", api_products.Products.as_view(), name="api-product-list"),
    path("units", programs.Units.as_view(), name="api-unit-list"),
    path("units/<uuid:uid>", programs.UnitDetail.as_view(), name="api-unit"),
    path("seats/<uuid:uid>/limits", programs.SeatLimits.as_view(), name="api-seat-limits"),
]

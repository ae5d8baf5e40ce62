from django.urls import path

from fairway.catalog import views

console = [path("products/", views.product_list, name="product-list")]

from django.urls import path

from fairway.customers import views

console = [path("customers/", views.customer_list, name="customer-list")]

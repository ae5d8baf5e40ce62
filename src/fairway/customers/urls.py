from django.urls import path

from fairway.customers import api as programs
from fairway.customers import views

console = [path("customers/", views.customer_list, name="customer-list")]
api = [
    path("customers", programs.Customers.as_view(), name="api-customer-list"),
    path("customers/<uuid:uid>", programs.CustomerDetail.as_view(), name="api-customer"),
    path("customers/<uuid:uid>/contacts", programs.CustomerContacts.as_view(), name="api-customer-contacts"),
]

from django.apps import AppConfig


class CustomersConfig(AppConfig):
    name = "fairway.customers"
    label = "customers"

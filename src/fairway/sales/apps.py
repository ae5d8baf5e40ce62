from django.apps import AppConfig


class SalesConfig(AppConfig):
    name = "fairway.sales"
    label = "sales"

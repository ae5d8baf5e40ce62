from django.apps import AppConfig


class DealsConfig(AppConfig):
    name = "fairway.deals"
    label = "deals"

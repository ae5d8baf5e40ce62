from django.apps import AppConfig


class InsightConfig(AppConfig):
    name = "fairway.insight"
    label = "insight"

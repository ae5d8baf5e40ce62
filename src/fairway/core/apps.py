from django.apps import AppConfig


class CoreConfig(AppConfig):
    name = "fairway.core"
    label = "core"
    verbose_name = "Core"

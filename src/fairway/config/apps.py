from django.apps import AppConfig


class ConfigConfig(AppConfig):
    """The top floor: commands that need every room."""

    name = "fairway.config"
    label = "config"

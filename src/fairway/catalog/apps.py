from django.apps import AppConfig


class CatalogConfig(AppConfig):
    name = "fairway.catalog"
    label = "catalog"

    def ready(self) -> None:
        from fairway.catalog import imports  # noqa: F401

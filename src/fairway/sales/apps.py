from django.apps import AppConfig


class SalesConfig(AppConfig):
    name = "fairway.sales"
    label = "sales"

    def ready(self) -> None:
        from fairway.sales import (
            imports,  # noqa: F401
            measures,
        )

        measures.declare()

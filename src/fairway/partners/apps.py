from django.apps import AppConfig


class PartnersConfig(AppConfig):
    name = "fairway.partners"
    label = "partners"

    def ready(self) -> None:
        from fairway.partners import imports, subjects  # noqa: F401

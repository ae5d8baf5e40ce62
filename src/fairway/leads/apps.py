from django.apps import AppConfig


class LeadsConfig(AppConfig):
    name = "fairway.leads"
    label = "leads"

    def ready(self) -> None:
        from fairway.leads import conditions, imports  # noqa: F401

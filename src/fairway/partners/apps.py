from django.apps import AppConfig


class PartnersConfig(AppConfig):
    name = "fairway.partners"
    label = "partners"

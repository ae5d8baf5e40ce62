from django.apps import AppConfig


class LeadsConfig(AppConfig):
    name = "fairway.leads"
    label = "leads"

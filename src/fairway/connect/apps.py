from django.apps import AppConfig


class ConnectConfig(AppConfig):
    name = "fairway.connect"
    label = "connect"

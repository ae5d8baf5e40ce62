from django.apps import AppConfig


class CatalogConfig(AppConfig):
    name = "fairway.catalog"
    label = "catalog"

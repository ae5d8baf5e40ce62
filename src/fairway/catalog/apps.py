from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CatalogConfig(AppConfig):
    name = "fairway.catalog"
    label = "catalog"

    def ready(self) -> None:
        from fairway.catalog import imports  # noqa: F401
        from fairway.core.http import nav

        nav.register(nav.NavItem("console", "setup", _("Products"), "product-list", "package", "catalog.read", 40))

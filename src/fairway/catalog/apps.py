from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CatalogConfig(AppConfig):
    name = "fairway.catalog"
    label = "catalog"

    def ready(self) -> None:
        from fairway.catalog import imports  # noqa: F401
        from fairway.core.http import happenings, nav

        nav.register(nav.NavItem("console", "setup", _("Products"), "product-list", "package", "catalog.read", 40))
        nav.register(nav.NavItem("console", "setup", _("Business units"), "unit-list", "briefcase", "catalog.read", 35))
        happenings.register(
            {
                "businessunit.created": (_("Business unit added"), _("by %(actor)s")),
                "businessunit.updated": (_("Business unit changed"), _("by %(actor)s")),
                "businessunit.retired": (_("Business unit retired"), _("by %(actor)s")),
            }
        )

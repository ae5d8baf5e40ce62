from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ConnectConfig(AppConfig):
    name = "fairway.connect"
    label = "connect"

    def ready(self) -> None:
        from django.urls import reverse

        from fairway.core import imports
        from fairway.core.http import nav

        imports.register_page(lambda kind: f"{reverse('import-new')}?kind={kind}")
        nav.register(
            nav.NavItem("console", "setup", _("Imports"), "import-list", "table-import", "import.read", 60),
        )

from django.apps import AppConfig
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from fairway.core import words


class CoreConfig(AppConfig):
    name = "fairway.core"
    label = "core"
    verbose_name = "Core"

    def ready(self) -> None:
        from fairway.core.http import nav

        words.install(gettext)
        nav.register(
            nav.NavItem("console", "", _("Home"), "home", "home"),
            nav.NavItem("portal", "", _("Home"), "portal-home", "home", is_main=True),
        )

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PrivacyConfig(AppConfig):
    name = "fairway.privacy"
    label = "privacy"

    def ready(self) -> None:
        from fairway.core.http.nav import NavItem, register
        from fairway.privacy.rules import notices  # noqa: F401

        register(NavItem("console", "setup", _("Personal data"), "personal-list", "lock", "personal.manage", 95))

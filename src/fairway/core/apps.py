from django.apps import AppConfig
from django.utils.translation import gettext

from fairway.core import words


class CoreConfig(AppConfig):
    name = "fairway.core"
    label = "core"
    verbose_name = "Core"

    def ready(self) -> None:
        words.install(gettext)

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ConnectConfig(AppConfig):
    name = "fairway.connect"
    label = "connect"

    def ready(self) -> None:
        from django.urls import reverse

        from fairway.connect.actions.belongings import register_kinds
        from fairway.connect.rules import notices  # noqa: F401
        from fairway.core import imports
        from fairway.core.http import happenings, nav

        register_kinds()
        imports.register_page(lambda kind: f"{reverse('import-new')}?kind={kind}")
        nav.register(
            nav.NavItem("console", "setup", _("Imports"), "import-list", "table-import", "import.read", 60,
                        also=("savedmapping-list", "duplicatepair-list", "dropfolder-list")),
        )  # fmt: skip
        merged = {"merged": (_("Merged"), _("with another, by %(actor)s")),
                  "merged_away": (_("Merged"), _("into another, by %(actor)s")),
                  "unmerged": (_("Merge undone"), _("by %(actor)s"))}  # fmt: skip
        happenings.register({f"{kind}.{verb}": words for kind in ("partner", "lead") for verb, words in merged.items()})

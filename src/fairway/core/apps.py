from django.apps import AppConfig
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from fairway.core import any_of, memory, words


class CoreConfig(AppConfig):
    name = "fairway.core"
    label = "core"
    verbose_name = "Core"

    def ready(self) -> None:
        from fairway.core import search
        from fairway.core.http import happenings, nav
        from fairway.core.search.people import PEOPLE
        from fairway.core.tenancy.belongings import register_kinds

        any_of.install()
        memory.collect_seldom()
        words.install(gettext, ngettext)
        happenings.register(
            {
                "look.changed": (_("Look changed"), ""),
                "look.returned": (_("Former look taken again"), ""),
                "look.reset": (_("Look reset"), ""),
                "owndomain.asked_for": (_("Own domain asked for"), "%(host)s"),
                "owndomain.proven": (_("Own domain proven"), "%(host)s"),
                "owndomain.lapsed": (_("Own domain no longer proven"), "%(host)s"),
                "owndomain.given_up": (_("Own domain given up"), "%(host)s"),
            }
        )
        search.register(PEOPLE)
        register_kinds()
        nav.register(
            nav.NavItem("console", "", _("Home"), "home", "home"),
            nav.NavItem(
                "console", "setup", _("People"), "person-list", "users", "people.read", 10, also=("role-list",)
            ),
            nav.NavItem("console", "setup", _("Keys for programs"), "token-list", "key", "token.manage", 80),
            nav.NavItem("console", "setup", _("Appearance"), "look-edit", "eye", "look.edit", 85),
            nav.NavItem("console", "setup", _("Apps"), "oauthclient-list", "key", "people.manage", 81),
            nav.NavItem("portal", "", _("Home"), "portal-home", "home", is_main=True),
            nav.NavItem("portal", "", _("People"), "portal-person-list", "users", "people.read", 80),
            nav.NavItem("portal", "", _("Keys"), "portal-token-list", "key", "token.manage", 90),
            nav.NavItem("desk", "", _("Vendors"), "desk-vendor-list", "building-store"),
        )

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PartnersConfig(AppConfig):
    name = "fairway.partners"
    label = "partners"

    def ready(self) -> None:
        from fairway.core import search
        from fairway.core.http import happenings, nav
        from fairway.partners import imports, subjects  # noqa: F401
        from fairway.partners.actions.belongings import register_kinds
        from fairway.partners.views import first_steps, many
        from fairway.partners.views.found import PARTNERS

        search.register(PARTNERS)
        register_kinds()
        many.register_all()
        first_steps.register_all()
        nav.register(
            nav.NavItem("console", "partners", _("Partners"), "partner-list", "building", "partner.read", 10),
            nav.NavItem("portal", "", _("Pause leads"), "portal-partnerpause", "clock", "partner.pause", 80),
            nav.NavItem("console", "setup", _("Territories"), "territory-list", "map-pin", "partner.read", 30),
            nav.NavItem("console", "setup", _("Programmes"), "program-list", "award", "partner.read", 20),
        )
        happenings.register(
            {
                "partner.created": (_("Added"), _("by %(actor)s")),
                "partner.updated": (_("Changed"), _("by %(actor)s")),
                "partner.state_changed": (_("State"), _("%(state)s, by %(actor)s. %(reason)s")),
                "partner.pause_planned": (_("Pause planned"), _("from %(first_on)s, by %(actor)s")),
                "partner.tier_changed": (_("Tier"), _("%(tier)s, by %(actor)s %(reason)s")),
                "partner.capacity_set": (_("Capacity"), _("%(lead_capacity)s open leads at most, by %(actor)s")),
                "partner.credential_set": (_("Credential"), _("%(name)s, by %(actor)s")),
                "partner.credential_removed": (_("Credential removed"), _("%(name)s, by %(actor)s")),
                "partner.contact_saved": (_("Contact saved"), _("by %(actor)s")),
                "partner.contact_removed": (_("Contact removed"), _("by %(actor)s")),
                "partner.cam_changed": (_("Account manager changed"), _("by %(actor)s")),
                "partner.territory_changed": (_("Territory changed"), _("by %(actor)s")),
                "partner.sales_reported": (
                    _("Sales lines"),
                    _("%(lines)s lines of %(amount)s %(currency)s, by %(actor)s"),
                ),
            }
        )

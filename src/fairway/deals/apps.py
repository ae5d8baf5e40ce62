from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DealsConfig(AppConfig):
    name = "fairway.deals"
    label = "deals"

    def ready(self) -> None:
        from fairway.core import search
        from fairway.core.http import desk, expected, home, todo
        from fairway.core.http.nav import NavItem, register
        from fairway.deals import imports, measures  # noqa: F401
        from fairway.deals.actions.belongings import register_kinds
        from fairway.deals.queries.desk import questions_waiting, steps_due
        from fairway.deals.queries.held import open_deals_of
        from fairway.deals.queries.outcomes import outcomes_of_leads
        from fairway.deals.rules import notices  # noqa: F401
        from fairway.deals.views import first_steps, homes, many
        from fairway.deals.views.found import CUSTOMERS, DEALS, REGISTRATIONS
        from fairway.leads.queries.outcomes import register_outcomes
        from fairway.partners import holdings

        holdings.register(holdings.Holding(_("Deals"), open_deals_of, 30))
        register_kinds()
        register_outcomes(outcomes_of_leads)
        many.register_all()
        first_steps.register_all()
        search.register(DEALS, REGISTRATIONS, CUSTOMERS)
        register(
            NavItem("console", "sales", _("Deals"), "deal-list", "briefcase", "deal.read", order=20),
            NavItem(
                "console", "sales", _("Registrations"), "registration-list", "shield-check", "deal.read", order=30,
                count=homes.waiting_count,
            ),
            NavItem("console", "sales", _("Protections"), "protection-list", "shield", "deal.read", order=40),
            NavItem("portal", "", _("Deals"), "portal-deal-list", "briefcase", "deal.read", order=20, is_main=True),
            NavItem(
                "portal", "", _("Registrations"), "portal-registration-list", "shield-check", "deal.read", order=30,
                count=homes.returned_count, is_main=True,
            ),
        )  # fmt: skip
        desk.register(questions_waiting, order=20)
        desk.register(steps_due, order=40)
        todo.register("portal", homes.questions_to_answer)
        todo.register("portal", homes.steps_due)
        expected.register(homes.steps_expected)
        todo.register("console", homes.registrations_to_decide)
        todo.register("console", homes.steps_due)
        home.register_part("portal", "main", homes.open_deals, "deals/home_open.html", order=20)
        home.register_action(
            "portal",
            home.HomeAction(_("Register a deal"), "portal-registration-new", "plus", "R", "registration.submit"),
        )

        measures.declare()

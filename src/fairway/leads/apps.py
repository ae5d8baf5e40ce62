from django.apps import AppConfig
from django.urls import reverse
from django.utils.translation import gettext_lazy as _


class LeadsConfig(AppConfig):
    name = "fairway.leads"
    label = "leads"

    def ready(self) -> None:
        from fairway.core import exports, search
        from fairway.core.http import desk, expected, happenings, home, nav, todo
        from fairway.leads import conditions, imports, measures  # noqa: F401
        from fairway.leads.actions.belongings import register_kinds
        from fairway.leads.queries.answer_links import answer_act
        from fairway.leads.queries.desk import offers_waiting, steps_due
        from fairway.leads.queries.exports import lead_export, own_lead_export
        from fairway.leads.queries.handing import accepted_leads, open_offers
        from fairway.leads.rules import notices  # noqa: F401
        from fairway.leads.views import expected as expected_views
        from fairway.leads.views import first_steps, homes, many, pools, timeline
        from fairway.leads.views.found import LEADS
        from fairway.partners import holdings, links
        from fairway.workflow.queries.letters import register_act

        search.register(LEADS)
        register_kinds()
        many.register_all()
        pools.register_all()
        first_steps.register_all()
        nav.register(
            nav.NavItem("console", "sales", _("Leads"), "lead-list", "target", "lead.read", 10, homes.waiting_count,
                        also=("leadform-list", "assignmentplan-list", "lead-fairness", "leadpool-list")),
            nav.NavItem("console", "sales", _("Routing"), "routing-rules", "route", "lead.read", 20,
                        also=("namedaccount-list", "triggerlevel-list")),
            nav.NavItem("console", "sales", _("Distribution"), "lead-followup", "clock", "lead.read", 22,
                        also=("lead-reasons",)),
            nav.NavItem("console", "sales", _("Scoring"), "score-card", "scoreboard", "lead.read", 21),
            nav.NavItem("console", "sales", _("Lead quality"), "answer-list", "rosette", "answers.edit", 22,
                        also=("tracking-rules", "sourcecost-list")),
            nav.NavItem("portal", "", _("Leads"), "portal-lead-list", "target", "offer.read", 10, homes.offer_count,
                        is_main=True,
                        also=("portal-offer-list", "portal-why-not-me", "portal-poolentry-list", "portal-sellers")),
        )  # fmt: skip
        links.register(
            links.PartnerLink(_("Hand on its leads"), "arrows-split", "lead.recall",
                              lambda _member, partner: reverse("reassignment-ask", args=[partner.uid]), 40),
        )  # fmt: skip
        holdings.register(
            holdings.Holding(_("Open offers"), open_offers, 10), holdings.Holding(_("Leads"), accepted_leads, 20)
        )
        happenings.register(timeline.WORDS)
        for provider in (
            expected_views.offers_to_answer, expected_views.leads_to_take, expected_views.first_contacts,
            expected_views.next_steps,
        ):  # fmt: skip
            expected.register(provider)
        todo.register("portal", homes.offers_to_answer)
        todo.register("portal", homes.leads_to_take)
        todo.register("portal", homes.steps_due)
        todo.register("portal", homes.leads_to_watch)
        todo.register("console", homes.leads_waiting)
        todo.register("console", homes.offers_pressing)
        home.register_part("console", "main", homes.changes, "leads/home_changes.html", order=10)
        home.register_part("portal", "side", homes.own_answers, "leads/home_answers.html", order=50)
        exports.register(
            exports.ExportKind("leads", _("Leads"), "lead.read", lead_export),
            exports.ExportKind("own-leads", _("Your leads"), "lead.work", own_lead_export),
        )
        home.register_figures("console", homes.lead_figures, order=20)
        desk.register(offers_waiting, order=10)
        desk.register(steps_due, order=30)

        for kind in ("offer.offered", "offer.reminded"):
            register_act(kind, answer_act)
        measures.declare()

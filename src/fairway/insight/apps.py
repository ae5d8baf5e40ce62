from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class InsightConfig(AppConfig):
    name = "fairway.insight"
    label = "insight"

    def ready(self) -> None:
        from fairway.core import exports
        from fairway.core.http import home, nav
        from fairway.insight.queries.channel import export_distribution
        from fairway.insight.queries.rows import export_rows
        from fairway.insight.views.homes import year_figures
        from fairway.insight.views.links import LINKS
        from fairway.partners import links

        nav.register(
            nav.NavItem("console", "partners", _("Reviews"), "review-list", "report-analytics", "review.read", 40),
            nav.NavItem("console", "numbers", _("Channel"), "review-channel", "chart-bar", "report.channel", 10),
            nav.NavItem("console", "numbers", _("Exports"), "export-list", "file-export", "report.export", 90),
            nav.NavItem("portal", "", _("Your year"), "portal-review", "chart-line", "review.read", 60),
        )
        links.register(*LINKS)
        home.register_figures("console", year_figures, order=10)
        from fairway.insight.views.lists import titled

        exports.register(
            exports.ExportKind("review-rows", _("Rows behind a review"), "review.read", export_rows, titled),
            exports.ExportKind("distribution", _("Lead distribution"), "report.channel", export_distribution),
        )

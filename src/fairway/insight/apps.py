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
            nav.NavItem("console", "numbers", _("What became of leads"), "lead-report", "filter", "report.channel", 12),
            nav.NavItem("console", "numbers", _("Service levels"), "service-levels", "clock", "report.channel", 14),
            nav.NavItem("console", "numbers", _("Exports"), "export-list", "file-export", "report.export", 90),
            nav.NavItem("portal", "", _("Service levels"), "portal-service-levels", "clock", "review.read", 65),
            nav.NavItem("portal", "", _("Your year"), "portal-review", "chart-line", "review.read", 60),
        )
        links.register(*LINKS)
        home.register_figures("console", year_figures, order=10)
        from fairway.insight.views import leads, service
        from fairway.insight.views.lists import titled

        exports.register(
            exports.ExportKind("lead-report", leads.ReportTable.caption, "report.channel", leads.export_report),
            exports.ExportKind("lead-report-rows", leads.RowsTable.caption, "report.channel", leads.export_rows),
            exports.ExportKind("service-levels", _("Service levels"), "report.channel", service.export_levels),
            exports.ExportKind("review-rows", _("Rows behind a review"), "review.read", export_rows, titled),
            exports.ExportKind("distribution", _("Lead distribution"), "report.channel", export_distribution),
        )

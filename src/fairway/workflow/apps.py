from django.apps import AppConfig
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _


class WorkflowConfig(AppConfig):
    name = "fairway.workflow"
    label = "workflow"

    def ready(self) -> None:
        from fairway.core.http import desk, frame, nav, todo
        from fairway.core.http.nav import NavItem
        from fairway.core.prepared import Wanted
        from fairway.workflow.actions.belongings import register_kinds
        from fairway.workflow.queries.notifications import unread_count, unread_waiting
        from fairway.workflow.rules import kinds  # noqa: F401
        from fairway.workflow.views.homes import standing_in_now

        register_kinds()

        def unread(request: HttpRequest) -> Wanted[int]:
            return unread_count(request.member)  # type: ignore[attr-defined]

        nav.register(NavItem("console", "", _("Notifications"), "notification-list", "bell", order=20, count=unread))
        nav.register(
            NavItem("console", "setup", _("Business hours"), "placehours-list", "clock", "hours.edit", order=35)
        )
        nav.register(NavItem("console", "setup", _("Mails sent"), "mail-list", "mail", "mail.read", order=90))
        frame.register_inbox("portal-notification-list", unread)
        todo.register("console", standing_in_now)
        desk.register(unread_waiting, order=90)

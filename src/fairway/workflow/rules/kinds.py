"""What people are told of decisions."""

from fairway.core.words import said as _
from fairway.workflow.rules.notices import Form, Kind, register

_DAYS = _("From %(first)s to %(last)s.")
_VISIT = _("Until %(until)s, let in by %(by)s. You can end it at any moment.")
_OVERDUE = _("Nobody of %(role)s decided in time. You can decide now.")

register(
    Kind("approval.requested", "approvals", _("A decision waits for you"),
         Form("%(title)s", (_("A decision waits for you."),)), is_for="staff"),
    Kind("cover", "approvals", _("Days away and standing in"),
         Form(_("You stand in for %(name)s"), (_DAYS,)),
         forms={"told": Form(_("%(deputy)s stands in for you"), (_DAYS,)),
                "lost": Form(_("%(deputy)s has left: nobody stands in for you"), (_DAYS,))}, is_for="staff"),
    Kind("support", "privacy", _("Support is let in"),
         Form(_("%(name)s was let in for support"), ("%(reason)s", _VISIT)),
         forms={"entered": Form(_("%(name)s has come in for support"), ("%(reason)s", _VISIT))}, is_for="staff",
         is_always=True),
    Kind("approval.escalated", "approvals", _("A decision is overdue"),
         Form("%(title)s", (_OVERDUE,)), forms={"untitled": Form(_("A decision is overdue"), (_OVERDUE,))},
         is_for="staff"),
)  # fmt: skip

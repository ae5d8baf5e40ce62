"""What people are told of imports."""

from fairway.core.words import said as _
from fairway.workflow.rules.notices import BELL, Form, Kind, register

register(
    Kind("import", "imports", _("An import ends"),
         Form(_("%(file)s is imported"), (_("%(new)d new, %(changed)d changed, %(refused)d refused."),)),
         forms={"stopped": Form(_("The import of %(file)s stopped"), ("%(error)s",))}, way=BELL, is_for="staff"),
    Kind("import.drop", "imports", _("A file of a drop folder needs somebody"),
         Form(_("A file in “%(folder)s” needs you"), ("%(problem)s",)), way=BELL, is_for="staff"),
)  # fmt: skip

"""What people are told of their data."""

from fairway.core.words import said as _
from fairway.workflow.rules.notices import Form, Kind, register

register(
    Kind("personal.export", "privacy", _("A file with personal data is ready"),
         Form(_("A file with personal data is ready"), (_("It is kept for two weeks, for you alone."),)),
         forms={"failed": Form(_("A file with personal data could not be written"), (_("Ask for it again."),))}),
)  # fmt: skip

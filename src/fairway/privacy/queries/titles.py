"""What tables are called for people."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

TITLES = {
    "User": gettext_lazy("Log-in"),
    "SignIn": gettext_lazy("Places signed in"),
    "Seat": gettext_lazy("Seats"),
    "Invitation": gettext_lazy("Invitations"),
    "Contact": gettext_lazy("Contacts at partners"),
    "CustomerContact": gettext_lazy("Contacts at customers"),
    "LeadPerson": gettext_lazy("Persons behind leads"),
    "Lead": gettext_lazy("Leads"),
    "LeadNote": gettext_lazy("Notes about leads"),
    "Offer": gettext_lazy("Offers of leads"),
    "RoutingDecision": gettext_lazy("Routing of leads"),
    "Touch": gettext_lazy("Touches"),
    "Notification": gettext_lazy("Notices"),
    "NoticeChoices": gettext_lazy("Notification settings"),
    "Mail": gettext_lazy("Mails"),
    "SavedView": gettext_lazy("Saved views"),
    "ApiToken": gettext_lazy("Keys for programs"),
    "Export": gettext_lazy("Exports"),
    "PersonalExport": gettext_lazy("Files with personal data"),
    "Event": gettext_lazy("What the person did"),
    "Registration": gettext_lazy("Registrations"),
    "Deal": gettext_lazy("Deals"),
    "ImportRun": gettext_lazy("Imports"),
    "ImportIssue": gettext_lazy("Rows of imports"),
    "SavedMapping": gettext_lazy("Saved mappings"),
    "DropFolder": gettext_lazy("Drop folders"),
    "Approval": gettext_lazy("Decisions"),
}


def title_of(name: str) -> str:
    return str(TITLES.get(name, _("Other rows")))

"""The fixed reasons of decisions, as people read them. Pure."""

from fairway.core.words import said as _

# None of these says whether another partner is there: a partner reads its reason.
REJECT_REASONS = {
    "not_available": _("Cannot be protected for this product line now"),
    "direct_customer": _("The vendor serves this customer itself"),
    "not_eligible": _("Does not meet the rules of the programme"),
    "incomplete": _("Too little is known of the deal"),
    "no_project": _("No concrete need yet"),
    "other": _("Another reason, see the note"),
}

LOST_REASONS = {
    "price": _("Price"),
    "competitor": _("Chose another product"),
    "no_budget": _("No budget"),
    "no_decision": _("No decision"),
    "timing": _("Too late or too early"),
    "fit": _("The product did not fit"),
    "no_contact": _("Contact lost"),
    "other": _("Another reason"),
}

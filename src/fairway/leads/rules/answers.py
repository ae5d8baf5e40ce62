"""What people may answer: measures of lead quality, reasons to close a lead, and the steps of working one."""

from collections.abc import Iterable
from enum import StrEnum

from fairway.core.words import Words
from fairway.core.words import said as _

# What a partner says of a lead it declines; more than one may be true.
QUALITY: dict[str, Words] = {
    "wrong_territory": _("Outside our territory"),
    "no_budget": _("No budget"),
    "bad_contact_data": _("Contact data is wrong or missing"),
    "not_our_field": _("Not our field"),
    "no_capacity": _("No capacity at the moment"),
    "duplicate": _("We have this lead already"),
    "competitor_customer": _("Committed to a competitor"),
    "existing_customer": _("Already our customer"),
    "too_small": _("Too small for us"),
    "too_early": _("Too early, no project yet"),
    "other": _("Something else"),
}

CLOSE_REASONS: dict[str, Words] = {
    "no_need": _("No need"),
    "no_budget": _("No budget"),
    "not_reached": _("Not reached after several attempts"),
    "bought_elsewhere": _("Bought elsewhere"),
    "bad_contact_data": _("Contact data is wrong"),
    "duplicate": _("Duplicate of another lead"),
    "not_a_lead": _("Not a lead"),
    "other": _("Something else"),
}


class LeadStage(StrEnum):
    """How far an accepted lead is, before it becomes a deal."""

    NEW = "new"
    CONTACTED = "contacted"
    MEETING = "meeting"
    QUALIFIED = "qualified"


STAGES: dict[str, Words] = {
    LeadStage.NEW: _("Not contacted"),
    LeadStage.CONTACTED: _("Contacted"),
    LeadStage.MEETING: _("Meeting held"),
    LeadStage.QUALIFIED: _("Qualified"),
}


def unknown_measures(measures: Iterable[str]) -> list[str]:
    return sorted(set(measures) - set(QUALITY))

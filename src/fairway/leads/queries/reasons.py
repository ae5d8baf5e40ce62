"""The lists of reasons as a vendor has them."""

from fairway.core.refusals import Refused
from fairway.core.words import Words
from fairway.core.words import said as _
from fairway.leads.models import LeadReason
from fairway.leads.rules.reasons import OTHER, RECALL, TEXT_MOST, Given, Reason, in_order


def reasons_of(kind: str) -> list[Reason]:
    """The whole list of a kind, also what is no longer offered: one query."""
    own = LeadReason.objects.filter(kind=kind).order_by("pk").values_list("code", "name", "is_active")
    return in_order(kind, own)


def choices_of(kind: str) -> list[tuple[str, str]]:
    """(code, name) of those that can be chosen."""
    return [(reason.code, reason.name) for reason in reasons_of(kind) if reason.is_active]


def given_reason(kind: str, code: str, text: Words | str) -> Given:
    """The reason as it is kept; `text` as a person typed it, or Words of the system.

    Raises Refused for one that is not on the list, and for "other" without a text.
    """
    found = next((reason for reason in reasons_of(kind) if reason.code == code), None)
    if found is None or not found.is_active:
        raise Refused(_("This reason is not on the list. Choose another."), field="code")
    words = text.strip()[:TEXT_MOST] if isinstance(text, str) else text
    if code == OTHER and not words:
        asked = _("Give a reason. The partner reads it.") if kind == RECALL else _("Write why.")
        raise Refused(asked, field="reason")
    return Given(code, found.words, words)

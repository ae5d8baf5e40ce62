"""Silent and rated leads, in words."""

from typing import Any

from django.utils.translation import gettext as _

from fairway.core.http.format import day
from fairway.leads.models import Lead, LeadRating
from fairway.leads.queries.answers import AnswerLists
from fairway.leads.rules.answers import QUALITY
from fairway.leads.rules.tracking import SilenceStep

KINDS = {-1: "bad", 0: "neutral", 1: "good"}


def silence_words(lead: Lead) -> str:
    """Since when a lead is silent, and what comes next; empty for one that is not."""
    if lead.silent_since is None:
        return ""
    since = _("Silent since %(day)s: no contact with the customer was logged.") % {"day": day(lead.silent_since)}
    if lead.silence_due_at is None:
        return since
    if lead.silence_step >= SilenceStep.EXECUTIVE_TOLD:
        then = _("Without one the lead is taken back on %(day)s.")
    else:
        then = _("Without one the partner’s executive is told on %(day)s.")
    return f"{since} {then % {'day': day(lead.silence_due_at)}}"


def ratings_told(lead: Lead, lists: AnswerLists) -> list[dict[str, Any]]:
    """What partners said of a lead's quality, the latest first."""
    rows = LeadRating.objects.filter(lead=lead).select_related("partner").order_by("-rated_at", "-pk")
    return [
        {
            "kind": KINDS[row.grade],
            "text": _("%(partner)s says of this lead: %(said)s.")
            % {"partner": row.partner.name, "said": "; ".join(lists.said(QUALITY, row.codes))}
            + (f" “{row.note}”" if row.note else ""),
        }
        for row in rows
    ]

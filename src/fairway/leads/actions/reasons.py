"""Keeping the lists of reasons: names, what is offered, and reasons of the vendor's own."""

from collections.abc import Sequence
from datetime import datetime

from django.utils.translation import gettext as _

from fairway.core.access import Member, require
from fairway.core.events.record import record
from fairway.core.refusals import Refused
from fairway.core.tenancy.acting import acting_for
from fairway.leads.models import LeadReason
from fairway.leads.queries.reasons import reasons_of
from fairway.leads.rules.reasons import BUILT_IN, NAME_MOST, OTHER, REASONS_MOST, code_of


def save_reason(
    *, kind: str, actor: Member, at: datetime, code: str = "", name: str = "", is_active: bool = True
) -> LeadReason:
    """Rename a reason, offer it or no longer; without a code, add one. What was given stays as it was given.

    Raises Refused for an unknown list or code, without a name for one of the vendor's own, and for hiding "other".
    """
    require(actor, "routing.edit")
    _check_kind(kind)
    words = name.strip()
    with acting_for(actor):
        known = {reason.code: reason for reason in reasons_of(kind)}
        if code and code not in known:
            raise Refused(_("There is no such reason on the list."), field="code")
        if not words and code not in BUILT_IN[kind]:
            raise Refused(_("Give the reason a name."), field="name")
        if len(words) > NAME_MOST:
            raise Refused(_("A name has at most %(n)d letters.") % {"n": NAME_MOST}, field="name")
        if code == OTHER and not is_active:
            raise Refused(_("“%(name)s” stays: it is for what the list does not name.") % {"name": known[OTHER].name})
        same = [each for each in known.values() if each.name.casefold() == words.casefold() and each.code != code]
        if words and same:
            raise Refused(_("Another reason has this name."), field="name")
        if not code and len(known) >= REASONS_MOST:
            raise Refused(_("A list has at most %(n)d reasons.") % {"n": REASONS_MOST})
        kept, _made = LeadReason.objects.update_or_create(
            vendor_id=actor.vendor_id, kind=kind, code=code or code_of(words, known),
            defaults={"name": words, "is_active": is_active},
        )  # fmt: skip
        record("saved", kept, actor=actor, at=at, list=kind, code=kept.code, name=words, is_active=is_active)
    return kept


def save_reasons(*, kind: str, rows: Sequence[dict], actor: Member, at: datetime) -> None:
    """Several at once, each as `save_reason` takes it: all or none."""
    require(actor, "routing.edit")
    _check_kind(kind)
    with acting_for(actor):
        for row in rows:
            save_reason(kind=kind, actor=actor, at=at, **row)


def _check_kind(kind: str) -> None:
    if kind not in BUILT_IN:
        raise Refused(_("There is no such list."), field="kind")

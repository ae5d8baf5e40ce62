"""The vendor's rules for registrations, changed by people."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from fairway.core.access import Member, require
from fairway.core.events.record import record
from fairway.core.refusals import Refused
from fairway.core.tenancy.acting import acting_for
from fairway.core.tenancy.models import Role
from fairway.deals.models import DealRules
from fairway.deals.queries.policies import NUMBERS, deal_rules
from fairway.deals.rules.decision import FurtherStep

STEPS_MOST = 2
STEP_ROLES = (Role.CHIEF, Role.ADMIN)  # those above the deal desk who may decide about registrations


def save_deal_rules(
    *, numbers: Mapping[str, int], steps: Sequence[FurtherStep], version: int, actor: Member, at: datetime
) -> DealRules:
    """Change the rules; they hold for what is sent or decided from now on. What waits keeps its steps.

    `version` is that of the row the person saw (0: none yet). Raises Refused when somebody was faster.
    """
    require(actor, "dealrules.edit")
    _check(numbers, steps)
    values = {**numbers, "steps": [asdict(step) for step in steps], "changed_at": at}
    with acting_for(actor):
        before = deal_rules()
        if (before.version if before else 0) != version:
            raise Refused(_("Somebody changed the rules meanwhile. Look at them again."))
        if before is None:
            row = _first(actor, values)
        else:
            if not DealRules.objects.filter(pk=before.pk, version=version).update(**values, version=version + 1):
                raise Refused(_("Somebody changed the rules meanwhile. Look at them again."))
            row = DealRules.objects.get(pk=before.pk)
        changed = {
            name: [getattr(before, name) if before else None, values[name]]
            for name in (*NUMBERS, "steps")
            if before is None or getattr(before, name) != values[name]
        }
        record("changed", row, actor=actor, at=at, changed=changed)
    return row


def _first(actor: Member, values: Mapping[str, object]) -> DealRules:
    try:
        with transaction.atomic():
            return DealRules.objects.create(vendor_id=actor.vendor_id, **values)
    except IntegrityError:
        raise Refused(_("Somebody changed the rules meanwhile. Look at them again.")) from None


def _check(numbers: Mapping[str, int], steps: Sequence[FurtherStep]) -> None:
    for name in NUMBERS:
        if numbers[name] < (0 if name == "automatic_below_minor" else 1):
            raise Refused(_("Write a number above zero."), field=name)
    longest = numbers["extensions_most_days"]
    for name in ("registration_days", "lead_days"):
        if numbers[name] > longest:
            raise Refused(_("No protection may begin longer than the most it may last."), field=name)
    if len(steps) > STEPS_MOST:
        raise Refused(_("%(most)d further steps are the most.") % {"most": STEPS_MOST})
    if any(step.role not in STEP_ROLES or step.limit_hours < 1 or step.from_minor < 0 for step in steps):
        raise Refused(_("Each step needs a role, a value from which it is asked, and hours above zero."))
    if len({step.role for step in steps}) != len(steps):
        raise Refused(_("A role decides in one step only."))

"""The vendor's rules for registrations, changed by people."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from fairway.core.access import Member, require
from fairway.core.events.record import record
from fairway.core.refusals import Refused
from fairway.core.tenancy.acting import acting_for
from fairway.core.tenancy.models import Role, Seat
from fairway.deals.models import DealRules
from fairway.deals.queries.policies import NUMBERS, deal_rules
from fairway.deals.rules.decision import FurtherStep

STEPS_MOST = 2
# Those above the deal desk who may decide about registrations; and, with the deal desk before, the account manager.
STEP_ROLES = (Role.CHIEF, Role.ADMIN)
STEP_RELATION = Role.CAM


def save_deal_rules(
    *, numbers: Mapping[str, int], steps: Sequence[FurtherStep], version: int, actor: Member, at: datetime
) -> DealRules:
    """Change the rules; they hold for what is sent or decided from now on. What waits keeps its steps.

    `version` is that of the row the person saw (0: none yet). Raises Refused when somebody was faster.
    """
    require(actor, "dealrules.edit")
    _check(numbers, steps)
    values = {**numbers, "steps": [step.kept for step in steps], "changed_at": at}
    with acting_for(actor):
        _check_people(steps)
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
    roles = (*STEP_ROLES, STEP_RELATION)
    if any(
        (not step.seat_id and step.role not in roles) or step.limit_hours < 1 or step.from_minor < 0 for step in steps
    ):
        raise Refused(_("Each step needs a role, a value from which it is asked, and hours above zero."))
    if len({step.seat_id or step.role for step in steps}) != len(steps):
        raise Refused(_("A role, and a person, decides in one step only."))


def _check_people(steps: Sequence[FurtherStep]) -> None:
    """A person who is named works here, in this role, and sees the whole channel."""
    for step in steps:
        named = Seat.objects.filter(pk=step.seat_id, partner=None, is_active=True, role=step.role).first()
        if step.seat_id and named is None:
            raise Refused(_("Somebody named in a step has no open seat any more. Choose again."))
        if named is not None and named.is_limited:
            text = _("%(name)s sees a part of the channel only, and would not see all that waits.")
            raise Refused(text % {"name": named.name})

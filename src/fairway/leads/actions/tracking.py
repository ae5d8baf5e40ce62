"""The rules of silence and service levels, changed by people."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from fairway.core.access import Member, require
from fairway.core.events.record import record
from fairway.core.refusals import Refused
from fairway.core.tenancy.acting import acting_for
from fairway.leads.actions.silence import ask_to_watch
from fairway.leads.models import TrackingRules
from fairway.leads.queries.tracking import NUMBERS, policy_of, tracking_rules
from fairway.leads.rules.tracking import TrackingPolicy, kept_bands


def save_tracking_rules(*, policy: TrackingPolicy, version: int, actor: Member, at: datetime) -> TrackingRules:
    """Change the rules; leads that are worked now go by them too, from a job.

    `version` is that of the row the person saw (0: none yet). Raises Refused when somebody was faster, and for
    numbers that cannot be.
    """
    require(actor, "tracking.edit")
    for field, problem in policy.problems():
        raise Refused(problem, field=field)
    values: dict[str, Any] = {name: getattr(policy, name) for name in (*NUMBERS, "silence_is_on")}
    values |= {"bands": kept_bands(policy.bands), "changed_at": at}
    with acting_for(actor):
        before = tracking_rules()
        if (before.version if before else 0) != version:
            raise _meanwhile()
        row = _kept(before, values, actor)
        record("changed", row, actor=actor, at=at, changed=_differences(policy_of(before), policy))
        ask_to_watch(actor=actor)
    return row


def _differences(before: TrackingPolicy, now: TrackingPolicy) -> list[str]:
    return [name for name in (*NUMBERS, "silence_is_on", "bands") if getattr(before, name) != getattr(now, name)]


def _kept(before: TrackingRules | None, values: Mapping[str, Any], actor: Member) -> TrackingRules:
    if before is None:
        try:
            with transaction.atomic():
                return TrackingRules.objects.create(vendor_id=actor.vendor_id, **values)
        except IntegrityError:
            raise _meanwhile() from None
    rows = TrackingRules.objects.filter(pk=before.pk, version=before.version)
    if not rows.update(**values, version=before.version + 1):
        raise _meanwhile()
    return TrackingRules.objects.get(pk=before.pk)


def _meanwhile() -> Refused:
    return Refused(_("Somebody changed the rules meanwhile. Look at them again."))


def with_numbers(policy: TrackingPolicy, given: Mapping[str, Any]) -> TrackingPolicy:
    """The policy with what is given of its numbers and switches."""
    known = {name: given[name] for name in (*NUMBERS, "silence_is_on", "bands") if name in given}
    return replace(policy, **known)

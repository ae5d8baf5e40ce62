"""The rules of following up: reminders, the chain after a lapse, taking back; for one routing rule or for the rest."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from fairway.core.access import Member, require
from fairway.core.events.record import record
from fairway.core.jobs import defer
from fairway.core.refusals import Refused
from fairway.core.tenancy.acting import acting_for
from fairway.core.tenancy.models import Seat
from fairway.leads.actions.silence import ask_to_watch
from fairway.leads.models import EscalationStep, FollowUpRule, RoutingPolicy
from fairway.leads.queries.reasons import reasons_of
from fairway.leads.rules.following import (
    HOURS_MOST,
    RECEIVERS,
    SEAT,
    FollowUpError,
    Step,
    check_percents,
    check_steps,
)
from fairway.leads.rules.reasons import RECALL

_HOURS = ("untouched_hours", "unmoved_hours")
FIELDS = (
    "remind_percents", *_HOURS, "untouched_code", "unmoved_code", "warn_percent", "seller_hours",
)  # fmt: skip


def save_follow_up(
    *, rule_uid: str, values: dict[str, Any], steps: Sequence[Step], actor: Member, at: datetime,
    version: int | None = None,
) -> FollowUpRule:  # fmt: skip
    """Keep what holds for the leads of a routing rule, "" for the rest; leads that partners have go by it from now on.

    `values` are of FIELDS. Raises Refused for what does not work, such as a chain that goes in a circle, and when
    `version` is given and somebody else changed it since.
    """
    require(actor, "routing.edit")
    unknown = set(values) - set(FIELDS)
    if unknown:
        raise ValueError(f"A follow-up rule has no {', '.join(sorted(unknown))}.")
    with acting_for(actor):
        _check_rule(rule_uid)
        row = FollowUpRule.objects.select_for_update().filter(rule_uid=rule_uid).first()
        if row is not None and version is not None and row.version != version:
            raise Refused(_("Somebody else changed this meanwhile. Reload and look again."))
        row = row or FollowUpRule(vendor_id=actor.vendor_id, rule_uid=rule_uid, version=0)
        for name, value in values.items():
            setattr(row, name, value)
        row.remind_percents = list(_checked(row, steps))
        row.version += 1
        row.save()
        EscalationStep.objects.filter(rule=row).delete()
        EscalationStep.objects.bulk_create(
            EscalationStep(
                vendor_id=actor.vendor_id, rule=row, place=place, to=step.to, seat_id=step.seat_id,
                after_hours=step.after_hours, percent=step.percent,
            )
            for place, step in enumerate(steps, start=1)
        )  # fmt: skip
        told = {
            "steps": [[step.to, step.after_hours, step.percent] for step in steps],
            **{name: getattr(row, name) for name in FIELDS},
        }
        record("saved", row, actor=actor, at=at, rule=rule_uid, **told)
        _ask_to_follow(actor)
    return row


def remove_follow_up(*, row: FollowUpRule, actor: Member, at: datetime) -> None:
    """The leads of its routing rule go by what holds for the rest; the rest by what is usual."""
    require(actor, "routing.edit")
    with acting_for(actor):
        EscalationStep.objects.filter(rule=row).delete()
        record("removed", row, actor=actor, at=at, rule=row.rule_uid)
        FollowUpRule.objects.filter(pk=row.pk).delete()
        _ask_to_follow(actor)


def _ask_to_follow(actor: Member) -> None:
    """Have the leads that are worked go by the new rules; silence is watched where these take nothing back."""
    defer("leads.follow_again", vendor_id=actor.vendor_id, once=f"leads.follow_again/{actor.vendor_id}")
    ask_to_watch(actor=actor)


def _check_rule(rule_uid: str) -> None:
    if not rule_uid:
        return
    for rules in RoutingPolicy.objects.filter(state__in=["published", "draft"]).values_list("rules", flat=True):
        if any(str(rule.get("uid") or number) == rule_uid for number, rule in enumerate(rules, start=1)):
            return
    raise Refused(_("There is no such routing rule. Choose one of the list."), field="rule_uid")


def _checked(row: FollowUpRule, steps: Sequence[Step]) -> tuple[int, ...]:
    for name in (*_HOURS, "seller_hours"):
        hours = getattr(row, name)
        if hours is not None and not 1 <= hours <= HOURS_MOST:
            raise Refused(_("Hours lie between 1 and %(n)d.") % {"n": HOURS_MOST}, field=name)
    if not 1 <= row.warn_percent <= 99:
        raise Refused(_("The warning comes after 1 to 99 percent of the time."), field="warn_percent")
    known = {reason.code for reason in reasons_of(RECALL) if reason.is_active}
    for name in ("untouched_code", "unmoved_code"):
        if getattr(row, name) not in known:
            raise Refused(_("This reason is not on the list. Choose another."), field=name)
    seats = dict(
        Seat.objects.filter(pk__in=[step.seat_id for step in steps if step.seat_id], partner_key=0, is_active=True)
        .values_list("pk", "name")
    )  # fmt: skip
    for step in steps:
        if step.to == SEAT and step.seat_id and step.seat_id not in seats:
            raise Refused(_("A named person has to be one of your staff with an open seat."), field="steps")
    try:
        check_steps(steps, [seats.get(step.seat_id or 0, str(RECEIVERS.get(step.to, step.to))) for step in steps])
        return check_percents(row.remind_percents)
    except FollowUpError as wrong:
        raise Refused(str(wrong), field=wrong.field) from None

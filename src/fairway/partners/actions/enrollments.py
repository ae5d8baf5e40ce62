"""A partner's tier: the present row ends and a new one begins, so that history stays."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from fairway.core.access import Member, require
from fairway.core.events.record import record, record_many
from fairway.core.imports import RowIssue
from fairway.core.tenancy.acting import acting_for
from fairway.core.tenancy.context import current
from fairway.core.tenancy.models import Partner
from fairway.core.words import said as _
from fairway.partners.models import Enrollment, Program, Tier


@dataclass(frozen=True, slots=True)
class TierSaid:
    """A line of a file that names a tier, by code or name."""

    line: int
    partner_id: int
    tier: str


def enroll(
    *, partner: Partner, tier: Tier, actor: Member, at: datetime, since_on: date | None = None, reason: str = ""
) -> Enrollment:
    """Place a partner in a tier of its programme. The same tier again changes nothing."""
    require(actor, "partner.edit")
    day = since_on or at.date()
    with acting_for(actor):
        present = (
            Enrollment.objects.select_for_update()
            .filter(partner=partner, program_id=tier.program_id, until_on=None)
            .first()
        )
        if present and present.tier_id == tier.pk:
            return present
        before = _end(present, day) if present else ""
        made = Enrollment.objects.create(
            vendor_id=actor.vendor_id, partner=partner, program_id=tier.program_id, tier=tier, since_on=day,
            reason=reason,
        )  # fmt: skip
        record(
            "tier_changed", partner, actor=actor, at=at, partner_id=partner.pk, audience="partner",
            tier=tier.code, before=before, reason=reason,
        )  # fmt: skip
    return made


def _end(present: Enrollment, day: date) -> str:
    code: str = Tier.objects.values_list("code", flat=True).get(pk=present.tier_id)
    if present.since_on >= day:
        present.delete()  # It never held for a day.
    else:
        Enrollment.objects.filter(pk=present.pk).update(until_on=day)
    return code


def place_in_tiers(said: Sequence[TierSaid], *, actor: Member, at: datetime) -> tuple[set[int], list[RowIssue]]:
    """The tiers that a file names, in the default programme. Inside acting_for.

    Returns the ids of the partners whose tier changed, and an issue for each tier that nobody knows.
    """
    if not said:
        return set(), []
    program = Program.objects.order_by("-is_default", "id").first()
    tiers = list(Tier.objects.filter(program=program)) if program else []
    by_word = {word.lower(): tier for tier in tiers for word in (tier.name, tier.code)}
    found = [(each, by_word.get(each.tier.strip().lower())) for each in said]
    moved = _replace([(each.partner_id, tier) for each, tier in found if tier], program, actor, at)
    unknown = [
        RowIssue(
            each.line,
            "tier",
            _("There is no tier “%(tier)s”, so none was set.") % {"tier": each.tier[:60]},
            is_warning=True,
        )
        for each, tier in found
        if tier is None
    ]
    return moved, unknown


def _replace(wanted: Sequence[tuple[int, Tier]], program: Program | None, actor: Member, at: datetime) -> set[int]:
    day = at.date()
    present = {
        row.partner_id: row
        for row in Enrollment.objects.filter(
            program=program, partner_id__in=[pk for pk, _tier in wanted], until_on=None
        ).select_related("tier")
    }
    new = [(pk, tier) for pk, tier in wanted if pk not in present or present[pk].tier_id != tier.pk]
    ending = [present[pk] for pk, _tier in new if pk in present]
    Enrollment.objects.filter(pk__in=[row.pk for row in ending if row.since_on >= day]).delete()
    Enrollment.objects.filter(pk__in=[row.pk for row in ending if row.since_on < day]).update(until_on=day)
    Enrollment.objects.bulk_create(
        [
            Enrollment(vendor_id=current().vendor_id, partner_id=pk, program=program, tier=tier, since_on=day)
            for pk, tier in new
        ]
    )
    events = [
        (pk, pk, {"tier": tier.code, "before": present[pk].tier.code if pk in present else ""}) for pk, tier in new
    ]
    record_many("tier_changed", Partner, events, actor=actor, at=at, audience="partner")
    return {pk for pk, _tier in new}

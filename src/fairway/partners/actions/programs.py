"""Programmes and their tiers."""

from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from fairway.core.access import Member, require
from fairway.core.events.record import record
from fairway.core.refusals import Refused
from fairway.core.tenancy.acting import acting_for
from fairway.partners.models import Enrollment, Program, Tier


def save_program(*, program: Program | None, name: str, is_default: bool, actor: Member, at: datetime) -> Program:
    """Make or change a programme; at most one is the default, in which tiers of imports are looked up."""
    require(actor, "program.edit")
    with acting_for(actor):
        verb = "updated" if program else "created"
        row = program or Program(vendor_id=actor.vendor_id)
        if is_default:
            Program.objects.exclude(pk=row.pk).update(is_default=False)
        row.name, row.is_default = name, is_default or not Program.objects.exclude(pk=row.pk).exists()
        row.save()
        record(verb, row, actor=actor, at=at)
    return row


def save_tier(
    *, program: Program, tier: Tier | None, code: str, name: str, rank: int, actor: Member, at: datetime
) -> Tier:
    require(actor, "program.edit")
    with acting_for(actor):
        verb = "updated" if tier else "created"
        row = tier or Tier(vendor_id=actor.vendor_id, program=program)
        row.code, row.name, row.rank = code, name, rank
        try:
            with transaction.atomic():
                row.save()
        except IntegrityError as error:
            raise Refused(_("This programme has a tier with this code."), field="code") from error
        record(verb, row, actor=actor, at=at)
    return row


def remove_tier(*, tier: Tier, actor: Member, at: datetime) -> None:
    """Take away a tier in which nobody is or was."""
    require(actor, "program.edit")
    with acting_for(actor):
        if Enrollment.objects.filter(tier=tier).exists():
            raise Refused(_("Partners are or were in this tier, so it stays."))
        record("removed", tier, actor=actor, at=at)
        Tier.objects.filter(pk=tier.pk).delete()

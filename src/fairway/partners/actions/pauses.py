"""Pausing a partner for some days: by staff or by its executive, beginning and ending by itself."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from fairway.core.access import Forbidden, Member, require, system_member
from fairway.core.events.record import record
from fairway.core.moves import move
from fairway.core.refusals import Refused
from fairway.core.tenancy.acting import acting_for
from fairway.core.tenancy.models import Partner, PartnerState
from fairway.partners.models import PartnerPause
from fairway.partners.queries.pauses import may_end
from fairway.partners.rules.states import PARTNER
from fairway.workflow.actions.deadlines import cancel_deadlines, set_deadlines

BEGIN, END = "begin", "end"
DAYS_MOST = 366


def pause_partner(
    *, partner: Partner, actor: Member, at: datetime, reason: str, first_on: date | None = None,
    last_on: date | None = None,
) -> PartnerPause:  # fmt: skip
    """Give a partner no leads on these whole days at its place; without a last day until somebody ends it.

    An executive pauses the own partner only. Raises Refused without a reason, for days that are past, and where a
    pause is planned or running.
    """
    _require(actor, partner)
    if not reason.strip():
        raise Refused(_("Say why."), field="reason")
    with acting_for(actor):
        partner = Partner.objects.select_for_update().get(pk=partner.pk)
        zone = _zone(partner)
        today = at.astimezone(zone).date()
        first = first_on or today
        _check_days(first, last_on, today)
        if partner.state != PartnerState.ACTIVE:
            raise Refused(_("%(partner)s is not active. Only an active partner is paused.") % {"partner": partner.name})
        pause = PartnerPause(
            vendor_id=actor.vendor_id, partner=partner, first_on=first, last_on=last_on, reason=reason.strip()[:200],
            starts_at=at if first == today else _midnight(first, zone), set_by_id=actor.seat_id, created_at=at,
            ends_until=_midnight(last_on + timedelta(days=1), zone) if last_on else None,
        )  # fmt: skip
        _save(pause)
        if pause.starts_at <= at:
            _begin(pause, partner, actor, at)
        else:
            set_deadlines(PartnerPause, [(pause.pk, pause.starts_at)], BEGIN)
            record("pause_planned", partner, actor=actor, at=at, partner_id=partner.pk, audience="partner",
                   first_on=first, last_on=last_on)  # fmt: skip
        if pause.ends_until:
            set_deadlines(PartnerPause, [(pause.pk, pause.ends_until)], END)
    return pause


def end_pause(*, pause: PartnerPause, actor: Member, at: datetime) -> None:
    """End a pause before its day, or take back one that is planned. Refused when it is over already, and to a partner
    where the vendor set it: what was suspended does not lift itself.
    """
    _require(actor, pause.partner)
    with acting_for(actor):
        if not may_end(actor, pause):
            raise Refused(_("Your vendor set this pause. Ask your account manager."))
        partner = Partner.objects.select_for_update().get(pk=pause.partner_id)
        if not _end(pause, partner, actor, at):
            raise Refused(_("This pause is over already."))


def close_pauses(partner: Partner, at: datetime) -> None:
    """The state was changed by hand: what was planned or running is over. Inside `acting_for`."""
    for pause in PartnerPause.objects.filter(partner=partner, ended_at=None):
        pause.ended_at = at
        pause.save(update_fields=["ended_at"])
        cancel_deadlines(pause)


def open_pause(partner: Partner, actor: Member, at: datetime, reason: str) -> None:
    """A pause without an end, begun by a change of state. Inside `acting_for`."""
    today = at.astimezone(_zone(partner)).date()
    PartnerPause.objects.create(
        vendor_id=actor.vendor_id, partner=partner, first_on=today, starts_at=at, reason=reason.strip()[:200],
        set_by_id=actor.seat_id, created_at=at, begun_at=at,
    )  # fmt: skip


def on_begin(*, vendor_id: int, subject_id: int, at: datetime) -> None:
    with acting_for(system_member(vendor_id, "Time limits")):
        pause = PartnerPause.objects.select_related("partner").get(pk=subject_id)
        if pause.ended_at is None and pause.begun_at is None:
            _begin(pause, pause.partner, system_member(vendor_id, "Time limits"), at)


def on_end(*, vendor_id: int, subject_id: int, at: datetime) -> None:
    with acting_for(system_member(vendor_id, "Time limits")):
        pause = PartnerPause.objects.select_related("partner").get(pk=subject_id)
        _end(pause, pause.partner, system_member(vendor_id, "Time limits"), at)


def _begin(pause: PartnerPause, partner: Partner, actor: Member, at: datetime) -> None:
    """Raises TransitionRefused when the partner is no longer active: the deadline is then overtaken."""
    before = move(partner, PARTNER, "pause", field="state")
    pause.begun_at = at
    pause.save(update_fields=["begun_at"])
    _tell(partner, before, actor, at, reason=pause.reason, until=pause.last_on)


def _end(pause: PartnerPause, partner: Partner, actor: Member, at: datetime) -> bool:
    ended = PartnerPause.objects.filter(pk=pause.pk, ended_at=None).update(ended_at=at)
    if not ended:
        return False
    cancel_deadlines(pause)
    if pause.begun_at and partner.state == PartnerState.PAUSED:
        _tell(partner, move(partner, PARTNER, "resume", field="state"), actor, at)
    return True


def _tell(
    partner: Partner, before: str, actor: Member, at: datetime, reason: str = "", until: date | None = None
) -> None:
    record(
        "state_changed", partner, actor=actor, at=at, partner_id=partner.pk, audience="partner", before=before,
        state=partner.state, reason=reason, until=until,
    )  # fmt: skip


def _require(actor: Member, partner: Partner) -> None:
    require(actor, "partner.pause")
    if not actor.is_staff and actor.kind == "person" and partner.pk != actor.partner_id:
        raise Forbidden(_("This is not your company."))


def _zone(partner: Partner) -> ZoneInfo:
    try:
        return ZoneInfo(partner.time_zone)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(0), zone)


def _check_days(first: date, last: date | None, today: date) -> None:
    if first < today:
        raise Refused(_("The first day is past."), field="first_on")
    if last is not None and last < first:
        raise Refused(_("The last day is before the first."), field="last_on")
    if last is not None and (last - first).days >= DAYS_MOST:
        raise Refused(_("A pause lasts at most %(n)d days.") % {"n": DAYS_MOST}, field="last_on")


def _save(pause: PartnerPause) -> None:
    try:
        with transaction.atomic():
            pause.save(force_insert=True)
    except IntegrityError:
        raise Refused(_("A pause is planned or running already. End it first.")) from None

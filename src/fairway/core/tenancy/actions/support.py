"""Support access: allowed by an administrator for a time and a reason, seen in the log, ended at any moment."""

from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils.translation import gettext as _

from fairway.core.access import SUPPORT, Member, require, system_member
from fairway.core.events.record import record
from fairway.core.refusals import Refused
from fairway.core.tenancy.acting import acting_for
from fairway.core.tenancy.lookups import support_person
from fairway.core.tenancy.models import Seat
from fairway.core.tenancy.support import SupportGrant, SupportPage

HOURS_MOST = 7 * 24
PAGES_MOST = 1000  # kept singly; what a visitor opens beyond is counted
IDLE = timedelta(minutes=30)  # who comes back after so long comes in anew


def grant_support(
    *, email: str, reason: str, hours: int, may_act: bool, actor: Member, at: datetime
) -> SupportGrant:  # fmt: skip
    """Let a person of the installation's support into this vendor for `hours`, in a seat of its own.

    Refused for who is not of the support, without a reason, beyond seven days, and while a visit is allowed already.
    """
    require(actor, "people.manage")
    if not 1 <= hours <= HOURS_MOST:
        raise Refused(_("Choose between 1 hour and 7 days."), field="hours")
    if not reason.strip():
        raise Refused(_("Say why. It is kept in the log."), field="reason")
    with acting_for(actor):
        found = support_person(email.strip().lower())
        if found is None:
            raise Refused(_("No support person of this installation has this e-mail."), field="email")
        seat = _seat_for(*found, email.strip().lower(), actor, at)
        _end_passed(seat, at)
        grant = SupportGrant(
            vendor_id=actor.vendor_id, seat=seat, reason=reason.strip(), may_act=may_act, starts_at=at,
            ends_until=at + timedelta(hours=hours), granted_by_id=actor.seat_id,
        )  # fmt: skip
        try:
            with transaction.atomic():
                grant.save(force_insert=True)
        except IntegrityError:
            raise Refused(_("This person is let in already. End that first."), field="email") from None
        record("granted", grant, actor=actor, at=at, hours=hours, may_act=may_act, seat=seat.pk)
    return grant


def _seat_for(user_id: int, name: str, email: str, actor: Member, at: datetime) -> Seat:
    """The visitor's seat at this vendor; it is in force only while a grant is."""
    seat, _made = Seat.objects.get_or_create(
        vendor_id=actor.vendor_id, user_id=user_id, partner=None, role=SUPPORT,
        defaults={"organization_id": actor.vendor_id, "email": email, "created_at": at, "name": _named(name)},
    )  # fmt: skip
    Seat.objects.filter(pk=seat.pk).update(is_active=True, name=_named(name), email=email)
    return seat


def _named(name: str) -> str:
    return _("%(name)s (support)") % {"name": name[:130]}


def _end_passed(seat: Seat, at: datetime) -> None:
    SupportGrant.objects.filter(seat=seat, ended_at=None, ends_until__lte=at).update(ended_at=at)


def end_support(*, grant: SupportGrant, actor: Member, at: datetime) -> None:
    """The visitor is out with the next click. By an administrator, or by the visitor."""
    if grant.seat_id != actor.seat_id:
        require(actor, "people.manage")
    with acting_for(actor):
        _end(grant, actor, at)


def expire_support(*, vendor_id: int, subject_id: int, at: datetime) -> None:
    """The time is over. Row security's door has shut by itself; this writes it down. Called by the deadline."""
    grant = SupportGrant.objects.filter(pk=subject_id, ended_at=None).first()
    if grant is not None:
        _end(grant, system_member(vendor_id, "deadlines"), at)


def _end(grant: SupportGrant, actor: Member, at: datetime) -> None:
    if SupportGrant.objects.filter(pk=grant.pk, ended_at=None).update(ended_at=at):
        Seat.objects.filter(pk=grant.seat_id, role=SUPPORT).update(is_active=False)
        record("ended", grant, actor=actor, at=at)


def note_visit(*, member: Member, method: str, page: str, path: str, status: int, at: datetime) -> None:
    """Write down that a visitor came in, each page opened, and whatever was sent: what was tried, and how it ended.

    `page` is its name, for the log; `path` where it is, without what stands behind the question mark.
    """
    with acting_for(member):
        grant = SupportGrant.objects.select_for_update().filter(seat_id=member.seat_id, ended_at=None).first()
        if grant is None:
            return
        if grant.last_seen_at is None or at - grant.last_seen_at > IDLE:
            record("entered", grant, actor=member, at=at, page=page)
        if method not in {"GET", "HEAD"}:
            record("sent", grant, actor=member, at=at, page=page, method=method, status=status)
        seen = {"last_seen_at": at}
        if method == "GET":
            if grant.pages_opened < PAGES_MOST:
                SupportPage.objects.create(
                    vendor_id=grant.vendor_id, grant=grant, path=path[:300], status=status, opened_at=at
                )
            SupportGrant.objects.filter(pk=grant.pk).update(pages_opened=F("pages_opened") + 1, **seen)
        else:
            SupportGrant.objects.filter(pk=grant.pk).update(**seen)

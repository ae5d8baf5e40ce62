"""Telling people of registrations, protections and deals: reactions to events."""

from collections.abc import Callable, Iterable, Sequence

from django.utils.translation import gettext as _

from fairway.core.events.record import Happened
from fairway.core.http.format import money
from fairway.core.tenancy.models import Seat
from fairway.deals.models import Deal, Protection, Registration
from fairway.deals.rules.words import REJECT_REASONS
from fairway.leads.queries.recipients import cams_of, sellers_of
from fairway.workflow.actions.notifications import Note, notify_many

REGISTRATION_PATH = "portal/registrations/{}/"
PROTECTION_PATH = "portal/protections/"
DEAL_PATH = "console/deals/{}/"


def tell_of_approvals(happened: Sequence[Happened]) -> None:
    """A rule approves while the person looks on: that goes into the bell only."""
    for is_automatic in (False, True):
        chosen = [event for event in happened if bool(event.data.get("automatic")) is is_automatic]
        notes = _to_registrants(chosen, _("Approved: %(customer)s"), lambda row: row.decision_note)
        if notes:
            notify_many(notes, "registration.approved", at=happened[0].at, by_mail=not is_automatic)


def tell_of_questions(happened: Sequence[Happened]) -> None:
    notes = _to_registrants(happened, _("A question about %(customer)s"), lambda row: row.question)
    notify_many(notes, "registration.returned", at=happened[0].at)


def tell_of_rejections(happened: Sequence[Happened]) -> None:
    notes = _to_registrants(happened, _("Not approved: %(customer)s"), _why)
    notify_many(notes, "registration.rejected", at=happened[0].at)


def tell_of_revocations(happened: Sequence[Happened]) -> None:
    notes = _to_registrants(happened, _("Approval taken back: %(customer)s"), lambda row: row.decision_note)
    notify_many(notes, "registration.revoked", at=happened[0].at)


def tell_of_expiries(happened: Sequence[Happened]) -> None:
    """The protection is over: the partner's sellers hear of it."""
    ended = Protection.objects.filter(pk__in=[event.subject_id for event in happened])
    sellers = sellers_of(protection.partner_id for protection in ended)
    notes = [
        Note(
            seat,
            _("Protection ended: %(customer)s") % {"customer": protection.customer_name},
            _("Others may register this customer now. The deal stays yours."),
            PROTECTION_PATH,
        )
        for protection in ended
        for seat in sellers.get(protection.partner_id, ())
    ]
    notify_many(notes, "protection.expired", at=happened[0].at)


def tell_of_wins(happened: Sequence[Happened]) -> None:
    """The account manager sees it in the bell."""
    won = list(Deal.objects.select_related("partner").filter(pk__in=[event.subject_id for event in happened]))
    cams = cams_of(deal.partner_id for deal in won)
    notes = [
        Note(
            seat,
            _("%(partner)s won: %(customer)s") % {"partner": deal.partner.name, "customer": deal.customer_name},
            money(deal.amount_minor, deal.currency, cents=False) if deal.amount_minor and deal.currency else "",
            DEAL_PATH.format(deal.uid),
        )
        for deal in won
        for seat in cams.get(deal.partner_id, ())
    ]
    notify_many(notes, "deal.won", at=happened[0].at, by_mail=False)


def _why(registration: Registration) -> str:
    reason = str(REJECT_REASONS.get(registration.decision_reason, ""))
    return "\n".join(part for part in (reason, registration.decision_note) if part)


def _to_registrants(happened: Sequence[Happened], title: str, body: Callable[[Registration], str]) -> list[Note]:
    """Whoever wrote the registration; where nobody did or has left, the partner's sellers."""
    rows = list(Registration.objects.filter(pk__in=[event.subject_id for event in happened]))
    present = _active(row.created_by_id for row in rows)
    sellers = sellers_of(row.partner_id for row in rows if row.created_by_id not in present)
    return [
        Note(seat, title % {"customer": row.customer_name}, body(row), REGISTRATION_PATH.format(row.uid))
        for row in rows
        for seat in ([row.created_by_id] if row.created_by_id in present else sellers.get(row.partner_id, ()))
    ]


def _active(seat_ids: Iterable[int | None]) -> set[int | None]:
    return set(Seat.objects.filter(pk__in={i for i in seat_ids if i}, is_active=True).values_list("pk", flat=True))

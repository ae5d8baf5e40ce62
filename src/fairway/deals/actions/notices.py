"""Telling people of registrations, protections and deals: reactions to events."""

from collections.abc import Iterable, Sequence
from typing import Any

from fairway.core.events.record import Happened
from fairway.core.tenancy.models import Seat
from fairway.deals.models import Deal, Protection, Registration
from fairway.deals.rules.words import REJECT_REASONS
from fairway.leads.queries.recipients import cams_of, sellers_of
from fairway.workflow.actions.notifications import Note, notify_many
from fairway.workflow.rules.notices import amount as kept_amount

REGISTRATION_PATH = "portal/registrations/{}/"
PROTECTION_PATH = "portal/protections/"
DEAL_PATH = "console/deals/{}/"


def tell_of_approvals(happened: Sequence[Happened]) -> None:
    """A rule approves while the person looks on: that goes into the bell only."""
    for is_automatic in (False, True):
        chosen = [event for event in happened if bool(event.data.get("automatic")) is is_automatic]
        if notes := _to_registrants(chosen):
            notify_many(notes, "registration.approved", at=happened[0].at, by_mail=not is_automatic)


def tell_of_questions(happened: Sequence[Happened]) -> None:
    notify_many(_to_registrants(happened), "registration.returned", at=happened[0].at)


def tell_of_rejections(happened: Sequence[Happened]) -> None:
    notify_many(_to_registrants(happened), "registration.rejected", at=happened[0].at)


def tell_of_revocations(happened: Sequence[Happened]) -> None:
    notify_many(_to_registrants(happened), "registration.revoked", at=happened[0].at)


def tell_of_expiries(happened: Sequence[Happened]) -> None:
    """The protection is over: the partner's sellers hear of it."""
    ended = Protection.objects.filter(pk__in=[event.subject_id for event in happened])
    sellers = sellers_of(protection.partner_id for protection in ended)
    notes = [
        Note(seat, {"customer": protection.customer_name}, PROTECTION_PATH)
        for protection in ended
        for seat in sellers.get(protection.partner_id, ())
    ]
    notify_many(notes, "protection.expired", at=happened[0].at)


def tell_of_wins(happened: Sequence[Happened]) -> None:
    """The account manager sees it in the bell; no mail but for those who asked for one."""
    won = list(Deal.objects.select_related("partner").filter(pk__in=[event.subject_id for event in happened]))
    cams = cams_of(deal.partner_id for deal in won)
    notes = [
        Note(seat, _of_win(deal), DEAL_PATH.format(deal.uid)) for deal in won for seat in cams.get(deal.partner_id, ())
    ]
    notify_many(notes, "deal.won", at=happened[0].at)


def _of_win(deal: Deal) -> dict[str, Any]:
    amount = kept_amount(deal.amount_minor, deal.currency)
    return {"partner": deal.partner.name, "customer": deal.customer_name, "amount": amount}


def _to_registrants(happened: Sequence[Happened]) -> list[Note]:
    """Whoever wrote the registration; where nobody did or has left, the partner's sellers."""
    rows = list(Registration.objects.filter(pk__in=[event.subject_id for event in happened]))
    present = _active(row.created_by_id for row in rows)
    sellers = sellers_of(row.partner_id for row in rows if row.created_by_id not in present)
    return [
        Note(seat, _of_registration(row), REGISTRATION_PATH.format(row.uid))
        for row in rows
        for seat in ([row.created_by_id] if row.created_by_id in present else sellers.get(row.partner_id, ()))
    ]


def _of_registration(row: Registration) -> dict[str, Any]:
    return {
        "customer": row.customer_name,
        "note": row.decision_note,
        "question": row.question,
        "reason": REJECT_REASONS.get(row.decision_reason, ""),
    }


def _active(seat_ids: Iterable[int | None]) -> set[int | None]:
    return set(Seat.objects.filter(pk__in={i for i in seat_ids if i}, is_active=True).values_list("pk", flat=True))

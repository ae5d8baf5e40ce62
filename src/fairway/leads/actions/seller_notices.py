"""Telling a partner's people of leads that are handed to them, and its executives of those that nobody has."""

from datetime import datetime
from typing import Any

from fairway.core.words import Words
from fairway.leads.models import Lead, SellerAssignment
from fairway.leads.queries.recipients import executives_of, sellers_of
from fairway.leads.rules.sellers import BECAUSE
from fairway.workflow.actions.notifications import Note, notify_many

OWN_PATH = "portal/leads/{}/"


def tell_seller(assignment: SellerAssignment, lead: Lead, kind: str, at: datetime) -> None:
    """The one to whom it was handed: a lead to take, by when."""
    _tell([assignment.seat_id], kind, lead, at, until=assignment.due_at)


def tell_seller_of_loss(assignment: SellerAssignment, lead: Lead, at: datetime, *, but: int | None = None) -> None:
    """The one who had it; not of what they did themselves."""
    _tell([seat for seat in [assignment.seat_id] if seat != but], "lead.handed_on", lead, at)


def tell_executives(
    assignment: SellerAssignment, lead: Lead, at: datetime, *, form: str = "", but: int | None = None
) -> None:
    """Those who assign: it waits for them, or (form "passed_on") the next one got it. Not who just did it."""
    partner_id = assignment.partner_id or 0
    seats = executives_of([partner_id]).get(partner_id) or sellers_of([partner_id]).get(partner_id, [])
    values: dict[str, Any] = {"why": BECAUSE[assignment.because] if assignment.because else Words("")}
    if assignment.seat is not None:
        values["seller"] = assignment.seat.name
    _tell([seat for seat in seats if seat != but], "lead.unassigned", lead, at, form=form, **values)


def _tell(seats: list[Any], kind: str, lead: Lead, at: datetime, *, form: str = "", **values: Any) -> None:
    path = OWN_PATH.format(lead.uid)
    notes = [Note(seat, {"title": lead.title, **values}, path) for seat in seats if seat]
    notify_many(notes, kind, at=at, form=form)

"""Working a deal: stage, next step, amount and date, and its end, won or lost."""

from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _

from fairway.core.access import Member, require
from fairway.core.events.record import record
from fairway.core.moves import move
from fairway.core.refusals import Refused
from fairway.core.tenancy.acting import acting_for
from fairway.core.words import said
from fairway.deals.actions.editing import change
from fairway.deals.actions.protections import end_protection
from fairway.deals.models import Deal, Protection
from fairway.deals.queries.conflicts import LIVE
from fairway.deals.rules.states import DEAL, OPEN_STAGES
from fairway.deals.rules.words import LOST_REASONS

EDITABLE = ("title", "amount_minor", "currency", "closes_on", "seller_id")


def move_deal(*, deal: Deal, to: str, actor: Member, at: datetime) -> Deal:
    """Move it to another open stage, forward or back. Raises Refused for what is no open stage."""
    require(actor, "deal.work")
    if to not in OPEN_STAGES:
        raise Refused(_("Win or lose a deal with its own button: that asks for amount or reason."), field="to")
    if to == deal.state:
        return deal
    with acting_for(actor):
        came_from = move(deal, DEAL, f"to_{to}", field="state", stage_since=at)
        _record("moved", deal, actor, at, came_from=came_from, to=to)
    return deal


def win_deal(*, deal: Deal, amount_minor: int, actor: Member, at: datetime) -> Deal:
    """Won for `amount_minor` in the deal's currency."""
    require(actor, "deal.work")
    if amount_minor <= 0:
        raise Refused(_("Write the amount it was won for."), field="amount_minor")
    with acting_for(actor):
        move(
            deal, DEAL, "win", field="state",
            amount_minor=amount_minor, closed_at=at, stage_since=at, next_step="", next_step_on=None,
        )  # fmt: skip
        _record("won", deal, actor, at, amount_minor=amount_minor, currency=deal.currency)
    return deal


def lose_deal(*, deal: Deal, reason: str, actor: Member, at: datetime, note: str = "") -> Deal:
    """Lost for one of LOST_REASONS; its protection ends, so that others may try."""
    require(actor, "deal.work")
    if reason not in LOST_REASONS:
        raise Refused(_("Choose why it was lost."), field="reason")
    if reason == "other" and not note.strip():
        raise Refused(_("Write the reason into the note."), field="note")
    with acting_for(actor):
        move(
            deal, DEAL, "lose", field="state", closed_at=at, stage_since=at,
            close_reason=reason, close_note=note.strip(), next_step="", next_step_on=None,
        )  # fmt: skip
        protection = Protection.objects.filter(pk=deal.protection_id, state__in=LIVE).first()
        if protection is not None:
            end_protection(protection, "release", said("The deal was lost."), actor, at)
        _record("lost", deal, actor, at, reason=reason)
    return deal


def set_next_step(
    *, deal: Deal, text: str, on: date | None, actor: Member, at: datetime, version: int | None = None
) -> Deal:
    """What happens next and by when; an empty text clears both."""
    require(actor, "deal.work")
    text = text.strip()[:200]
    return _edit(deal, "planned", {"next_step": text, "next_step_on": on if text else None}, actor, at, version)


def edit_deal(*, deal: Deal, values: dict[str, Any], version: int, actor: Member, at: datetime) -> Deal:
    """Change title, amount, currency, close date or seller of an open deal.

    Raises StateConflict when the deal is no longer at `version`: somebody else changed it first.
    """
    require(actor, "deal.work")
    kept = {name: values[name] for name in EDITABLE if name in values}
    if (amount := kept.get("amount_minor")) is not None and amount <= 0:
        raise Refused(_("The amount must be more than zero."), field="amount_minor")
    return _edit(deal, "edited", kept, actor, at, version)


def _edit(deal: Deal, verb: str, values: dict[str, Any], actor: Member, at: datetime, version: int | None) -> Deal:
    if deal.state not in OPEN_STAGES:
        raise Refused(_("This deal is closed. What it says stays as it is."))
    with acting_for(actor):
        if names := change(deal, DEAL, values, version):
            said = {name: getattr(deal, name) for name in names if name not in {"title", "next_step"}}
            _record(verb, deal, actor, at, **said)
    return deal


def _record(verb: str, deal: Deal, actor: Member, at: datetime, **data: Any) -> None:
    record(verb, deal, actor=actor, at=at, partner_id=deal.partner_id, audience="partner", **data)

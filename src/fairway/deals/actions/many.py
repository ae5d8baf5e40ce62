"""Many deals and registrations at once, line by line."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from fairway.core.access import Member, require
from fairway.core.lines import Line, line_by_line
from fairway.deals.actions.deals import move_deal
from fairway.deals.actions.decisions import approve_registration
from fairway.deals.models import Deal, Registration


def move_deals(*, rows: Iterable[Deal], to: str, actor: Member, at: datetime) -> list[Line]:
    """Move each to the stage `to`; closed ones stay."""
    require(actor, "deal.work")
    return line_by_line(rows, lambda deal: move_deal(deal=deal, to=to, actor=actor, at=at))


def put_back(*, rows: Iterable[Deal], stages: Mapping[str, str], actor: Member, at: datetime) -> list[Line]:
    """Back to the stages (by uid) from which deals came."""
    require(actor, "deal.work")
    return line_by_line(rows, lambda deal: move_deal(deal=deal, to=stages[str(deal.uid)], actor=actor, at=at))


def approve_registrations(*, rows: Iterable[Registration], actor: Member, at: datetime, note: str = "") -> list[Line]:
    """Approve those that nothing stands against; the others say what does, and wait for their own page."""
    require(actor, "registration.decide")
    return line_by_line(
        rows, lambda registration: approve_registration(registration=registration, actor=actor, at=at, note=note)
    )

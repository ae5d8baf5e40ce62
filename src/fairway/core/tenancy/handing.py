"""What a person would leave behind: each room names its kinds once, and handing over moves them all.

    handing.register(Kind("partners", _("Partners to look after"), Partner, cams_partners, "cam", "cam_changed"))

A kind's rows name the person in one column. `rows` finds what is open of a seat, in an acting context.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Model, QuerySet

from fairway.core.tenancy.models import PARTNER_ROLES, STAFF_ROLES, Seat

Checked = Callable[[Seat, Seat], str]


def _anybody(taker: Seat, leaver: Seat) -> str:
    return ""


@dataclass(frozen=True, slots=True)
class Kind:
    """Open work of one kind.

    rows          (seat id) → what is open of it
    column        the key that names the person
    verb          of the event each row gets
    roles         who may take it; `refuse` (taker, leaver) says why one of them may not, or nothing
    is_needed     a seat with such work cannot be closed; else it may lie with whom it lies
    partner       the attribute with the partner's id of a row
    extra         (taker) → further columns that change with the person
    count, give   where the person is named in other ways: (seat id) → how many, and (seat, taker) → changes it
    """

    name: str
    label: Any
    model: type[Model]
    rows: Callable[[int], QuerySet[Any]]
    column: str
    verb: str
    roles: frozenset[str] = STAFF_ROLES
    refuse: Checked = _anybody
    is_needed: bool = True
    is_shareable: bool = False
    partner: str = ""
    order: Sequence[str] = ("pk",)
    extra: Callable[[Seat], dict[str, Any]] = field(default=lambda taker: {})
    count: Callable[[int], int] | None = None
    give: Callable[[int, Seat], int] | None = None

    @property
    def is_of_staff(self) -> bool:
        return not self.roles & PARTNER_ROLES

    def number(self, seat_id: int) -> int:
        return self.rows(seat_id).count() + (self.count(seat_id) if self.count else 0)


_kinds: dict[str, Kind] = {}


def register(*kinds: Kind) -> None:
    _kinds.update({kind.name: kind for kind in kinds})


def kinds_of(seat: Seat) -> list[Kind]:
    """The kinds that a person on this side of the house may have."""
    return [kind for kind in _kinds.values() if kind.is_of_staff == (seat.partner_id is None)]


def kind_named(name: str) -> Kind:
    return _kinds[name]

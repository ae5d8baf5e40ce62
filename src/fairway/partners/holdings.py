"""What a partner has in hand, by room: told before its partnership ends. Rooms register theirs in AppConfig.ready().

holdings.register(Holding(_("Open offers"), open_offers, 10))
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from fairway.core.tenancy.models import Partner


@dataclass(frozen=True, slots=True)
class Holding:
    """`count(partner)` reads in the scope in force."""

    label: Any
    count: Callable[[Partner], int]
    order: int = 0


_holdings: list[Holding] = []


def register(*holdings: Holding) -> None:
    _holdings.extend(each for each in holdings if each not in _holdings)


def held(partner: Partner) -> list[tuple[Any, int]]:
    """(label, how many) of all there is something of."""
    counted = [(each.label, each.count(partner)) for each in sorted(_holdings, key=lambda each: each.order)]
    return [(label, count) for label, count in counted if count]

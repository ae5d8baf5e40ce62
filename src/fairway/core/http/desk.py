"""What waits at each vendor for a partner's person: a registry that the desk page reads.

    desk.register(open_offers, order=10)       # (member, at) -> {vendor id: Waiting}

A provider reads in the desk's context and costs one query whatever the number of vendors.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from fairway.core.access import Member


@dataclass(frozen=True, slots=True)
class Waiting:
    """`label` says it whole ("2 open offers"); `path` is below the vendor's portal; `count` adds up in the head."""

    count: int
    label: str
    path: str = ""
    is_pressing: bool = False


Provider = Callable[[Member, datetime], Mapping[int, Waiting]]
_providers: list[tuple[int, Provider]] = []


def register(provider: Provider, *, order: int = 50) -> None:
    if (order, provider) not in _providers:
        _providers.append((order, provider))


def gather(member: Member, at: datetime) -> dict[int, list[Waiting]]:
    """Vendor id → what waits there, in the providers' order; nothing is left out but zeros."""
    found: dict[int, list[Waiting]] = {}
    for _order, provider in sorted(_providers, key=lambda entry: entry[0]):
        for vendor_id, waiting in provider(member, at).items():
            if waiting.count:
                found.setdefault(vendor_id, []).append(waiting)
    return found

"""Links from a partner's page to what other rooms know of it. Higher rooms register theirs in AppConfig.ready()."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from fairway.core.access import Member
from fairway.core.tenancy.models import Partner


@dataclass(frozen=True, slots=True)
class PartnerLink:
    """`url(member, partner)` gives the address, or "" when this member has nothing to see there."""

    label: Any
    icon: str
    permission: str
    url: Callable[[Member, Partner], str]
    order: int = 0


_links: list[PartnerLink] = []


def register(*links: PartnerLink) -> None:
    _links.extend(link for link in links if link not in _links)


def links_for(member: Member, partner: Partner) -> list[tuple[Any, str, str]]:
    """(label, icon, address) of what this member may open."""
    allowed = (link for link in sorted(_links, key=lambda link: link.order) if member.can(link.permission))
    found = ((link.label, link.icon, link.url(member, partner)) for link in allowed)
    return [entry for entry in found if entry[2]]

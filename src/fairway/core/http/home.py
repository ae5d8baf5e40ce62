"""What the home pages show besides things to do, registered by the apps that know it.

    home.register_figures("console", lead_figures)                     # (member, at) -> list[Figure], or []
    home.register_part("portal", "main", open_deals, "deals/home_open.html", order=10)
    home.register_part("portal", "side", own_quarter, "insight/home_quarter.html", order=10)
    home.register_action("portal", HomeAction(_("Register a deal"), "portal-registration-new", "plus", "R"))

A part's provider gives the template's values, or None when the part is not for this member. Each costs a fixed
number of queries.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from fairway.core.access import Member
from fairway.core.http.gate import may_be_told

Place = Literal["main", "side"]
FiguresOf = Callable[[Member, datetime], Iterable[Any]]
ValuesOf = Callable[[Member, datetime], Mapping[str, Any] | None]
FIGURES_MOST = 5


@dataclass(frozen=True, slots=True)
class Part:
    surface: str
    place: Place
    provider: ValuesOf
    template: str
    order: int


@dataclass(frozen=True, slots=True)
class HomeAction:
    """A button beside the title, with its key, for members who have the permission."""

    label: Any
    url_name: str
    icon: str = ""
    key: str = ""
    permission: str = ""


_actions: dict[str, list[HomeAction]] = {"console": [], "portal": []}
_figures: dict[str, list[tuple[int, FiguresOf]]] = {"console": [], "portal": []}
_parts: list[Part] = []


def register_figures(surface: str, provider: FiguresOf, *, order: int = 50) -> None:
    """Add headline numbers (`core.http.parts.Figure`); the page shows the first five by `order`."""
    if (order, provider) not in _figures[surface]:
        _figures[surface].append((order, provider))


def register_part(surface: str, place: Place, provider: ValuesOf, template: str, *, order: int = 50) -> None:
    part = Part(surface, place, provider, template, order)
    if part not in _parts:
        _parts.append(part)


def register_action(surface: str, action: HomeAction) -> None:
    if action not in _actions[surface]:
        _actions[surface].append(action)


def actions(surface: str, member: Member) -> list[HomeAction]:
    return [action for action in _actions[surface] if not action.permission or member.can(action.permission)]


def figures(surface: str, member: Member, at: datetime) -> list[Any]:
    providers = sorted(_figures[surface], key=lambda entry: entry[0])
    allowed = [provider for _, provider in providers if may_be_told(member, surface, provider)]
    return [figure for provider in allowed for figure in provider(member, at)][:FIGURES_MOST]


def parts(surface: str, place: Place, member: Member, at: datetime) -> list[tuple[str, Mapping[str, Any]]]:
    """(template, values) of the parts for this member, in their order."""
    wanted = sorted((p for p in _parts if (p.surface, p.place) == (surface, place)), key=lambda part: part.order)
    asked = [
        (part.template, part.provider(member, at)) for part in wanted if may_be_told(member, surface, part.provider)
    ]
    return [(template, values) for template, values in asked if values is not None]

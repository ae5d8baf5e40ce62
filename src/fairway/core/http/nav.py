"""Navigation and the shell around every page.

Apps register their entries once, in AppConfig.ready():

    nav.register(NavItem("console", "sales", _("Leads"), "leads:list", "target", permission="leads.see", order=10))

`shell` is a context processor: templates get `shell`, computed when it is first used.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise, SimpleLazyObject
from django.utils.translation import gettext_lazy as _

from fairway.core.http.frame import Frame, VendorLink, frame_of, inbox_of
from fairway.core.prepared import Count, Wanted, answer_of, together

Surface = Literal["console", "portal", "desk", "public"]
SURFACES: tuple[Surface, ...] = ("console", "portal", "desk")
THEME_COOKIE = "fw_theme"
PHONE_AREAS = 4

# Sections of the console's sidebar in their order. The portal and the desk have one row of areas.
SECTIONS: dict[str, str | Promise] = {
    "": "",
    "partners": _("Partners"),
    "sales": _("Sales"),
    "money": _("Money"),
    "grow": _("Help them grow"),
    "numbers": _("Numbers"),
    "setup": _("Set up"),
}


@dataclass(frozen=True, slots=True)
class NavItem:
    """An entry an app registers. `count` says what waits there; None or 0 shows nothing.

    Without `permission` every member of that surface sees it. `is_main` puts it in the phone's bar of the portal.
    `also` names more addresses that belong to the entry: it is the present one below them too.
    """

    surface: Surface
    section: str
    label: str | Promise
    url_name: str
    icon: str
    permission: str = ""
    order: int = 0
    count: Callable[[HttpRequest], Count] | None = None
    is_main: bool = False
    also: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NavLink:
    label: str
    url: str
    icon: str
    count: int | str | None
    is_active: bool
    is_main: bool = False


@dataclass(frozen=True, slots=True)
class NavSection:
    label: str
    items: tuple[NavLink, ...]


@dataclass(frozen=True, slots=True)
class Shell:
    """A value, hashable: equal shells are drawn once (`{% shell_part %}`)."""

    surface: Surface
    frame: Frame
    theme: str = ""
    sections: tuple[NavSection, ...] = ()

    @property
    def itself(self) -> "Shell":
        """The value behind the lazy one that templates get."""
        return self

    @property
    def links(self) -> list[NavLink]:
        return [link for section in self.sections for link in section.items]

    @property
    def phone_links(self) -> list[NavLink]:
        main = [link for link in self.links if link.is_main]
        return (main or self.links)[:PHONE_AREAS]

    @property
    def more_links(self) -> list[NavLink]:
        shown = self.phone_links
        return [link for link in self.links if link not in shown]

    @property
    def current_place(self) -> VendorLink | None:
        return next((place for place in self.frame.switcher if place.is_active), None)

    @property
    def base(self) -> str:
        """The template a page shared between surfaces extends: `{% extends shell.base %}`."""
        return f"{self.surface}.html"

    @property
    def base_side(self) -> str:
        return f"{self.surface}_side.html"


_items: list[NavItem] = []


def register(*items: NavItem) -> None:
    """Add entries; registering the same one twice changes nothing."""
    for item in items:
        if item.section not in SECTIONS:
            raise ValueError(f"There is no section {item.section!r}; known are {', '.join(SECTIONS)}.")
        if item not in _items:
            _items.append(item)


def registered() -> tuple[NavItem, ...]:
    return tuple(_items)


def surface_of(request: HttpRequest) -> Surface:
    """By the first part of the address after the vendor's short name; everything else is public."""
    first = request.path_info.split("/", 2)[1] if request.path_info.startswith("/") else ""
    return next((surface for surface in SURFACES if surface == first), "public")


def sections_for(request: HttpRequest, surface: Surface, *also: Count) -> list[NavSection]:
    """The entries this member may use, by section; the one with the longest matching address is active.

    All that waits anywhere, and `also`, is counted in one trip to the database.
    """
    member: Any = getattr(request, "member", None)
    allowed = [
        item
        for item in sorted(_items, key=lambda item: item.order)
        if item.surface == surface and (not item.permission or (member is not None and member.can(item.permission)))
    ]

    counts = {item: item.count(request) if item.count is not None else None for item in allowed}
    together(*(count for count in (*counts.values(), *also) if isinstance(count, Wanted)))
    urls = {item: reverse(item.url_name) for item in allowed}
    active = _active(urls, request.path)
    found = []
    for key, label in SECTIONS.items():
        links = tuple(_link(item, urls[item], active, count) for item, count in counts.items() if item.section == key)
        if links:
            found.append(NavSection(str(label), links))
    return found


def _active(urls: Mapping[NavItem, str], path: str) -> str:
    """The address of the entry that the path belongs to, by the longest of all that begin it."""
    places = {begin: url for item, url in urls.items() for begin in (url, *map(reverse, item.also))}
    return max(((len(begin), url) for begin, url in places.items() if path.startswith(begin)), default=(0, ""))[1]


def _link(item: NavItem, url: str, active: str, count: Count) -> NavLink:
    return NavLink(str(item.label), url, item.icon, answer_of(count) or None, url == active, item.is_main)


def shell_for(request: HttpRequest) -> Shell:
    surface = surface_of(request)
    inbox = inbox_of(request)
    sections = sections_for(request, surface, inbox[1]) if surface != "public" else ()
    theme = request.COOKIES.get(THEME_COOKIE, "")
    return Shell(
        surface=surface,
        frame=frame_of(request, inbox),
        theme=theme if theme in ("light", "dark") else "",
        sections=tuple(sections),
    )


def shell(request: HttpRequest) -> dict[str, Any]:
    """Context processor."""
    return {"shell": SimpleLazyObject(lambda: shell_for(request))}
